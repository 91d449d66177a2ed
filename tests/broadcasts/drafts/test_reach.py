"""Who a draft reaches and who not, counted as it will be decided when the broadcast leaves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from broadcasts.drafts import choosing
from broadcasts.drafts.reach import reach_of
from tests.broadcasts.drafting import make_draft, make_email_draft, make_email_sender, make_template
from tests.factories import make_agent, make_contact, make_conversation, make_number


@pytest.fixture
def number(db):
    return make_number("Berlin")


@pytest.fixture
def root(number):
    return make_agent("Root", role="admin")


def told(draft):
    reach = reach_of(draft)
    return reach.gets, {one.reason: one.count for one in reach.skipped}


def everybody(draft, **fields):
    draft.audience = {"all": True}
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save()
    return draft


@pytest.fixture
def draft(root, number):
    values = {"body.1": "{{ first_name }}", "body.2": "{{ order }}"}
    return make_draft(root, number, make_template(number), values)


def test_each_reason_is_counted_once_per_person(draft, number):
    make_contact("Amira", attributes={"Order": "A-1"})
    make_contact("Ben")
    make_contact("Cem", attributes={"order": "C-1"}, whatsapp_optout="all")
    without_phone = make_contact("Dua", attributes={"order": "D-1"})
    without_phone.identities.all().delete()
    without_phone.phone = ""
    without_phone.save()
    served = make_contact("Ege", attributes={"order": 7})
    make_conversation("unassigned", number=number, contact=served)
    reasons = {"value_missing:order": 1, "opted_out": 1, "no_address": 1}
    assert told(everybody(draft)) == (2, reasons)
    assert told(everybody(draft, skips_open_conversations=True)) == (1, reasons | {"conversation_open": 1})


def test_a_default_stands_in_for_whoever_lacks_a_value(draft):
    make_contact("Ben")
    assert told(everybody(draft, params={"Order": "your order"})) == (1, {})


def test_marketing_goes_to_nobody_who_turned_it_off(root, number):
    make_contact("Amira", whatsapp_optout="marketing")
    values = {"body.1": "you", "body.2": "x"}
    utility = make_draft(root, number, make_template(number, "order"), values)
    marketing = make_draft(root, number, make_template(number, "sale", category="MARKETING"), values)
    assert told(everybody(utility)) == (1, {})
    assert told(everybody(marketing)) == (0, {"opted_out": 1})


def test_nobody_gets_it_twice_by_two_contacts_or_by_a_list_beside(root):
    draft = make_email_draft(root, make_email_sender(), message="Hello")
    draft.content["subject"] = "News"
    make_contact("Amira", email="amira@example.org")
    make_contact("Amira again", email="Amira@example.org")
    make_contact("Ben", email="ben@example.org")
    make_contact("Without", email="")
    choosing.put_list(draft, choosing.read(draft, "email\nben@example.org\nnew@example.org"))
    assert told(everybody(draft)) == (3, {"duplicate": 2, "no_address": 1})


def test_people_of_a_list_have_their_own_values_or_those_of_their_contact(draft):
    make_contact("Amira Haddad", phone="+4915170000001", attributes={"order": "A-1"})
    rows = "phone;first_name;order\n+4915170000001\n+4915170000002;Ben;B-1\n+4915170000003;Cem;\n"
    choosing.put_list(draft, choosing.read(draft, rows))
    assert told(draft) == (2, {"value_missing:order": 1})


def test_whoever_had_as_many_broadcasts_lately_as_are_allowed_is_counted_out(draft, number):
    """Issue 5, 1: a live count with who will be skipped and why; the cap per contact."""
    ida, ben, chen = (make_contact(name, attributes={"order": "A"}) for name in ("Ida", "Ben", "Chen"))
    other, now = make_draft(draft.created_by, number), timezone.now()
    for contact, days, status in ((ida, 1, "read"), (ben, 9, "sent"), (chen, 1, "failed")):
        sent_at = now - timedelta(days=days)
        other.recipients.create(contact=contact, address=contact.phone, sent_at=sent_at, status=status, reason="x")
    assert told(everybody(draft)) == (3, {})
    assert told(everybody(draft, cap_count=1, cap_days=7)) == (2, {"capped": 1})
    assert told(everybody(draft, cap_count=2, cap_days=7)) == (3, {})
    assert told(everybody(draft, cap_count=1, cap_days=10)) == (1, {"capped": 2})


def test_the_cap_counts_for_people_of_a_list_too(draft, number):
    ida = make_contact("Ida", "+4915170000001", attributes={"order": "A"})
    other = make_draft(draft.created_by, number)
    other.recipients.create(contact=ida, address=ida.phone, sent_at=timezone.now(), status="sent")
    choosing.put_list(draft, choosing.read(draft, "phone,first_name\n+4915170000001,Ida\n+4915170000002,Ben\n"))
    draft.params, draft.cap_count = {"order": "B"}, 1
    draft.save()
    assert told(draft) == (1, {"capped": 1})
