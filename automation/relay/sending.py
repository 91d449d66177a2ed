"""The lane of a thread: its relays go out in their order, one in flight, no lock held while a program is called.

At least once: what a worker died with is sent again after its lease, under the same webhook-id. `read(body, relay)`
understands a program's answer (automation.api.answers), and raises Refusal for nonsense.
"""

import json
import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from automation.models import Relay
from automation.relay import answering, failing
from automation.relay.bodies import content_of
from automation.relay.changing import RELATED, Gone, opened
from automation.relay.making import SEND
from automation.rules.relays import Action, Answer, Verdict, retry_at, verdict
from inbox.actions.refusals import Refusal
from inbox.models import Thread
from inbox.programs import door, room
from inbox.programs.calling import call
from whatsapp.wake import wake

logger = logging.getLogger(__name__)

# A call gives up after 10 s; what is in flight for longer is a lost worker's.
LEASE = timedelta(seconds=30)
MOST_STEPS = 100
# So many calls of one key are under way at a time: fewer than a worker has places for calls.
MOST_CALLS_AT_ONCE = 2
Status = Relay.Status
NO_KEY = "Its API key was deleted, revoked or has expired."
NO_ADDRESS = "There is no address to call."
NOT_JSON = "Its answer is not a JSON object."


@dataclass(frozen=True)
class Outcome:
    """What a try came to: an HTTP status and body, or words why there is none; whether another try makes sense."""

    verdict: Verdict
    words: str = ""
    status: int | None = None
    duration_ms: int | None = None
    body: bytes = b""


def send_next(thread_id, read):
    """Send what waits in this thread, oldest first, until nothing may leave now; then let others of its program go."""
    with room.place(_go_on, thread_id) as is_in:
        if is_in:
            _run(thread_id, read)


def _run(thread_id, read):
    relay = None
    for _ in range(MOST_STEPS):
        claimed = _claim(thread_id, timezone.now())
        if claimed is None:
            break
        relay = claimed
        _send(relay, read)
    if relay:
        _wake_next(relay.api_key_id, timezone.now())


def _wake_next(key_id, now):
    """Another thread may have been held back while this program was busy."""
    due = Relay.objects.filter(api_key=key_id, status=Status.PENDING, retry_at__lte=now).order_by("retry_at")
    thread_id = due.values_list("conversation__thread", flat=True).first()
    if thread_id:
        _go_on(thread_id)


def _go_on(thread_id):
    wake(SEND, thread_id, queue="bulk")


def _is_busy(relay, now):
    """A program that hangs does not hang all workers; what is held back goes when one of its calls has ended."""
    flying = Relay.objects.filter(api_key=relay.api_key_id, status=Status.SENDING, claimed_until__gt=now)
    return flying.exclude(pk=relay.pk).count() >= MOST_CALLS_AT_ONCE


def lane(thread_id):
    waiting = Relay.objects.filter(conversation__thread=thread_id, status__in=[Status.PENDING, Status.SENDING])
    return waiting.order_by("pk")


@transaction.atomic
def _claim(thread_id, now):
    """The lane's head, now in flight; None where it has to wait. The thread's lock is held only for this."""
    if not Thread.objects.select_for_update().filter(pk=thread_id).exists():
        return None
    related = ("conversation__thread__contact", "conversation__thread__number", "conversation__assignee")
    head = lane(thread_id).select_related(*RELATED, *related).first()
    if head is None or (head.retry_at if head.status == Status.PENDING else head.claimed_until) > now:
        return None
    in_thread = Relay.objects.filter(conversation__thread=thread_id, status=Status.SENDING)
    if in_thread.exclude(pk=head.pk).exists() or _is_busy(head, now):
        return None
    head.status, head.claimed_until = Status.SENDING, now + LEASE
    head.attempts += 1
    head.save(update_fields=["status", "claimed_until", "attempts"])
    return head


def _send(relay, read):
    """Ask the program and do what it answers, unless the conversation was deleted meanwhile."""
    try:
        _record(relay, _call(relay), read)
    except Gone:
        logger.info("Relay %s was deleted while it was being sent", relay.pk)


def _call(relay):
    """Ask the program. Never inside a transaction."""
    now, key = timezone.now(), relay.api_key
    if not _may_ask(key, now):
        return Outcome(Verdict.FAILED, NO_KEY)
    if not relay.url:
        return Outcome(Verdict.FAILED, NO_ADDRESS)
    try:
        answer = call(relay.url, relay.name, content_of(relay), key.relay_secrets(now), now)
    except (door.NotAllowed, door.Redirected) as error:
        return Outcome(Verdict.FAILED, str(error))
    except door.CallFailed as error:
        return Outcome(Verdict.RETRY, str(error))
    return _understood(answer)


def _may_ask(key, now):
    """Whether calls of this key may be made, and what is answered to them be done."""
    return key is not None and key.is_usable(now) and bool(key.relay_secrets(now))


def _understood(answer):
    found = verdict(answer.status, bool(answer.body.strip()))
    return Outcome(found, answer.words, answer.status, answer.duration_ms, answer.body)


def _record(relay, outcome, read):
    """Write down what a try came to, and do what was answered. What was refused is a failure with its reason."""
    logger.info("Relay %s: %s %s", relay.pk, outcome.verdict, outcome.status)
    try:
        with opened(relay.pk) as (change, stored):
            stored.note_try(change.now, outcome)
            if stored.is_open and stored.status != Status.TAKEN:
                _settle(change, stored, outcome, read)
    except Refusal as refusal:
        with opened(relay.pk) as (change, stored):
            stored.note_try(change.now, replace(outcome, words=refusal.words))
            if stored.is_open:
                failing.fail_within(change, stored, refusal.words)


def _settle(change, relay, outcome, read):
    if not _may_ask(relay.api_key, change.now):  # revoked or deleted while its program was called
        failing.fail_within(change, relay, NO_KEY)
    elif outcome.verdict == Verdict.ANSWERED:
        answering.carry_out(change, relay, _read(outcome, relay, read))
    elif outcome.verdict == Verdict.TAKEN:
        answering.carry_out(change, relay, Answer(Action.LATER))
    elif relay.spoke_freely:
        answering.carry_out(change, relay, Answer(Action.NONE, told=Relay.FREE))
    elif outcome.verdict == Verdict.FAILED:
        failing.fail_within(change, relay, outcome.words)
    else:
        relay.status, relay.claimed_until = Status.PENDING, None
        relay.retry_at = retry_at(relay.attempts, change.now)


def _read(outcome, relay, read):
    """The Answer in a body. Raises Refusal."""
    if outcome.status == 204:
        return Answer(Action.NONE)
    try:
        told = json.loads(outcome.body)
    except (ValueError, RecursionError) as error:
        raise Refusal("not_json", NOT_JSON, status_code=400) from error
    if not isinstance(told, dict):
        raise Refusal("not_json", NOT_JSON, status_code=400)
    return read(told, relay)
