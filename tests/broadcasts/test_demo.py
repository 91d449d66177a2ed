"""A fresh demo has senders of email and SMS, and customers with an address."""

import pytest

from broadcasts.models import EmailSender, SmsSender
from inbox.models import Contact
from inbox.signals import demo_written
from tests.factories import make_contact

pytestmark = pytest.mark.django_db


def test_the_demo_can_send_by_email_and_by_sms(texting):
    make_contact("Zoë Åberg")
    for _ in range(2):
        demo_written.send(None)
    assert Contact.objects.get().email == "zoe.aberg@example.org"
    assert EmailSender.objects.count() == 1
    account = texting.account()
    sender = SmsSender.objects.get()
    assert (sender.sender, sender.account_sid) == (account["numbers"][0], account["sid"])


def test_customers_whose_names_are_written_otherwise_have_an_address_of_their_own_each(texting):
    for name in ("Нина", "李娜", "Nia", "Nia"):
        make_contact(name)
    demo_written.send(None)
    addresses = list(Contact.objects.values_list("email", flat=True))
    assert len(set(addresses)) == len(addresses) == 4
    assert "nia@example.org" in addresses


def test_without_the_sandbox_nobody_is_asked_for_an_account():
    demo_written.send(None)
    assert not SmsSender.objects.exists()
