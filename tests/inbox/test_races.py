"""Things that happen at the same moment, in threads with connections of their own, on real PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.models.signals import m2m_changed
from django.urls import reverse
from django.utils import timezone

from inbox import consent
from inbox.actions.assignment import claim, give_back
from inbox.actions.closing import close, undo_close
from inbox.actions.joining import join
from inbox.actions.refusals import AlreadyClaimed, Refusal
from inbox.actions.sending import send_message
from inbox.assignment import fill_places
from inbox.consent import Said, Source
from inbox.delivery import record_receipt
from inbox.models import Agent, Consent, Contact, Conversation, Event, Message, Tag, Thread
from tests.factories import (
    make_agent,
    make_contact,
    make_conversation,
    make_number,
    make_tag,
    make_thread,
    moved_back,
    writes,
)
from tests.running import until_another_waits_for_us
from whatsapp.content import Text
from whatsapp.inbound import StatusReported

pytestmark = pytest.mark.django_db(transaction=True)

# Each thread holds a connection, and the pool has twelve.
AT_ONCE = 10


def at_once(*steps):
    """Run every step in a thread of its own, all let go together. Returns their results, a Refusal among them."""
    start = threading.Barrier(len(steps))

    def run(step):
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return step()
        except Refusal as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def load_of(agent):
    return Conversation.objects.filter(assignee=agent, status="assigned").count()


@pytest.fixture
def number():
    return make_number()


def test_a_hundred_agents_claim_and_one_wins(number):
    """Ten at a time for each of ten conversations: one winner each, and every loser is told the winner's name."""
    agents = [make_agent(numbers=[number], available=False) for _ in range(AT_ONCE)]
    for _ in range(10):
        conversation = make_conversation(number=number)
        results = at_once(*[lambda agent=agent, pk=conversation.pk: claim(pk, agent) for agent in agents])
        conversation.refresh_from_db()
        losers = [result for result in results if isinstance(result, AlreadyClaimed)]
        assert len(losers) == AT_ONCE - 1
        assert {loser.winner for loser in losers} == {conversation.assignee}
        assert conversation.events.filter(kind=Event.Kind.CLAIMED).count() == 1


def test_several_runs_at_once_hold_every_limit(number):
    staff = [make_agent(numbers=[number], limit=limit) for limit in (1, 2, 3)]
    line = [moved_back(make_conversation(number=number), minutes=12 - place) for place in range(12)]
    at_once(*[fill_places] * 4)
    assert [load_of(agent) for agent in staff] == [1, 2, 3]
    served = Conversation.objects.filter(status="assigned").order_by("waiting_since", "pk")
    assert {one.pk for one in served} == {one.pk for one in line[:6]}


def test_a_claim_beside_the_run_never_lets_the_run_pass_the_limit(number):
    """By hand may pass it; the run counts the claim, or came before it."""
    for _ in range(5):
        ada = make_agent(numbers=[number], limit=2)
        claimed = make_conversation(number=number, window_hours=-1)
        line = [make_conversation(number=number) for _ in range(3)]
        at_once(lambda: claim(claimed.pk, ada), fill_places, fill_places)  # noqa: B023 (all have run before the next)
        kinds = list(Event.objects.filter(data__to_id=ada.pk).order_by("pk").values_list("kind", flat=True))
        assert kinds in (["claimed", "assigned"], ["assigned", "claimed"], ["assigned", "assigned", "claimed"])
        Agent.objects.filter(pk=ada.pk).update(is_active=False)
        for conversation in [claimed, *line]:
            close(conversation.pk)


def test_everything_at_once_ends_with_limits_held_and_nothing_lost(number):
    staff = [make_agent(numbers=[number], limit=2) for _ in range(3)]
    held = [make_conversation("assigned", number=number, assignee=agent) for agent in staff for _ in range(2)]
    contacts = [make_contact() for _ in range(4)]
    at_once(
        lambda: close(held[0].pk, staff[0]),
        lambda: give_back(held[2].pk, staff[1]),
        *[lambda contact=contact: writes(contact, number) for contact in contacts],
        fill_places,
        fill_places,
    )
    fill_places()
    assert [load_of(agent) for agent in staff] == [2, 2, 2]
    assert Conversation.objects.exclude(status="closed").count() == 9
    assert set(Conversation.objects.exclude(status__in=["closed", "assigned"]).values_list("status", flat=True)) == {
        "queued"
    }


