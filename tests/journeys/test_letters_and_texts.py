"""Broadcasts by email and SMS from their launch to the recipient, and back: reports, STOP, one click."""

import re

import pytest

from broadcasts import actions, ledger
from broadcasts.models import Broadcast, Recipient
from inbox.models import Consent, Contact
from tests.broadcasts.channels import mail_server, postbox
from tests.broadcasts.senders import make_email_sender, make_sms_sender
from tests.broadcasts.sending import carry_all
from tests.factories import make_contact
from tests.sandbox.texting import Texting

__all__ = ["mail_server", "postbox"]

AMIRA, LUIS = "+4915155501301", "+351915550122"
AT_HOME = "amira@example.org"


@pytest.fixture
def texting(office, settings):
    """The gateway's side; what it reports comes through the office's front door."""
    settings.SMS_API_URL, settings.SITE_URL = office.sandbox.url, office.door.url
    return Texting(office.sandbox)


def send(broadcast):
    """Launch it and carry it until nothing is due."""
    actions.launch(broadcast.pk)
    return carry_all(broadcast)


def by_sms(sender, *phones, **content):
    content = {"message": "Your parcel is here.", "offers_stop": True, **content}
    broadcast = Broadcast.objects.create(name="Parcels", channel="sms", sms_sender=sender, content=content)
    return _to(broadcast, phones)


def by_email(*addresses):
    content = {"subject": "Your parcel", "message": "Dear {{ first_name }}, it is *here*."}
    sender = make_email_sender()
    broadcast = Broadcast.objects.create(name="Parcels", channel="email", email_sender=sender, content=content)
    return _to(broadcast, addresses)


def _to(broadcast, addresses):
    field = "email" if broadcast.channel == "email" else "phone"
    people = [Contact.objects.get(**{field: address}) for address in addresses]
    entries = [ledger.Entry(address, one.pk) for address, one in zip(addresses, people, strict=True)]
    ledger.add(broadcast, entries, broadcast.created_at)
    return broadcast


def fate(broadcast, address):
    row = Recipient.objects.get(broadcast=broadcast, address=address)
    return row.status, row.reason


def test_a_broadcast_by_sms_arrives_and_every_report_counts(office, texting):
    """S4-34, S4-35, S4-37: many at once by SMS, from a sender of ours."""
    for phone in (AMIRA, LUIS):
        make_contact(phone=phone)
    texting.fault("fail", code=30005, customer=LUIS)
    broadcast = send(by_sms(make_sms_sender(texting.account()), AMIRA, LUIS))
    office.until(lambda: fate(broadcast, AMIRA) == ("delivered", ""))
    office.until(lambda: fate(broadcast, LUIS) == ("failed", "sms_30005"))
    assert {row["body"] for row in texting.sent()} == {"Your parcel is here.\nReply STOP to opt out."}
    assert texting.doubles() == {}
    assert broadcast.status == "finished"


def test_reports_that_come_twice_late_or_before_our_own_writing_change_nothing(office, texting):
    make_contact(phone=AMIRA)
    texting.fault("delay", seconds=0.2, times=1)
    texting.fault("repeat", copies=3, times=2)
    broadcast = send(by_sms(make_sms_sender(texting.account()), AMIRA))
    office.until(lambda: len(texting.callbacks()) >= 7)
    assert fate(broadcast, AMIRA) == ("delivered", "")
    assert ledger.totals(broadcast)["delivered"] == 1


def test_a_text_in_doubt_is_cleared_up_by_its_report(office, texting):
    """The answer was lost: marked as a doubt, never sent again, and the gateway's report ends it."""
    make_contact(phone=AMIRA)
    texting.fault("drop_answer", times=1)
    texting.fault("delay", seconds=0.3, times=3)
    broadcast = send(by_sms(make_sms_sender(texting.account()), AMIRA))
    assert fate(broadcast, AMIRA) == ("failed", "unconfirmed")
    office.until(lambda: fate(broadcast, AMIRA)[0] == "delivered")
    assert len(texting.sent()) == 1


def test_stop_by_sms_ends_them_and_start_begins_again(office, texting):
    """S3-51, S3-53, S3-54, S3-55 for SMS: the registry knows who said it and when."""
    amira, sender = make_contact(phone=AMIRA), make_sms_sender(texting.account())
    texting.says(AMIRA, "Stop")
    office.until(lambda: Contact.objects.get(pk=amira.pk).sms_optout == "all")
    assert fate(send(by_sms(sender, AMIRA)), AMIRA) == ("skipped", "opted_out")
    texting.says(AMIRA, "START")
    office.until(lambda: Contact.objects.get(pk=amira.pk).sms_optout == "")
    assert fate(send(by_sms(sender, AMIRA)), AMIRA)[0] in ("sent", "delivered")
    rows = Consent.objects.filter(contact=amira).order_by("pk")
    assert [(row.channel, row.state, row.source) for row in rows] == [
        ("sms", "all", "word"),
        ("sms", "opted_in", "word"),
    ]


def test_an_email_is_read_and_stopped_with_one_click(office, postbox):
    """S4-34, S4-35, S4-38: by email, with a subject and a message; the link in it stops the next one."""
    make_contact("Amira Haddad", email=AT_HOME)
    assert fate(send(by_email(AT_HOME)), AT_HOME) == ("sent", "")
    (letter,) = postbox.letters
    assert "Dear Amira, it is here." in letter.get_body(("plain",)).get_content()
    link = re.fullmatch(r"<https?://[^/]+(/.*)>", letter["List-Unsubscribe"].strip())[1]
    office.http.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert fate(send(by_email(AT_HOME)), AT_HOME) == ("skipped", "opted_out")
    assert len(postbox.letters) == 1


def test_a_fault_of_the_sender_pauses_the_broadcast_and_resuming_sends_to_all(office, postbox):
    make_contact("Amira Haddad", email=AT_HOME)
    postbox.sender_answer = "553 Sender address rejected"
    broadcast = send(by_email(AT_HOME))
    assert (broadcast.status, broadcast.pause_reason) == ("paused", "sender_on_hold")
    assert "Sender address rejected" in broadcast.pause_words
    postbox.sender_answer = ""
    broadcast.email_sender.held_at = None
    broadcast.email_sender.save()
    actions.resume(broadcast.pk)
    carry_all(broadcast, Recipient.objects.get().due_at)
    assert fate(broadcast, AT_HOME) == ("sent", "")
