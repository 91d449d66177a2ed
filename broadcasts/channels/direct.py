"""Channels whose messages stand in the ledger and in no thread: a recipient is the message.

A recipient is claimed with a lease when it enters, and marked as left right before its request. So a worker that dies
leaves behind either a recipient who certainly got nothing, and goes again, or one in doubt, who is never written to
again by itself: "may have been sent" is better than twice.
"""

from abc import abstractmethod
from datetime import timedelta
from functools import partial

from django.utils import timezone

from broadcasts import audience, ledger, people, senders
from broadcasts.channels.base import CAPPED, OPTED_OUT, SERVED, Channel, Obstacle
from broadcasts.channels.outcomes import give_up, let_go, let_wait, record
from broadcasts.failures import NotSent, Refused, SenderFault, TryLater
from broadcasts.models import Recipient
from broadcasts.rules.pacing import THROUGHPUT
from broadcasts.rules.personalise import ValueMissing, Values
from inbox.actions.refusals import Refusal
from inbox.models import Contact, Conversation

# Longer than any request takes: whoever left before and is not settled was a lost worker's.
LEASE = timedelta(minutes=3)
FILE_AWAY = "A file of this broadcast cannot be read. Attach it again in a new broadcast."
TOO_FAST = frozenset({"421", "429", "14107", "20429", "21611", "30001", "30022"})


