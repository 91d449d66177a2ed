"""What came of a recipient's request, written down: one short transaction each. A report may have been quicker."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from broadcasts import ledger, people
from broadcasts.channels.base import OPTED_OUT
from broadcasts.failures import Refused, SenderFault, TryLater, Unclear
from broadcasts.models import Broadcast, Recipient
from broadcasts.rules.forward import SENT, UNCONFIRMED, becomes
from broadcasts.rules.retrying import PAUSES_SECONDS

Status = Recipient.Status
# After a fault of the sender itself its broadcast is paused; nobody tries in the meantime.
FAULT_PAUSE = timedelta(seconds=30)


LOST = Unclear("", "The worker that sent it was lost, so this may or may not have been sent.")
MOST_AT_ONCE = 200
CANCELLED = ("cancelled", "Cancelled before it was sent.")


@transaction.atomic
def let_go(recipient_ids, now, lease):
    """Mark these as left, right before their requests: from here on a lost worker leaves a doubt. Who is not ours any
    more stays out, and so does whose broadcast stands still; whoever has refused since then is skipped. Returns those
    that leave."""
    rows = Recipient.objects.select_for_update(of=("self",)).filter(pk__in=recipient_ids).order_by("pk")
    rows = [one for one in rows.select_related("broadcast", "contact") if _is_claimed(one)]
    rows = _without_refusing(rows, now)
    leaving = [one for one in rows if one.broadcast.status == Broadcast.Status.SENDING]
    for one in rows:
        if one not in leaving:
            _put_back(one, now)
    Recipient.objects.filter(pk__in=[one.pk for one in leaving]).update(
        left_at=now, claimed_until=now + lease, attempts=F("attempts") + 1
    )
    for one in leaving:
        one.left_at, one.attempts = now, one.attempts + 1
    return leaving


@transaction.atomic
def let_wait(recipient_ids, now):
    """These were claimed and have not left: they wait for another run."""
    rows = Recipient.objects.select_for_update(of=("self",)).filter(pk__in=recipient_ids).order_by("pk")
    for one in rows.select_related("broadcast"):
        if _is_claimed(one):
            _put_back(one, now)


@transaction.atomic
def give_up(recipient_id, now):
    """A recipient whose lease is over: its worker was lost."""
    recipient = _locked(recipient_id)
    if recipient.status != Status.SENDING or recipient.claimed_until is None or recipient.claimed_until > now:
        return
    if recipient.left_at:
        _not_sent(recipient, LOST, now)
    else:
        _put_back(recipient, now)


def sweep(now=None):
    """Settle whom lost workers left in broadcasts that no courier comes to any more, because they were paused,
    cancelled or are over."""
    now = now or timezone.now()
    lost = Recipient.objects.filter(status=Status.SENDING, claimed_until__lte=now)
    for recipient_id in lost.order_by("claimed_until").values_list("pk", flat=True)[:MOST_AT_ONCE]:
        give_up(recipient_id, now)


def _without_refusing(rows, now):
    """The right to write is asked again right before a request leaves. Returns those who have not refused."""
    if not rows:
        return rows
    refusing = people.refusing(rows[0].broadcast.channel, [one.address for one in rows])
    refused = [one for one in rows if one.address.upper() in refusing]
    ledger.skip([(one, *OPTED_OUT) for one in refused], now)
    return [one for one in rows if one not in refused]


def _is_claimed(recipient):
    return recipient.status == Status.SENDING and recipient.left_at is None


def _put_back(recipient, now):
    """It certainly got nothing: it waits again, or is cancelled with its broadcast."""
    if recipient.broadcast.status == Broadcast.Status.CANCELLED:
        reason, words = CANCELLED
        ledger.move([recipient], Status.CANCELLED, now, reason=reason, words=words, claimed_until=None)
    else:
        ledger.move([recipient], Status.QUEUED, now, claimed_until=None)


def _locked(recipient_id):
    rows = Recipient.objects.select_for_update(no_key=True, of=("self",)).select_related("broadcast")
    return rows.get(pk=recipient_id)


@transaction.atomic
def record(recipient_id, outcome, now):
    """`outcome`: the far end's id of the message, or the broadcasts.failures.NotSent that it met."""
    recipient = _locked(recipient_id)
    if isinstance(outcome, str):
        _accepted(recipient, outcome, now)
    elif recipient.status == Status.SENDING:
        _not_sent(recipient, outcome, now)


def _accepted(recipient, external_id, now):
    """Sent, unless a report has moved it further already: then only the id is added."""
    status = becomes(recipient.status, recipient.reason, SENT, of_this_try=True) or recipient.status
    fields = {"external_id": external_id, "claimed_until": None, "sent_at": recipient.sent_at or now}
    if status == Status.SENT:
        fields |= {"reason": "", "words": ""}
    ledger.move([recipient], status, now, **fields)


def _not_sent(recipient, failure, now):
    if isinstance(failure, Unclear):
        _fail(recipient, UNCONFIRMED, failure.words, now)
    elif isinstance(failure, SenderFault):
        _wait(recipient, failure, now + FAULT_PAUSE, now)
    elif isinstance(failure, TryLater) and recipient.attempts <= len(PAUSES_SECONDS):
        pause = max(PAUSES_SECONDS[max(recipient.attempts, 1) - 1], failure.retry_after_seconds or 0)
        _wait(recipient, failure, now + timedelta(seconds=pause), now)
    else:
        kind = "refused" if isinstance(failure, Refused) else "unreachable"
        reason = f"{recipient.broadcast.channel}_{failure.code}" if failure.code else kind
        _fail(recipient, reason, failure.words, now)


def _fail(recipient, reason, words, now):
    ledger.move([recipient], Status.FAILED, now, reason=reason, words=words, claimed_until=None)


def _wait(recipient, failure, until, now):
    if recipient.broadcast.status == Broadcast.Status.CANCELLED:
        return _put_back(recipient, now)
    fields = {"due_at": until, "words": failure.words, "claimed_until": None, "left_at": None}
    return ledger.move([recipient], Status.QUEUED, now, **fields)
