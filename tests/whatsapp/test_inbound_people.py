"""Who wrote, when the element and the cards beside it tell different halves."""

import pytest

from whatsapp.inbound.people import person

IDA = {"wa_id": "491725550137", "user_id": "DE.1", "profile": {"name": " Ida "}}
NOOR = {"user_id": "DE.2", "profile": {"name": "Noor", "username": "noor.k"}}


def test_the_card_fills_in_the_missing_half():
    assert person("491725550137", "", [NOOR, IDA]).bsuid == "DE.1"
    assert person("", "DE.1", [NOOR, IDA]).phone == "+491725550137"
    assert person("", "DE.2", [IDA, NOOR]).username == "noor.k"


def test_a_single_card_counts_when_it_contradicts_nothing():
    assert person("491725550137", "", [NOOR]).name == "Noor"
    assert person("", "", [IDA]).wa_id == "491725550137"


@pytest.mark.parametrize("number, bsuid", [("971505550188", ""), ("", "DE.9")])
def test_a_single_card_of_somebody_else_is_left_aside(number, bsuid):
    assert person(number, bsuid, [IDA]).name == ""


def test_of_several_cards_none_is_guessed():
    assert person("", "", [IDA, NOOR]) == person("", "", [])


def test_a_plus_sign_makes_no_other_person():
    assert person("491725550137", "", [{**IDA, "wa_id": "+491725550137"}]).name == "Ida"


@pytest.mark.parametrize("number", ["12", "0491725550137", "12345678901234567", "abc", "٤٩١٧٢٥٥٥٠١٣٧"])
def test_what_is_no_phone_number_is_kept_as_an_id_only(number):
    sender = person(number, "", [])
    assert (sender.phone, sender.wa_id) == ("", number)


@pytest.mark.parametrize("cards", [None, "odd", {"wa_id": "1"}, [None, 7, "odd"], [{"profile": "odd"}]])
def test_odd_cards_are_no_hindrance(cards):
    assert person("491725550137", "", cards).phone == "+491725550137"
