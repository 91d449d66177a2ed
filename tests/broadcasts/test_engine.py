"""From rows to messages at WhatsApp, each once, and what the ledger says of them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from broadcasts import actions, ledger
from broadcasts.engine import couriers
from broadcasts.models import Pace
from inbox import delivery
from inbox.models import Contact, Conversation, Group, Identity, Message
from tests.broadcasts.sending import VALUES, carry_all, make_broadcast, phone_of, report, send, standing
from tests.factories import make_agent, make_contact, make_conversation
from whatsapp import connection
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db


def test_everybody_gets_one_message_filled_for_them(berlin, meta):
    """Shows S3-10, S3-24, S3-28."""
    broadcast = send(make_broadcast(berlin, [phone_of(1), phone_of(2)]))
    assert [row["shown"]["body"] for row in meta.sent()] == [
        "Dear Ida, your parcel comes on 1 May between 9:00 and 12:00. Questions? Call +31367606600."
    ] * 2
    assert standing(broadcast) == {"sent": 2}
    assert broadcast.status == "finished"
    assert Message.objects.filter(author_kind="broadcast", conversation=None, status="sent").count() == 2


def test_everybody_gets_their_own_values_and_the_default_where_they_have_none(berlin, meta):
    """Shows S3-14, S3-17, S3-18, S3-19, S3-20."""
    broadcast = make_broadcast(berlin, [phone_of(1)], {**VALUES, "name": "Ada"}, params={"Name": "Customer"})
    nameless = {name: value for name, value in VALUES.items() if name != "name"}
    ledger.add(broadcast, [ledger.Entry(phone_of(2), params=nameless)], timezone.now())
    send(broadcast)
    assert sorted(row["shown"]["body"].partition(",")[0] for row in meta.sent()) == ["Dear Ada", "Dear Customer"]


def test_it_opens_no_conversation_and_in_an_open_one_it_stands_labelled_and_changes_nothing(berlin, meta):
    ada, known = make_agent("Ada", numbers=[berlin]), make_contact("Ida", phone_of(1))
    conversation = make_conversation("assigned", number=berlin, contact=known, assignee=ada)
    before = Conversation.objects.filter(pk=conversation.pk).values().get()
    send(make_broadcast(berlin, [phone_of(1), phone_of(2)]))
    assert Conversation.objects.count() == 1
    assert Conversation.objects.filter(pk=conversation.pk).values().get() == before
    assert Message.objects.get(author_kind="broadcast", conversation=conversation).status == "sent"


def test_the_refused_are_skipped_with_the_reason_and_nothing_is_sent_to_them(berlin, meta):
    """Shows S3-54."""
    make_contact("Ida", phone_of(1), whatsapp_optout="all")
    make_contact("Ada", phone_of(2), whatsapp_optout="marketing")
    broadcast = send(make_broadcast(berlin, [phone_of(1), phone_of(2)]))
    assert standing(broadcast) == {"sent": 1, "skipped": 1}
    skipped = broadcast.recipients.get(status="skipped")
    assert (skipped.address, skipped.reason) == (phone_of(1), "opted_out")
    assert "does not want messages" in skipped.words
    assert [row["customer_id"] for row in meta.sent()] == [meta.customer(phone_of(2)).id]


def test_who_is_served_right_now_is_spared_where_that_is_wished(berlin, meta):
    make_conversation("unassigned", number=berlin, contact=make_contact("Ida", phone_of(1)))
    broadcast = send(make_broadcast(berlin, [phone_of(1), phone_of(2)], skips_open_conversations=True))
    assert standing(broadcast) == {"sent": 1, "skipped": 1}
    assert broadcast.recipients.get(status="skipped").reason == "conversation_open"


def test_nobody_gets_more_broadcasts_than_allowed_in_so_many_days(berlin, meta):
    send(make_broadcast(berlin, [phone_of(1)]))
    broadcast = send(make_broadcast(berlin, [phone_of(1), phone_of(2)], cap_count=1, cap_days=7))
    assert standing(broadcast) == {"sent": 1, "skipped": 1}
    assert broadcast.recipients.get(status="skipped").reason == "capped"
    later = send(make_broadcast(berlin, [phone_of(1)], cap_count=1, cap_days=7), timezone.now() + timedelta(days=8))
    assert standing(later) == {"sent": 1}


def test_what_the_template_will_not_take_fails_with_words_and_the_others_get_theirs(berlin, meta):
    broadcast = make_broadcast(berlin, [phone_of(1)], {**VALUES, "name": "x" * 1100})
    ledger.add(broadcast, [ledger.Entry(phone_of(2), params=VALUES)], timezone.now())
    send(broadcast)
    assert standing(broadcast) == {"sent": 1, "failed": 1}
    assert "1024 characters" in broadcast.recipients.get(status="failed").words


def test_at_night_people_are_left_asleep_and_get_it_in_their_morning(berlin, meta):
    night = timezone.now().replace(hour=2, minute=0)
    broadcast = make_broadcast(berlin, [phone_of(1)], earliest_hour=9, latest_hour=20)
    broadcast.recipients.update(due_at=night)
    send(broadcast, night)
    assert (standing(broadcast), broadcast.status) == ({"queued": 1}, "sending")
    assert broadcast.recipients.get().due_at.astimezone(ZoneInfo("Europe/Berlin")).hour == 9
    carry_all(broadcast, night + timedelta(hours=8))
    assert (standing(broadcast), broadcast.status) == ({"sent": 1}, "finished")


def test_a_group_is_evaluated_when_it_fires_and_everybody_in_it_gets_their_own(berlin, meta):
    ida = make_contact("Ida", phone_of(1), attributes=VALUES)
    make_contact("Ada", phone_of(2), attributes={"date": "2 May"})
    Identity.objects.all().delete()
    twin = make_contact("Ida again", phone_of(3), attributes=VALUES)
    Contact.objects.filter(pk=twin.pk).update(phone=phone_of(1))
    nobody = Contact.objects.create(name="Nobody")
    group = Group.objects.create(name="Customers")
    broadcast = make_broadcast(berlin, audience={"groups": [group.pk]})
    group.contacts.set(Contact.objects.all())
    send(broadcast)
    fates = {row.contact_id: (row.status, row.reason) for row in broadcast.recipients.all()}
    assert fates.pop(ida.pk) == ("sent", "")
    assert fates.pop(twin.pk) == ("skipped", "duplicate")
    assert fates.pop(nobody.pk) == ("skipped", "no_address")
    assert list(fates.values()) == [("skipped", "value_missing")]
    assert [row["shown"]["body"].partition(",")[0] for row in meta.sent()] == ["Dear Ida"]


def test_a_number_on_hold_holds_its_broadcasts_and_they_go_on_with_it(berlin, meta):
    connection.hold(berlin, "Payment is missing.")
    broadcast = send(make_broadcast(berlin, [phone_of(1)]))
    assert (standing(broadcast), broadcast.status) == ({"queued": 1}, "sending")
    connection.resume(berlin)
    assert standing(carry_all(broadcast)) == {"sent": 1}


def test_a_template_that_meta_has_paused_pauses_the_broadcast_and_says_so(berlin, meta):
    broadcast = make_broadcast(berlin, [phone_of(1)])
    actions.launch(broadcast.pk)
    MessageTemplate.objects.filter(name="delivery_notice").update(status="PAUSED")
    carry_all(broadcast)
    assert (broadcast.status, broadcast.pause_reason) == ("paused", "template_not_approved")
    assert standing(broadcast) == {"queued": 1}


def test_what_is_worth_another_try_is_tried_again_later_and_not_doubled(berlin, meta):
    """Shows S3-29."""
    meta.fault("refuse", code=131016, times=1)
    broadcast = make_broadcast(berlin, [phone_of(1)])
    actions.launch(broadcast.pk)
    couriers.run(Pace.objects.get())
    assert (standing(broadcast), meta.sent()) == ({"sending": 1}, [])
    carry_all(broadcast, timezone.now() + timedelta(minutes=1))
    assert standing(broadcast) == {"sent": 1}
    assert (len(meta.sent()), meta.doubles()) == (1, {})


def test_what_is_not_worth_another_try_fails_at_once_with_reason_and_words(berlin, meta):
    meta.fault("refuse", code=131030, times=1)
    broadcast = send(make_broadcast(berlin, [phone_of(1)]))
    assert standing(broadcast) == {"failed": 1}
    assert broadcast.recipients.get().reason == "whatsapp_131030"
    assert broadcast.recipients.get().words
    assert broadcast.status == "finished"


def test_too_many_at_once_slow_the_number_down(berlin, meta):
    meta.fault("refuse", code=130429, times=1)
    broadcast = make_broadcast(berlin, [phone_of(1), phone_of(2)])
    actions.launch(broadcast.pk)
    pace = Pace.objects.get()
    couriers.run(pace)
    pace.refresh_from_db()
    assert (pace.slowed_to, pace.per_second) == (76, 80)


def test_an_unclear_answer_is_never_sent_again_and_a_receipt_settles_it(berlin, meta):
    meta.fault("drop_answer", times=1)
    broadcast = send(make_broadcast(berlin, [phone_of(1)]))
    message = Message.objects.get(author_kind="broadcast")
    assert (standing(broadcast), message.status) == ({"sending": 1}, "sending")
    Message.objects.update(claimed_until=timezone.now())
    delivery.deliver_next(message.thread_id)
    assert standing(broadcast) == {"failed": 1}
    assert broadcast.recipients.get().reason == "unconfirmed"
    carry_all(broadcast, timezone.now() + timedelta(hours=1))
    assert len(meta.sent()) == 1
    report(message, "delivered")
    assert standing(broadcast) == {"delivered": 1}


def test_receipts_move_recipients_on_and_only_forward(berlin, meta):
    """Shows S3-30."""
    broadcast = send(make_broadcast(berlin, [phone_of(1)]))
    message = Message.objects.get(author_kind="broadcast")
    for word, stands in (("delivered", "delivered"), ("sent", "delivered"), ("read", "read"), ("failed", "read")):
        report(message, word)
        assert standing(broadcast) == {stands: 1}


def test_a_failure_that_whatsapp_reports_later_is_counted_with_reason_and_words(berlin, meta):
    """Shows S3-38."""
    broadcast = send(make_broadcast(berlin, [phone_of(1)]))
    report(Message.objects.get(author_kind="broadcast"), "failed", 131049)
    assert standing(broadcast) == {"failed": 1}
    assert broadcast.recipients.get().reason == "whatsapp_131049"
    assert broadcast.status == "finished"


def test_a_passing_failure_reported_later_gets_another_message_in_a_while_but_not_for_ever(berlin, meta):
    """Shows S3-29."""
    broadcast = send(make_broadcast(berlin, [phone_of(1)]))
    now = timezone.now()
    for tries in (1, 2, 3):
        report(Message.objects.latest("pk"), "failed", 131000)
        broadcast.refresh_from_db()
        assert (standing(broadcast), broadcast.status) == ({"queued": 1}, "sending")
        assert broadcast.recipients.get().attempts == tries
        now += timedelta(hours=1)
        carry_all(broadcast, now)
    report(Message.objects.latest("pk"), "failed", 131000)
    assert standing(broadcast) == {"failed": 1}
    assert Message.objects.count() == len(meta.sent()) == 4
    assert Message.objects.latest("pk").retry_of is not None


def test_who_got_it_after_all_is_not_written_to_again(berlin, meta):
    broadcast = send(make_broadcast(berlin, [phone_of(1)]))
    message = Message.objects.get()
    report(message, "failed", 131000)
    report(message, "delivered")
    assert standing(carry_all(broadcast, timezone.now() + timedelta(hours=1))) == {"delivered": 1}
    assert len(meta.sent()) == 1
