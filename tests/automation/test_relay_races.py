"""A customer's response and what people or programs do at the same moment, on real PostgreSQL."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from automation.api import answers
from automation.models import Relay
from automation.relay import answering, sending, sweeping
from automation.rules.relays import Action, Answer
from inbox.actions.assignment import assign
from inbox.actions.refusals import Refusal
from inbox.actions.sending import send_message
from inbox.models import ApiKey, Conversation, Event, Message
from tests.factories import make_agent, make_contact, make_conversation, make_number, taps, writes
from tests.inbox.test_races import at_once
from tests.workflow import HAND_OVER, LOOPBACK, running_workflow
from whatsapp.content import Button, Buttons

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6
QUESTION = Buttons("Deliver on Friday?", (Button("Yes", "Yes"),))


@pytest.fixture
def number():
    return make_number()


@pytest.fixture
def ada(number):
    return make_agent("Ada", numbers=[number])


@pytest.fixture
def ben(number):
    return make_agent("Ben", numbers=[number])


def pending_for(agent, number):
    return make_conversation("pending", number=number, contact=make_contact(), handover_to=agent)


def asked(conversation, key=None):
    """Our message with a button, on the customer's phone; relayed where a key is given."""
    on_answer = {"relay": True} if key else {}
    message = send_message(conversation, QUESTION, author_kind="integration", api_key=key, on_answer=on_answer)
    Message.objects.filter(pk=message.pk).update(wamid=f"wamid.{message.pk}", status="sent")
    return f"wamid.{message.pk}"


def count(conversation, kind):
    return conversation.events.filter(kind=kind).count()


@pytest.mark.parametrize("responds", [writes, taps])
@pytest.mark.parametrize("is_first", [True, False])
def test_s0_31_s0_33_a_response_and_a_reassignment_at_the_same_moment(number, ada, ben, responds, is_first):
    """S0-31, S0-33: whichever comes first, Ben has it in the end, and there is at most one handover."""
    for _ in range(ROUNDS):
        conversation = pending_for(ada, number)
        wamid = asked(conversation)
        contact = conversation.thread.contact

        def respond(contact=contact, wamid=wamid):
            with transaction.atomic():
                return responds(contact, number, wamid)

        def reassign(pk=conversation.pk):
            return assign(pk, ben)

        steps = [respond, reassign] if is_first else [reassign, respond]
        results = at_once(*steps)
        assert not [one for one in results if isinstance(one, Refusal)]
        conversation.refresh_from_db()
        assert (conversation.assignee, conversation.handover_to) == (ben, None)
        assert count(conversation, Event.Kind.HANDED_OVER) <= 1
        assert count(conversation, Event.Kind.ASSIGNED) == 1
        assert conversation.unanswered_since is not None


def test_s0_33_a_response_in_the_same_second_after_the_reassignment_moves_nothing(number, ada, ben):
    """S0-33"""
    conversation, now = pending_for(ada, number), timezone.now()
    assign(conversation.pk, ben, now=now)
    writes(conversation.thread.contact, number, now=now, sent_at=now - timedelta(seconds=1))
    conversation.refresh_from_db()
    assert conversation.assignee == ben
    assert count(conversation, Event.Kind.HANDED_OVER) == 0


def test_two_responses_at_once_hand_over_once(number, ada):
    for _ in range(ROUNDS):
        conversation = pending_for(ada, number)
        contact, wamid = conversation.thread.contact, asked(conversation)
        at_once(
            lambda contact=contact: writes(contact, number),
            lambda contact=contact, wamid=wamid: taps(contact, number, wamid),
        )
        conversation.refresh_from_db()
        assert conversation.assignee == ada
        assert count(conversation, Event.Kind.HANDED_OVER) == 1


# --- With a workflow -------------------------------------------------------------------------------------------------


@pytest.fixture
def workflow(settings):
    settings.PROGRAMS_ALLOWED_NETWORKS = LOOPBACK
    with running_workflow() as workflow:
        yield workflow


@pytest.fixture
def key(workflow):
    key = ApiKey(name="CRM", scopes=ApiKey.Scope.values, relay_url=workflow.url)
    key.rotate()
    key.save()
    return key


def relayed(agent, number, key):
    """A pending conversation whose customer's tap waits for the workflow."""
    conversation = pending_for(agent, number)
    taps(conversation.thread.contact, number, asked(conversation, key))
    return conversation, Relay.objects.get(conversation=conversation)


def test_several_workers_send_a_relay_once(number, ada, workflow, key):
    conversation, relay = relayed(ada, number, key)
    at_once(*[lambda: sending.send_next(conversation.thread_id, answers.read)] * 4)
    assert workflow.names == [relay.name]


def test_s0_33_the_workflows_handover_and_a_reassignment_at_the_same_moment(number, ada, ben, workflow, key):
    """S0-33"""
    workflow.answers(HAND_OVER)
    for _ in range(ROUNDS):
        conversation, _ = relayed(ada, number, key)
        at_once(
            lambda pk=conversation.thread_id: sending.send_next(pk, answers.read),
            lambda pk=conversation.pk: assign(pk, ben),
        )
        conversation.refresh_from_db()
        assert conversation.assignee == ben
        assert count(conversation, Event.Kind.HANDED_OVER) <= 1


def test_of_two_answers_at_once_one_is_taken(number, ada, key, workflow):
    for _ in range(ROUNDS):
        conversation, relay = relayed(ada, number, key)
        results = at_once(*[lambda pk=relay.pk: answering.answer(pk, Answer(Action.HAND_OVER))] * 3)
        refused = [one.code for one in results if isinstance(one, Refusal)]
        assert refused == ["relay_answered"] * 2
        assert count(conversation, Event.Kind.HANDED_OVER) == 1


def test_an_answer_at_the_deadline_is_either_taken_or_too_late(number, ada, key, workflow):
    for _ in range(ROUNDS):
        conversation, relay = relayed(ada, number, key)
        results = at_once(
            lambda pk=relay.pk: answering.answer(pk, Answer(Action.HAND_OVER)),
            lambda at=relay.deadline_at: sweeping.fail_overdue(at),
        )
        conversation.refresh_from_db()
        relay.refresh_from_db()
        was_late = isinstance(results[0], Refusal)
        assert relay.status == (Relay.Status.FAILED if was_late else Relay.Status.ANSWERED)
        assert conversation.assignee == ada
        assert count(conversation, Event.Kind.HANDED_OVER) == 1
        assert Conversation.objects.filter(status="pending").count() == 0
