"""What becomes of a kept webhook call: claim it, apply each of its events in a transaction of its own, record the rest.

A worker that dies leaves a lease behind; when it has passed the sweep takes the call again. Events are idempotent, so
nothing happens twice.
"""

import logging
import time
import traceback
from datetime import timedelta

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from whatsapp import inbound, updates
from whatsapp.keeping import PROCESS, RECEIPTS
from whatsapp.models import Account, WebhookCall
from whatsapp.signals import Unusable, event_received, receipts_received
from whatsapp.wake import wake

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)
RENEW_AFTER_SECONDS = 3
# A call that kills its worker, or fails in a way nobody foresaw, is not tried for ever.
MAX_CLAIMS = 20
TRIES_PER_EVENT = 4
SWEEP_AFTER = timedelta(seconds=2)
SWEEP_BATCH = 500
BODY_KEPT = timedelta(days=30)
REASON_LIMIT = 300
OF_ANOTHER_APP = "It is about a number of another app than the one that signed it."
MOST_REMEMBERED = 1000
# (signer, account, number) that belong together.
_agreed = set()
# A task that has processed so many makes way for others: a reply does not wait for a hundred words of customers.
CALLS_PER_TASK = 10
# Receipts share a transaction where they wait in numbers, as a broadcast's do.
RECEIPTS_TOGETHER = 100
# One statement takes a call and reads it. The array is made once; a plain list of ids PostgreSQL may ask for each row,
# and then it takes more than the limit.
CLAIM = """
    UPDATE whatsapp_webhookcall SET claimed_until = statement_timestamp() + %s, attempts = attempts + 1
    WHERE id = ANY(ARRAY(
        SELECT id FROM whatsapp_webhookcall
        WHERE processed_at IS NULL AND (claimed_until IS NULL OR claimed_until < statement_timestamp()) AND {which}
        ORDER BY id LIMIT {most} FOR UPDATE SKIP LOCKED
    ))
    RETURNING *
"""
# What odd data can provoke in code that did not expect it.
POISON = (
    DatabaseError,
    ObjectDoesNotExist,
    ValidationError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)
# SQLSTATE classes (PostgreSQL, appendix A): the server is away or full; another transaction was in the way.
SERVER_AWAY = ("08", "53", "57P", "58")
IN_THE_WAY = ("40", "23505")


class BodyForgotten(Exception):
    """The call is older than 30 days: its body is gone, so it cannot be replayed."""


def process(call_id):
    """Apply a call's events if nobody else is at it. Returns True when it was ours to process."""
    call = claim(call_id)
    if call:
        carry_out(call)
    return call is not None


def process_waiting():
    """Process the calls with customers' words that wait, in order of arrival; after some of them other tasks get their
    turn."""
    for _ in range(CALLS_PER_TASK):
        call = claim_next()
        if call is None:
            break
        carry_out(call)
    else:
        wake(PROCESS)


def process_receipts():
    """The same for the calls that only say what became of messages: many at once."""
    calls = claim_receipts()
    if calls:
        carry_out_together(calls)
    if len(calls) == RECEIPTS_TOGETHER:
        wake(RECEIPTS)


def carry_out_together(calls):
    """Apply the receipts of these claimed calls in one transaction; one by one where that fails, or where there is
    anything else in a call."""
    events = {call.pk: receipts_in(call) for call in calls}
    simple = [call for call in calls if events[call.pk]]
    try:
        with transaction.atomic():
            told = [event for call in simple for event in events[call.pk]]
            receipts_received.send(inbound.StatusReported, events=told)
            finish_together({call.pk: len(events[call.pk]) for call in simple})
    except POISON as error:
        if is_server_away(error):
            raise
        simple = []
    for call in calls:
        if call not in simple:
            carry_out(call)


def receipts_in(call):
    """The events of a call that holds receipts and nothing else; [] for any other."""
    if call.attempts > MAX_CLAIMS:
        return []
    try:
        found = inbound.parse(inbound.decode(bytes(call.body or b"")))
    except inbound.Undecodable:
        return []
    return found if all(type(event) is inbound.StatusReported for event in found) else []


def carry_out(call):
    """Apply the events of a claimed call and record what came of it."""
    if call.attempts > MAX_CLAIMS:
        finish(call, 0, [problem("the call", f"given up after {MAX_CLAIMS} attempts; replay it once that is mended")])
        return
    try:
        events = inbound.parse(inbound.decode(bytes(call.body or b"")))
    except inbound.Undecodable as error:
        finish(call, 0, [problem("the body", str(error))])
        return
    finish(call, len(events), apply_all(events, call))


def replay(call_id):
    """Process a call again, for example after its cause was mended (admin). Returns the call; raises BodyForgotten."""
    kept = WebhookCall.objects.filter(pk=call_id, body__isnull=False)
    if not kept.update(processed_at=None, claimed_until=None, attempts=0, problems=[]):
        raise BodyForgotten(f"Webhook call {call_id} has no body any more.")
    process(call_id)
    return WebhookCall.objects.get(pk=call_id)


