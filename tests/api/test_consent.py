"""What a customer refused, told and read over the API."""

import pytest

from inbox.models import Consent, Contact
from tests.factories import make_contact

pytestmark = pytest.mark.django_db


def tell(program, contact, **told):
    return program().post(f"contacts/{contact.pk}/", told, method="patch")


def test_a_program_tells_what_a_customer_refused_and_agreed_to(program):
    nia = make_contact("Nia")
    told = tell(program, nia, whatsapp_optout="all", email_optout="marketing").json()
    assert (told["whatsapp_optout"], told["email_optout"], told["sms_optout"]) == ("all", "marketing", "")
    assert tell(program, nia, whatsapp_optout="").json()["whatsapp_optout"] == ""
    assert Contact.objects.get().whatsapp_optout == ""
    kept = Consent.objects.order_by("pk").values_list("channel", "state", "source")
    assert [tuple(map(str, row)) for row in kept] == [
        ("whatsapp", "all", "api"),
        ("email", "marketing", "api"),
        ("whatsapp", "opted_in", "api"),
    ]


def test_a_word_that_is_no_choice_is_refused_by_its_field(program):
    answer = tell(program, make_contact("Nia"), sms_optout="never")
    assert (answer.status_code, answer.json()["field"]) == (400, "sms_optout")
    assert Contact.objects.get().sms_optout == ""
