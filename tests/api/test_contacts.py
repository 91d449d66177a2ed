"""Contacts over the API: never twice, found again, merged with care (S0-5)."""

import pytest

from inbox import wire
from inbox.models import Contact, Identity
from tests.factories import make_agent, make_contact, make_conversation, make_number, writes

PHONE = "+4915123456789"


@pytest.fixture
def crm(program):
    return program()


def test_s0_5_a_user_id_is_never_a_second_contact(crm, berlin):
    first = crm.post("contacts/", {"user_id": "DE.123", "name": "Nia"})
    assert (first.status_code, first.json()["identities"]) == (201, [{"kind": "bsuid", "value": "DE.123"}])
    again = crm.post("contacts/", {"user_id": "DE.123", "phone": PHONE})
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert writes(Contact.objects.get(), berlin).thread.contact_id == first.json()["id"]
    assert Contact.objects.count() == 1


def test_the_same_user_id_with_another_business_is_another_person(crm, berlin):
    munich = make_number("Munich")
    unclear = crm.post("contacts/", {"user_id": "DE.123"})
    assert (unclear.status_code, unclear.json()["code"]) == (400, "number_required")
    first = crm.post("contacts/", {"user_id": "DE.123", "number": berlin.pk})
    other = crm.post("contacts/", {"user_id": "DE.123", "number": munich.pk})
    assert (first.status_code, other.status_code) == (201, 201)
    scopes = Identity.objects.order_by("pk").values_list("scope", flat=True)
    assert list(scopes) == [number.account.identity_scope for number in (berlin, munich)]


def test_s0_5_customers_who_wrote_first_are_found_by_their_phone(crm, berlin):
    nia = make_contact("Nia", PHONE)
    writes(nia, berlin)
    told = crm.post("contacts/", {"phone": "+49 1512 345 67 89", "external_id": "C-1"})
    assert (told.status_code, told.json()["id"]) == (200, nia.pk)


def test_identifiers_of_two_contacts_are_a_conflict_in_words_also_when_one_is_changed(crm):
    nia, luis = (crm.post("contacts/", told).json() for told in ({"phone": PHONE}, {"external_id": "C-2"}))
    changed = crm.post(f"contacts/{luis['id']}/", {"phone": PHONE}, method="patch")
    assert (changed.status_code, changed.json()["code"]) == (409, "contact_conflict")
    assert str(nia["id"]) in changed.json()["detail"]
    assert Contact.objects.get(external_id="C-2").phone == ""


def test_an_owner_is_set_and_unset(crm, berlin):
    ada = make_agent("Ada", numbers=[berlin])
    contact = crm.post("contacts/", {"phone": PHONE, "owner": ada.pk}).json()
    assert contact["owner"] == ada.pk
    path = f"contacts/{contact['id']}/"
    assert crm.post(path, {"name": "Nia"}, method="patch").json()["owner"] == ada.pk
    assert crm.post(path, {"owner": None}, method="patch").json()["owner"] is None
    ada.is_active = False
    ada.save()
    refused = crm.post(path, {"owner": ada.pk}, method="patch")
    assert (refused.status_code, refused.json()["field"]) == (400, "owner")


def test_attributes_are_merged_and_null_takes_one_away(crm):
    path = (
        f"contacts/{crm.post('contacts/', {'phone': PHONE, 'attributes': {'vip': True, 'city': 'Kiel'}}).json()['id']}/"
    )
    changed = crm.post(path, {"attributes": {"vip": None, "orders": [1, 2]}}, method="patch").json()
    assert changed["attributes"] == {"city": "Kiel", "orders": [1, 2]}


def test_what_the_customer_refused_is_shown(crm):
    make_contact("Nia", PHONE, whatsapp_optout="marketing")
    assert crm.get("contacts/", phone=PHONE).json()["results"][0]["whatsapp_optout"] == "marketing"


@pytest.mark.parametrize(
    "q, found", [("nia", ["Nia Berg"]), ("0151 2345", ["Nia Berg"]), ("berg", ["Nia Berg"]), ("x", [])]
)
def test_contacts_are_searched_by_a_part_of_name_or_phone(crm, q, found):
    make_contact("Nia Berg", PHONE)
    make_contact("Luis", "+4930111222")
    assert [row["name"] for row in crm.get("contacts/", q=q).json()["results"]] == found


def test_a_contact_with_two_threads_stands_in_the_list_once(program, berlin):
    nia = make_contact("Nia", PHONE)
    for number in (berlin, make_number("Munich")):
        make_conversation(number=number, contact=nia)
    for crm in (program(), program(number=berlin)):
        assert [row["id"] for row in crm.get("contacts/").json()["results"]] == [nia.pk]