def sweep():
    """Process what a lost wake-up or a dead worker left behind, in order of arrival; receipts after it, together."""
    left = unclaimed().filter(received_at__lt=Now() - SWEEP_AFTER).order_by("pk")
    for call_id in left.filter(is_receipts=False).values_list("pk", flat=True)[:SWEEP_BATCH]:
        process(call_id)
    if left.filter(is_receipts=True).exists():
        process_receipts()


def forget_bodies():
    """Raw bodies hold customers' words: they go 30 days after processing. Returns how many went."""
    old = WebhookCall.objects.filter(processed_at__lt=Now() - BODY_KEPT, body__isnull=False)
    return old.update(body=None)


def unclaimed():
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=Now())
    return WebhookCall.objects.filter(free, processed_at__isnull=True)


def claim(call_id):
    """Take a call for the length of a lease. None when it is done or another worker has it."""
    return next(iter(_claimed("id = %s", 1, call_id)), None)


def claim_next():
    """Take the call with customers' words that has waited longest. None when there is none that nobody has."""
    return next(iter(_claimed("NOT is_receipts", 1)), None)


def claim_receipts():
    """Take calls with receipts, those that have waited longest, in order."""
    return sorted(_claimed("is_receipts", RECEIPTS_TOGETHER), key=lambda call: call.pk)


def _claimed(which, most, *values):
    return WebhookCall.objects.raw(CLAIM.format(which=which, most=most), [LEASE, *values])


def finish(call, event_count, problems):
    WebhookCall.objects.filter(pk=call.pk).update(
        processed_at=Now(), claimed_until=None, event_count=event_count, problems=problems
    )
    if problems:
        logger.warning("Webhook call %s: %s of %s events could not be used", call.pk, len(problems), event_count)


def finish_together(counts):
    """{call id: how many events}: all of them were used."""
    for count in set(counts.values()):
        call_ids = [call_id for call_id, own in counts.items() if own == count]
        WebhookCall.objects.filter(pk__in=call_ids).update(processed_at=Now(), claimed_until=None, event_count=count)


def apply_all(events, call):
    """Apply each event; returns the problems of those that could not be used."""
    problems, renewed_at = [], time.monotonic()
    for position, event in enumerate(events, start=1):
        if time.monotonic() - renewed_at > RENEW_AFTER_SECONDS:
            WebhookCall.objects.filter(pk=call.pk).update(claimed_until=Now() + LEASE)
            renewed_at = time.monotonic()
        reason = apply(event, call)
        if reason:
            problems.append(problem(f"event {position} ({type(event).__name__})", reason))
    return problems


def ask_to_speak(*about):
    """Raise Unusable unless what this account signed (its id) may be about that business account and number (Meta's
    ids): its own, or one that shares its app's secret. A yes is remembered, so that a message asks nothing for it.

    What is not connected here is nobody's, and said to be so by whoever applies the event.
    """
    if about in _agreed:
        return
    signer, owner = signer_and_owner(*about)
    if signer and owner:
        if signer.app_secret != owner.app_secret:
            raise Unusable(OF_ANOTHER_APP)
        if len(_agreed) >= MOST_REMEMBERED:
            _agreed.clear()
        _agreed.add(about)


def signer_and_owner(signer_id, waba_id, phone_number_id):
    ours = Account.objects.only("app_secret")
    owner = ours.filter(numbers__phone_number_id=phone_number_id).first() if phone_number_id else None
    return ours.filter(pk=signer_id).first(), owner or ours.filter(waba_id=waba_id).first()


def problem(at, reason):
    return {"at": at, "reason": reason[:REASON_LIMIT]}


def apply(event, call):
    """Apply one event. Returns why it could not be used, or ""; raises only when the database is away."""
    if isinstance(event, inbound.Unreadable):
        return f"{event.field}: {event.reason}" if event.field else event.reason
    reason = ""
    for _ in range(TRIES_PER_EVENT):
        try:
            apply_once(event, call)
            return ""
        except Unusable as error:
            return str(error)
        except POISON as error:
            if is_server_away(error):
                raise
            reason = describe(error)
            if not is_in_the_way(error):
                break
    logger.error("Webhook call %s: %s failed (%s)", call.pk, type(event).__name__, reason.partition(":")[0])
    return reason


def apply_once(event, call):
    with transaction.atomic():
        ask_to_speak(call.account_id, event.waba_id, getattr(event, "phone_number_id", ""))
        updates.apply(event)
        event_received.send(type(event), event=event, call=call)


def is_server_away(error):
    if not isinstance(error, OperationalError):
        return False
    return not sqlstate(error) or sqlstate(error).startswith(SERVER_AWAY)


def is_in_the_way(error):
    """A deadlock, or somebody wrote the same row first: the next try finds their row."""
    return sqlstate(error).startswith(IN_THE_WAY)


def sqlstate(error):
    return getattr(error.__cause__, "sqlstate", None) or ""


def describe(error):
    """For the admin who looks at the call: the error's name, the place in our code, its words."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({frame.name})"