class Direct(Channel):
    """What email and SMS share. A child writes the message of a recipient, and knows how to hand it over."""

    # How many requests of one run are under way together.
    at_once = 1

    @abstractmethod
    def sender(self, broadcast):
        """The sender of a broadcast, None where none was chosen."""

    @abstractmethod
    def written(self, broadcast, values):
        """The message with everything filled in. Raises ValueMissing."""

    @abstractmethod
    def request(self, recipient, message):
        """A callable that hands the message over without asking the database. It answers the far end's id and raises
        broadcasts.failures.NotSent."""

    def hand_over(self, requests):
        """{recipient id: what came of it} of {recipient id: request}."""
        return {recipient_id: outcome_of(request) for recipient_id, request in requests.items()}

    def lane(self, broadcast):
        """The sender's own, at the sender's own pace."""
        return senders.keep_pace(self.kind, self.sender(broadcast))

    def check(self, broadcast):
        if self.sender(broadcast) is None:
            raise Refusal("sender_required", "Choose who this is sent from.", "sender", 400)
        if obstacle := self.obstacle(broadcast):
            raise Refusal(obstacle.reason, obstacle.words, "sender", 400)

    def check_values(self, broadcast, own, upload=None):
        try:
            self.written(broadcast, Values(own, broadcast.params))
        except ValueMissing as missing:
            raise Refusal("value_missing", missing.words, missing.place.where, 400) from missing

    def obstacle(self, broadcast):
        sender = self.sender(broadcast)
        if sender is None or not sender.is_active:
            return Obstacle("sender_off", "The sender of this broadcast is not in use.")
        if sender.held_at:
            return Obstacle("sender_on_hold", f"The sender {sender} is on hold. {sender.held_reason}")
        return None

    def shown(self, recipient):
        try:
            return str(self.written(recipient.broadcast, self._values(recipient, recipient.broadcast)))
        except ValueMissing:
            return ""

    # Claiming

    def enter(self, broadcast, recipients, now):
        """Inside the engine's transaction, recipients locked: claimed, or skipped for good."""
        self._find_contacts(recipients)
        barred = Barred(broadcast, [one.contact_id for one in recipients if one.contact_id], now)
        skipped = [(one, *reason) for one in recipients if (reason := self._why_not(broadcast, one, barred))]
        ledger.skip(skipped, now)
        out = {recipient.pk for recipient, *_ in skipped}
        return self._claim([recipient for recipient in recipients if recipient.pk not in out], now)

    def _find_contacts(self, recipients):
        """Whose address it is now: contacts are joined and deleted, and some belonged to nobody."""
        before = {one.pk: one.contact_id for one in recipients}
        known = Contact.objects.in_bulk([contact_id for contact_id in before.values() if contact_id])
        for one in recipients:
            contact = known.get(one.contact_id)
            living = people.living(contact.pk) if contact and contact.merged_into_id else contact
            one.contact = living or people.contacts_at(self.kind, one.address).first()
        Recipient.objects.bulk_update([one for one in recipients if one.contact_id != before[one.pk]], ["contact"])

    def _why_not(self, broadcast, recipient, barred):
        """(reason, words) for whoever gets nothing, None for whoever is written to."""
        if people.has_refused(self.kind, recipient.address, recipient.contact):
            return OPTED_OUT
        if reason := barred.reason(recipient.contact_id):
            return reason
        try:
            self.written(broadcast, self._values(recipient, broadcast))
        except ValueMissing as missing:
            return "value_missing", missing.words
        return None

    def _values(self, recipient, broadcast):
        layers = [recipient.params, broadcast.params]
        if broadcast.fills_from_contacts and recipient.contact:
            layers.insert(1, audience.values_of(recipient.contact))
        return Values(*layers)

    def _claim(self, entered, now):
        claimed = {"claimed_until": now + LEASE, "left_at": None, "external_id": "", "reason": "", "words": ""}
        ledger.move(entered, Recipient.Status.SENDING, now, **claimed)
        return [recipient.pk for recipient in entered]

    def left_behind(self, lane, count, now):
        """Whose worker was lost is settled here: who never left waits again, the others are in doubt from now on."""
        lost = Recipient.objects.filter(broadcast__lane=lane, status="sending", claimed_until__lte=now)
        for recipient_id in lost.order_by("pk").values_list("pk", flat=True)[:count]:
            give_up(recipient_id, now)
        return []

    # Leaving

    def leave(self, lane, entered):
        outcomes = {}
        for start in range(0, len(entered), self.at_once):
            outcomes |= self._leave_together(entered[start : start + self.at_once])
        return [THROUGHPUT for outcome in outcomes.values() if getattr(outcome, "code", "") in TOO_FAST]

    def stay(self, entered, now):
        let_wait(entered, now)

    def _leave_together(self, recipient_ids):
        leaving = let_go(recipient_ids, timezone.now(), LEASE)
        outcomes = self.hand_over({recipient.pk: self._request(recipient) for recipient in leaving})
        for recipient in leaving:
            record(recipient.pk, outcomes[recipient.pk], timezone.now())
            self.settle(recipient, outcomes[recipient.pk])
        return outcomes

    def _request(self, recipient):
        """Where it cannot be written any more, a request that only says so: it is marked as left, and has not."""
        broadcast = recipient.broadcast
        try:
            return self.request(recipient, self.written(broadcast, self._values(recipient, broadcast)))
        except ValueMissing as missing:
            return partial(not_leaving, Refused("", missing.words))
        except OSError:
            return partial(not_leaving, TryLater("", FILE_AWAY))

    def settle(self, recipient, outcome):
        """What an outcome says beyond this recipient."""
        if isinstance(outcome, SenderFault):
            senders.hold(self.sender(recipient.broadcast), outcome.words)


class Barred:
    """Who of these contacts gets nothing of this broadcast: had enough of them lately, or is being served."""

    def __init__(self, broadcast, contact_ids, now):
        self.capped = ledger.over_cap(broadcast, contact_ids, now)
        self.served = served_among(contact_ids) if broadcast.skips_open_conversations else frozenset()

    def reason(self, contact_id):
        if contact_id in self.capped:
            return CAPPED
        return SERVED if contact_id in self.served else None


def served_among(contact_ids):
    conversations = Conversation.objects.filter(thread__contact__in=contact_ids).exclude(status="closed")
    return frozenset(conversations.values_list("thread__contact", flat=True))


def not_leaving(failure):
    raise failure


def outcome_of(request):
    try:
        return request()
    except NotSent as failure:
        return failure