def test_nothing_is_deleted(crm):
    contact = crm.post("contacts/", {"phone": PHONE}).json()
    assert crm.post(f"contacts/{contact['id']}/", method="delete").status_code == 405


def test_another_name_is_shown_at_once_and_notes_disturb_nobody(
    crm, berlin, monkeypatch, django_capture_on_commit_callbacks
):
    conversation = make_conversation(number=berlin, contact=make_contact("Nia", PHONE))
    sent = []
    monkeypatch.setattr(wire, "send", sent.append)
    monkeypatch.setattr(wire, "is_heard", lambda: True)
    with django_capture_on_commit_callbacks(execute=True):
        crm.post("contacts/", {"phone": PHONE, "notes": "Called", "email": "nia@example.com"})
    assert sent == []
    with django_capture_on_commit_callbacks(execute=True):
        crm.post("contacts/", {"phone": PHONE, "name": "Nia Berg"})
    assert any(f"row-{conversation.pk}" in frame and "Nia Berg" in frame for frame in sent)


# --- A key of one number ---------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(berlin):
    """Nia is Munich's customer; Berlin has never had a word with her."""
    kept = {"name": "Nia Berg", "email": "nia@example.com", "notes": "Pays late", "external_id": "M-1"}
    nia = make_contact("Nia Berg", PHONE, attributes={"vip": True}, whatsapp_optout="marketing")
    Contact.objects.filter(pk=nia.pk).update(**kept)
    make_conversation(number=make_number("Munich"), contact=nia)
    return nia


@pytest.fixture
def of_berlin(program, berlin):
    return program(number=berlin)


def test_s0_5_a_phone_is_one_contact_for_all_numbers_and_shows_nothing_of_what_others_keep(of_berlin, elsewhere):
    """S0-5"""
    saved = of_berlin.post("contacts/", {"phone": PHONE, "name": "Nia B."})
    assert (saved.status_code, saved.json()["id"], saved.json()["phone"]) == (200, elsewhere.pk, PHONE)
    shown = [
        saved.json(),
        of_berlin.get(f"contacts/{elsewhere.pk}/").json(),
        of_berlin.get("contacts/", phone=PHONE).json()["results"][0],
        of_berlin.post(f"contacts/{elsewhere.pk}/", {"name": "N"}, method="patch").json(),
    ]
    for row in shown:
        assert (row["name"], row["email"], row["notes"], row["attributes"]) == ("", "", "", {})
        assert row["external_id"] is row["owner"] is None
    for asked in ({"q": "Berg"}, {"external_id": "M-1"}):
        assert of_berlin.get("contacts/", **asked).json()["results"] == []


def test_what_others_keep_stands_and_what_nobody_entered_is_filled_in(of_berlin, elsewhere):
    Contact.objects.filter(pk=elsewhere.pk).update(email="")
    told = {"name": "N", "email": "n@example.com", "notes": "x", "external_id": "B-1", "attributes": {"vip": 0, "a": 1}}
    of_berlin.post("contacts/", {"phone": PHONE, **told, "whatsapp_optout": "", "sms_optout": "all"})
    nia = Contact.objects.get()
    assert (nia.name, nia.email, nia.notes, nia.external_id) == ("Nia Berg", "n@example.com", "Pays late", "M-1")
    assert nia.attributes == {"vip": True, "a": 1}
    assert (nia.whatsapp_optout, nia.sms_optout) == ("marketing", "all")


def test_once_the_number_has_opened_a_conversation_the_contact_is_its_own_too(of_berlin, elsewhere):
    of_berlin.post("contacts/", {"phone": PHONE})
    assert of_berlin.post("conversations/", {"contact": elsewhere.pk}).status_code == 201
    assert of_berlin.get(f"contacts/{elsewhere.pk}/").json()["notes"] == "Pays late"
    assert of_berlin.get("contacts/", q="Berg").json()["results"]
    assert of_berlin.post("contacts/", {"phone": PHONE, "name": "N"}).json()["name"] == "N"


def test_a_conflict_names_no_contact_of_another_number(of_berlin, crm, elsewhere):
    own = of_berlin.post("contacts/", {"external_id": "B-1"}).json()
    for refused in (
        of_berlin.post("contacts/", {"phone": PHONE, "external_id": "B-1"}),
        of_berlin.post(f"contacts/{own['id']}/", {"phone": PHONE}, method="patch"),
    ):
        assert refused.json()["code"] == "contact_conflict"
        assert not any(sign.isdigit() for sign in refused.json()["detail"])
    told = {"phone": PHONE, "external_id": "B-1"}
    assert f"{elsewhere.pk} and {own['id']}" in crm.post("contacts/", told).json()["detail"]