def test_an_undo_beside_a_run_ends_in_one_order_or_the_other(number):
    """The place was free for a moment: the run may have filled it, but never twice."""
    ada = make_agent(numbers=[number], limit=1)
    hers = make_conversation("assigned", number=number, assignee=ada)
    for _ in range(3):
        make_conversation(number=number)
    close(hers.pk, ada)
    at_once(lambda: undo_close(hers.pk, ada), fill_places, fill_places)
    fill_places()
    automatic = Event.objects.filter(kind=Event.Kind.ASSIGNED).count()
    assert automatic <= 1
    assert load_of(ada) == 1 + automatic


def test_two_words_of_a_new_customer_open_one_conversation(number):
    contact = make_contact()
    at_once(*[lambda: writes(contact, number)] * 6)
    conversation = Conversation.objects.get()
    assert conversation.messages.count() == 6


def test_a_tag_that_is_deleted_while_it_is_put_on_is_refused_in_words(number, client):
    """Only the database sees it, when the change is complete."""

    def delete(action, **_):
        if action == "pre_add":
            at_once(lambda: Tag.objects.all().delete())

    ada = make_agent(numbers=[number])
    conversation, tag = make_conversation("assigned", number=number, assignee=ada), make_tag("vip")
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    m2m_changed.connect(delete, sender=Conversation.tags.through)
    try:
        answer = client.post(reverse("conversation_tags", args=[conversation.pk]), {"tag": tag.pk, "on": "1"})
    finally:
        m2m_changed.disconnect(delete, sender=Conversation.tags.through)
    assert (answer.status_code, answer.json()["code"]) == (409, "meanwhile")
    assert not conversation.events.exists()


def after_a_join(keep, absorb, step):
    """Run `step` in a thread of its own in the middle of the join of two contacts; its result once both are done."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            join(keep, absorb, timezone.now())
            waiting = pool.submit(at_once, step)
            until_another_waits_for_us()
        return waiting.result()[0]


def test_a_change_that_waited_for_a_join_goes_on_where_the_conversation_went(number):
    """It had read the old thread before it waited, and must not carry the conversation back there."""
    ada = make_agent(numbers=[number])
    keep = make_conversation("closed", number=number)
    moved = make_conversation("assigned", number=number, assignee=ada)
    absorbed = moved.thread.contact
    after_a_join(keep.thread.contact, absorbed, lambda: close(moved.pk, by=ada))
    moved.refresh_from_db()
    assert (moved.status, moved.thread) == ("closed", keep.thread)
    assert moved.events.filter(kind=Event.Kind.CLOSED).get().thread == keep.thread


def test_a_receipt_that_waited_for_a_join_finds_its_message(number):
    keep = make_conversation("closed", number=number)
    moved = make_conversation("assigned", number=number, assignee=make_agent(numbers=[number]))
    message = send_message(moved.pk, Text("On its way"), moved.assignee)
    Message.objects.filter(pk=message.pk).update(status="sent", wamid="wamid.1")
    after_a_join(keep.thread.contact, moved.thread.contact, lambda: record_receipt(receipt(number, "wamid.1")))
    message.refresh_from_db()
    assert (message.status, message.thread) == ("delivered", keep.thread)


def receipt(number, wamid):
    account, now = number.account.waba_id, timezone.now()
    return StatusReported(account, number.phone_number_id, wamid, "delivered", now)


def test_a_refusal_that_comes_by_many_doors_at_once_is_kept_once():
    """The customer's word on each number, an agent's page and a program, all at the same moment."""
    ida, numbers = make_contact("Ida", profile_name="Ida"), [make_number(), make_number()]
    for number in numbers:
        make_thread(ida, number)

    def refuse(source):
        return lambda: consent.refuse(Contact.objects.get(), "whatsapp", Said(source))

    words = [lambda number=number: writes(ida, number, "stop") for number in numbers]
    at_once(*words, *[refuse(source) for source in (Source.AGENT, Source.API, Source.LINK) for _ in range(2)])
    assert Contact.objects.get().whatsapp_optout == "all"
    assert Consent.objects.count() == 1
    assert Message.objects.filter(text="stop").count() == 2


def test_a_refusal_is_kept_where_somebody_takes_the_rows_in_the_other_order():
    thread = make_thread()

    def merge():
        """Takes the contact, and the thread once the refusal waits for the contact; leaves the deadlock to it."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '30s'")
            list(Contact.objects.select_for_update())
            refusing.set()
            until_another_waits_for_us()
            list(Thread.objects.select_for_update())

    def refuse():
        assert refusing.wait(timeout=30)
        return consent.refuse(thread.contact, "whatsapp", Said(Source.AGENT))

    refusing = threading.Event()
    assert at_once(merge, refuse) == [None, True]
    assert Contact.objects.get().whatsapp_optout == "all"
    assert Event.objects.filter(kind="opted_out").count() == Consent.objects.count() == 1
