"""Broadcasts by email, through a real mail server: what arrives, what is retried, what is never doubled."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from broadcasts import ledger
from broadcasts.channels import outcomes
from broadcasts.channels.direct import LEASE
from broadcasts.channels.email import Email
from broadcasts.failures import TryLater
from broadcasts.models import Broadcast, BroadcastFile, EmailSender, Recipient
from inbox.actions.joining import join
from inbox.actions.refusals import Refusal
from inbox.consent import Said, refuse
from inbox.models import Contact
from tests import factories
from tests.broadcasts.senders import enter, fates, make_email, make_email_sender, only, run

pytestmark = pytest.mark.django_db

AMIRA, LUIS, IDA = "amira@example.org", "luis@example.org", "ida@example.org"


def test_each_recipient_gets_a_letter_of_their_own(postbox):
    """S4-34, S4-35: one broadcast by email reaches many, each with their own values."""
    broadcast = make_email({AMIRA: {"name": "Amira"}, LUIS: {}}, subject="For {{ name }}")
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("sent", ""), LUIS: ("sent", "")}
    assert [(letter["To"], letter["Subject"]) for letter in postbox.letters] == [
        (AMIRA, "For Amira"),
        (LUIS, "For friend"),
    ]
    assert "Dear Amira, it is here." in postbox.letters[0].get_body(("plain",)).get_content()
    assert ledger.totals(broadcast)["sent"] == 2


def test_values_come_from_the_contact_as_well(postbox):
    factories.make_contact("Amira Haddad", email=AMIRA, attributes={"order": "A-7"})
    broadcast = make_email([AMIRA], message="Dear {{ first_name }}, order {{ order }} is here.")
    Recipient.objects.update(contact=Contact.objects.get(email=AMIRA))
    run(broadcast)
    assert "Dear Amira, order A-7 is here." in postbox.letters[0].get_body(("plain",)).get_content()


def test_whoever_lacks_a_value_is_skipped_with_the_reason(postbox):
    broadcast = make_email({AMIRA: {"code": "7"}, LUIS: {}}, message="Your code: {{ code }}")
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("sent", ""), LUIS: ("skipped", "value_missing")}
    assert "code" in Recipient.objects.get(address=LUIS).words


def test_whoever_wants_no_emails_gets_none(postbox):
    """S3-54: also where another contact has the same address."""
    refuse(factories.make_contact(email=AMIRA.upper()), "email", Said("link"))
    broadcast = make_email([AMIRA, LUIS])
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("skipped", "opted_out"), LUIS: ("sent", "")}


def test_whoever_had_enough_or_is_being_served_is_spared(postbox):
    amira, luis = factories.make_contact(email=AMIRA), factories.make_contact(email=LUIS)
    run(make_email([AMIRA]))
    factories.make_conversation(contact=luis)
    broadcast = make_email([AMIRA, LUIS, IDA], cap_count=1, skips_open_conversations=True)
    run(broadcast)
    assert fates(broadcast) == {
        AMIRA: ("skipped", "capped"),
        LUIS: ("skipped", "conversation_open"),
        IDA: ("sent", ""),
    }
    assert Recipient.objects.filter(contact=amira).count() == 2


def test_a_recipient_is_the_contact_whose_address_it_is_and_nobody_else_becomes_one(postbox):
    """A pasted address, or a test to oneself, makes no contact."""
    amira = factories.make_contact(email=AMIRA)
    run(make_email([AMIRA, LUIS]))
    assert dict(Recipient.objects.values_list("address", "contact")) == {AMIRA: amira.pk, LUIS: None}
    assert Contact.objects.count() == 1


def test_a_refused_address_fails_and_the_next_one_is_sent(postbox):
    postbox.answers[AMIRA] = "550 5.1.1 No such user"
    broadcast = make_email([AMIRA, LUIS])
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("failed", "email_550"), LUIS: ("sent", "")}
    assert "No such user" in Recipient.objects.get(address=AMIRA).words


def test_a_passing_refusal_is_tried_again_with_growing_pauses_and_then_given_up(postbox):
    postbox.answers[AMIRA] = "450 Greylisted"
    broadcast, now = make_email([AMIRA]), timezone.now()
    pauses = []
    for _ in range(3):
        run(broadcast, now)
        waiting = only(broadcast)
        assert waiting.status == "queued"
        pauses.append(round((waiting.due_at - waiting.moved_at).total_seconds()))
        now = waiting.due_at
    assert pauses == [30, 120, 600]
    run(broadcast, now)
    assert fates(broadcast) == {AMIRA: ("failed", "email_450")}


def test_what_was_greylisted_arrives_once(postbox):
    postbox.answers[AMIRA] = ["450 Greylisted"]
    broadcast = make_email([AMIRA])
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("queued", "")}
    postbox.answers.clear()
    run(broadcast, only(broadcast).due_at)
    assert fates(broadcast) == {AMIRA: ("sent", "")}
    assert len(postbox.to(AMIRA)) == 1


def test_a_broken_connection_leaves_a_doubt_and_no_double(postbox):
    """The letter was taken, its answer was lost: it is marked, and never sent again by itself."""
    postbox.data_answers[AMIRA] = "drop"
    broadcast = make_email([AMIRA])
    run(broadcast)
    run(broadcast, timezone.now() + timedelta(days=1))
    assert fates(broadcast) == {AMIRA: ("failed", "unconfirmed")}
    assert len(postbox.to(AMIRA)) == 1


def test_every_letter_of_a_recipient_has_the_same_message_id(postbox):
    """A person who sends again after a doubt makes nobody read it twice: mail programs know it by its id."""
    broadcast = make_email([AMIRA])
    run(broadcast)
    ledger.move([only(broadcast)], "queued", timezone.now())
    run(broadcast)
    assert len({letter["Message-ID"] for letter in postbox.to(AMIRA)}) == 1
    assert len(postbox.to(AMIRA)) == 2


def test_a_worker_that_dies_before_the_request_forgets_nobody(postbox):
    broadcast = make_email([AMIRA])
    enter(broadcast)
    later = timezone.now() + LEASE
    run(broadcast, later)
    assert fates(broadcast) == {AMIRA: ("sent", "")}
    assert len(postbox.to(AMIRA)) == 1


def test_a_worker_that_dies_after_the_request_doubles_nobody(postbox, monkeypatch):
    """kill -9 between sending and writing it down."""
    broadcast = make_email([AMIRA])
    monkeypatch.setattr("broadcasts.channels.direct.record", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        run(broadcast)
    monkeypatch.undo()
    run(broadcast, timezone.now() + LEASE)
    assert fates(broadcast) == {AMIRA: ("failed", "unconfirmed")}
    assert len(postbox.to(AMIRA)) == 1


@pytest.mark.parametrize(("has_left", "fate"), [(False, ("cancelled", "cancelled")), (True, ("failed", "unconfirmed"))])
def test_whom_a_lost_worker_left_in_a_cancelled_broadcast_is_settled_too(has_left, fate):
    """No courier comes to it any more."""
    broadcast = make_email([AMIRA])
    enter(broadcast)
    Broadcast.objects.update(status="cancelled")
    if has_left:
        Recipient.objects.update(left_at=timezone.now())
    outcomes.sweep()
    assert only(broadcast).status == "sending"
    outcomes.sweep(timezone.now() + LEASE)
    assert fates(broadcast) == {AMIRA: fate}


def test_two_workers_with_the_same_recipients_send_once(postbox):
    broadcast = make_email([AMIRA])
    entered = enter(broadcast)
    Email().leave(broadcast.lane, entered)
    Email().leave(broadcast.lane, entered)
    assert len(postbox.to(AMIRA)) == 1


@pytest.mark.parametrize(
    ("status", "pause_reason", "fate"), [("paused", "by_hand", "queued"), ("cancelled", "", "cancelled")]
)
def test_what_stands_still_sends_nothing_more(postbox, status, pause_reason, fate):
    broadcast = make_email([AMIRA])
    entered = enter(broadcast)
    Broadcast.objects.update(status=status, pause_reason=pause_reason)
    Email().leave(broadcast.lane, entered)
    assert postbox.letters == []
    assert only(broadcast).status == fate


def test_a_fault_of_the_sender_holds_it_and_nobody_fails(postbox):
    postbox.sender_answer = "553 Sender address rejected"
    broadcast = make_email([AMIRA])
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("queued", "")}
    broadcast = Broadcast.objects.get()
    obstacle = Email().obstacle(broadcast)
    assert obstacle.reason == "sender_on_hold"
    assert "Sender address rejected" in obstacle.words


def test_attachments_come_along(postbox):
    broadcast = make_email([AMIRA])
    kept = BroadcastFile(broadcast=broadcast, name="prices.pdf", mime_type="application/pdf", size_bytes=8)
    kept.file.save("prices.pdf", ContentFile(b"%PDF-1.7"))
    run(broadcast)
    (part,) = postbox.letters[0].iter_attachments()
    assert (part.get_filename(), part.get_content_type(), part.get_content()) == (
        "prices.pdf",
        "application/pdf",
        b"%PDF-1.7",
    )
    kept.file.delete(save=False)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"message": ""}, "message"),
        ({"subject": "x" * 301}, "subject"),
        ({"message": "x" * 100_001}, "message"),
    ],
)
def test_an_email_that_cannot_be_sent_is_refused_naming_the_field(change, field):
    """S4-38"""
    with pytest.raises(Refusal) as refusal:
        Email().check(make_email(**change))
    assert refusal.value.field == field


@pytest.mark.parametrize("change", [{"is_active": False}, {"held_at": timezone.now(), "held_reason": "No log-in."}])
def test_a_sender_that_is_not_in_use_is_refused(change):
    """S4-37: the channel to send from."""
    broadcast = make_email(email_sender=make_email_sender(**change))
    with pytest.raises(Refusal) as refusal:
        Email().check(broadcast)
    assert refusal.value.field == "sender"


def test_addresses_are_one_whatever_their_case_and_no_other_text_is_one():
    assert Email().address(" Amira@Example.ORG ", None) == AMIRA
    with pytest.raises(Refusal):
        Email().address("amira", None)


def test_each_sender_has_a_lane_at_its_own_pace():
    sender = make_email_sender(per_second=3)
    broadcast = make_email(email_sender=sender)
    assert broadcast.lane == f"email:{sender.pk}"
    assert EmailSender.objects.get().per_second == 3


def test_what_comes_back_for_another_try_after_it_was_cancelled_is_cancelled_too(postbox):
    """The server says "later" to what was on its way as somebody cancelled the rest."""
    broadcast = make_email([AMIRA])
    enter(broadcast)
    outcomes.let_go([only(broadcast).pk], timezone.now(), LEASE)
    Broadcast.objects.update(status="cancelled")
    outcomes.record(only(broadcast).pk, TryLater("451", "Later."), timezone.now())
    assert fates(broadcast) == {AMIRA: ("cancelled", "cancelled")}


def test_a_value_that_is_gone_since_it_was_claimed_leaves_no_doubt_and_holds_nobody_up(postbox):
    contact = factories.make_contact(email=AMIRA, attributes={"order": "4711"})
    broadcast = make_email({AMIRA: {}, LUIS: {"order": "4712"}}, message="Your order {{ order }}.")
    entered = enter(broadcast)
    Contact.objects.filter(pk=contact.pk).update(attributes={})
    Email().leave(broadcast.lane, entered)
    assert fates(broadcast) == {AMIRA: ("failed", "refused"), LUIS: ("sent", "")}


def test_an_attachment_that_is_gone_leaves_no_doubt(postbox):
    broadcast = make_email([AMIRA])
    BroadcastFile.objects.create(broadcast=broadcast, file="broadcasts/gone.pdf", name="gone.pdf", size_bytes=1)
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("queued", "")}
    assert "cannot be read" in only(broadcast).words
    assert postbox.letters == []


def test_who_was_joined_to_somebody_who_refused_gets_no_letter(postbox):
    """S3-54: joined after planning, refused by another address since."""
    absorbed, keep = factories.make_contact(email=AMIRA), factories.make_contact(email=LUIS)
    broadcast = make_email([AMIRA])
    Recipient.objects.update(contact=absorbed)
    join(keep, absorbed, timezone.now())
    refuse(Contact.objects.get(pk=keep.pk), "email", Said("link"))
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("skipped", "opted_out")}


NO_MAILBOX = ["a@example.org, b@example.org", "Amira <a@example.org>", "a@example.org\nBcc: b@example.org", "a"]


@pytest.mark.parametrize("written", NO_MAILBOX)
def test_a_contact_whose_email_is_none_is_reached_nowhere(written):
    """One recipient is one mailbox, whatever somebody wrote into the field."""
    assert Email().address_of(Contact(email=written)) == ""
