"""The number check: what Meta says, and whether messages may leave."""

import pytest

from tests.factories import account_of, make_number
from whatsapp import connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(meta):
    row = meta.numbers()[0]
    number = make_number("Berlin", account_of(row))
    number.phone_number_id, number.status = row["phone_number_id"], ""
    number.save()
    return number


def test_a_good_check_fills_in_what_meta_knows(number):
    check = connection.check(number)
    number.refresh_from_db()
    assert check.is_connected
    assert "Hafen & Co Berlin" in check.words
    assert (number.status, number.verified_name) == ("CONNECTED", "Hafen & Co Berlin")
    assert number.quality_rating
    assert number.profile["email"] == "berlin@hafen.example"
    assert number.checked_at


def test_a_good_check_lets_a_held_number_send_again(number):
    connection.hold(number, "The token has expired.")
    connection.check(number)
    number.refresh_from_db()
    assert not number.is_on_hold


def test_a_wrong_token_puts_the_number_on_hold_with_what_to_do(number):
    account = number.account
    account.access_token = "EAAwrong"  # noqa: S105
    account.save()
    check = connection.check(number)
    number.refresh_from_db()
    assert (check.is_connected, number.is_on_hold) == (False, True)
    assert "administrator" in check.words
    assert number.held_reason == check.words


def test_a_meta_that_is_away_holds_nothing(number, settings):
    settings.WHATSAPP_API_URL = "http://127.0.0.1:9"
    check = connection.check(number)
    number.refresh_from_db()
    assert (check.is_connected, number.is_on_hold) == (False, False)
    assert "could not be reached" in check.words


def test_a_number_that_meta_cut_off_is_not_connected(number, meta):
    meta.number_is(number.phone_number_id, fields={"status": "DISCONNECTED"})
    check = connection.check(number)
    assert not check.is_connected
    assert "disconnected" in check.words
