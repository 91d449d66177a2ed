"""What programs are told: the feed of events, who subscribed to it, and what became of each delivery."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from encrypted_fields.fields import EncryptedTextField

from inbox.models.events import Event
from inbox.models.tries import WithTries

Line = Event.Kind


class FeedKind(models.TextChoices):
    """What a program can hear of. The names are a promise: one may be added, none changes."""

    MESSAGE_RECEIVED = "message.received", "A customer's message arrived"
    MESSAGE_CREATED = "message.created", "A message to a customer was queued"
    MESSAGE_STATUS = "message.status", "A message was sent, read, or failed"
    CONVERSATION_CREATED = "conversation.created", "A conversation began"
    CONVERSATION_ASSIGNED = "conversation.assigned", "An agent got a conversation"
    CONVERSATION_TRANSFERRED = "conversation.transferred", "A conversation was passed on"
    CONVERSATION_RETURNED = "conversation.returned", "A conversation went back into the line"
    CONVERSATION_HANDED_OVER = "conversation.handed_over", "A conversation was handed to people"
    CONVERSATION_CLOSED = "conversation.closed", "A conversation ended"
    CONVERSATION_REOPENED = "conversation.reopened", "A closed conversation goes on"
    CONTACT_OPTED_OUT = "contact.opted_out", "A customer wants no more messages"
    CONTACT_OPTED_IN = "contact.opted_in", "A customer wants messages again"
    SURVEY_ANSWERED = "survey.answered", "A customer rated a conversation"
    WINDOW_CLOSING = "window.closing", "The 24 hours end in an hour"
    RELAY_FAILED = "relay.failed", "A relayed response was not taken"
    TEMPLATE_CHANGED = "template.changed", "Meta changed a message template"
    BROADCAST_STARTED = "broadcast.started", "A broadcast began to leave"
    BROADCAST_PAUSED = "broadcast.paused", "A broadcast stands still"
    BROADCAST_RESUMED = "broadcast.resumed", "A broadcast goes on"
    BROADCAST_FINISHED = "broadcast.finished", "A broadcast is over"
    BROADCAST_CANCELLED = "broadcast.cancelled", "The rest of a broadcast was cancelled"


# Whoever writes one of these lines into a thread tells the feed without more ado.
FEED_KIND_OF_LINE = {
    Line.OPENED: FeedKind.CONVERSATION_CREATED,
    Line.ASSIGNED: FeedKind.CONVERSATION_ASSIGNED,
    Line.CLAIMED: FeedKind.CONVERSATION_ASSIGNED,
    Line.TAKEN_OVER: FeedKind.CONVERSATION_ASSIGNED,
    Line.TRANSFERRED: FeedKind.CONVERSATION_TRANSFERRED,
    Line.RETURNED: FeedKind.CONVERSATION_RETURNED,
    Line.HANDED_OVER: FeedKind.CONVERSATION_HANDED_OVER,
    Line.CLOSED: FeedKind.CONVERSATION_CLOSED,
    Line.REOPENED: FeedKind.CONVERSATION_REOPENED,
    Line.OPTED_OUT: FeedKind.CONTACT_OPTED_OUT,
    Line.OPTED_IN: FeedKind.CONTACT_OPTED_IN,
}


class FeedEvents(models.QuerySet):
    def of_number(self, number):
        """What concerns a number: its own events, and those of its whole account (the same as FeedEvent.concerns)."""
        return self.filter(Q(number=number) | Q(number=None, account=number.account_id))

    def wanted_by(self, subscription):
        """Those that a subscription is told of (the same as Subscription.wants)."""
        events = self.filter(kind__in=subscription.kinds) if subscription.kinds else self
        for number in subscription.numbers:
            events = events.of_number(number)
        return events


class FeedEvent(models.Model):
    """One thing that programs are told, as it was then. Written in the transaction of the change that it tells of.

    Ids are given before a transaction commits, so a reader who went by them would skip a late one: `position` is given
    afterwards, by one sequencer, and grows without gaps. Within a thread it follows what happened.
    """

    KEPT = timedelta(days=30)

    kind = models.CharField(max_length=40)
    account = models.ForeignKey("whatsapp.Account", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    number = models.ForeignKey("whatsapp.Number", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey("inbox.Thread", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        "inbox.Conversation", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    data = models.JSONField(encoder=DjangoJSONEncoder)
    occurred_at = models.DateTimeField(default=timezone.now)
    position = models.BigIntegerField(null=True, blank=True, unique=True)

    objects = FeedEvents.as_manager()

    class Meta:
        indexes = [
            # The sequencer: what has no place yet.
            models.Index(F("id"), condition=Q(position=None), name="feedevent_without_position"),
            # The clean-up after 30 days, and replays since a time.
            models.Index(fields=["occurred_at"], name="feedevent_by_time"),
        ]

    def __str__(self):
        return f"{self.kind} {self.public_id}"

    @property
    def public_id(self):
        """The same in the feed, in every try of every webhook, and in a replay."""
        return f"evt_{self.pk}"

    def concerns(self, number):
        return self.number_id == number.pk or (self.number_id is None and self.account_id == number.account_id)

    def body_for(self, api_key_id):
        """What a webhook of this key (None: of an admin) sends, in JSON's types; the Standard Webhooks specification
        names the three fields."""
        return {"type": self.kind, "timestamp": self.occurred_at.isoformat(), "data": self.data_for(api_key_id)}

    def data_for(self, api_key_id):
        """What a program gave along with its message, to know the answer by, is told to nobody else."""
        relay = self.data.get("relay")
        if not relay or (api_key_id and relay.get("key") == api_key_id):
            return self.data
        return {**self.data, "relay": {**relay, "correlation": None}}


class FeedHead(models.Model):
    """How far the feed has come; its one row is also what the sequencers take turns by."""

    position = models.BigIntegerField(default=0)
    # Events up to here were cleaned up.
    forgotten = models.BigIntegerField(default=0)

    @classmethod
    def locked(cls):
        """The one row, locked until the transaction ends."""
        cls.objects.get_or_create(pk=1)
        return cls.objects.select_for_update().get(pk=1)


class Subscription(models.Model):
    """A program's address that is told of events. Its secret is shown once; while it is rotated both work."""

    api_key = models.ForeignKey(
        "inbox.ApiKey",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="subscriptions",
        help_text="The key that made it, and without which it stops. Empty: an admin made it.",
    )
    name = models.CharField(max_length=100, blank=True, help_text="What it is for, for example “CRM”.")
    url = models.CharField("address", max_length=2000, help_text="https address that is called.")
    kinds = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, help_text="Which events. Empty: all, also new ones."
    )
    number = models.ForeignKey(
        "whatsapp.Number",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="subscriptions",
        help_text="Events of this number only. Empty: all numbers.",
    )
    secret = EncryptedTextField(editable=False)
    previous_secret = EncryptedTextField(null=True, blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    # The circuit breaker (inbox.rules.webhooks): while `paused_at` is set only a probe is sent, at `probe_at`.
    failures_in_row = models.PositiveIntegerField(default=0, editable=False)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    probe_at = models.DateTimeField(null=True, blank=True, editable=False)
    # How long its last answers took, to give slow ones fewer calls at a time; null until the first.
    pace_ms = models.PositiveIntegerField(null=True, blank=True, editable=False)
    # What went wrong last, in a sentence; empty when all is well.
    trouble = models.TextField(blank=True, editable=False)
    switched_off_at = models.DateTimeField(null=True, blank=True, editable=False)
    told_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When admins got the last notice.")

    class Meta:
        verbose_name = "webhook"
        ordering = ["id"]
        indexes = [
            # Asked by every change: does anybody listen?
            models.Index(F("id"), condition=Q(is_active=True), name="subscription_active"),
        ]

    def __str__(self):
        return self.name or self.url

    def valid_secrets(self, now):
        """The present one first, then the former one while it still works."""
        was_rotated = bool(self.previous_secret and self.previous_until and self.previous_until > now)
        return [self.secret, self.previous_secret] if was_rotated else [self.secret]

    def is_listening(self, now):
        """Whether it is to be told: switched on, and its key (if it has one) usable."""
        return self.is_active and (self.api_key is None or self.api_key.is_usable(now))

    def wants(self, event):
        """Of the kinds it asked for, and of the number that it and its key may hear of."""
        return (not self.kinds or event.kind in self.kinds) and all(map(event.concerns, self.numbers))

    @property
    def numbers(self):
        """The only numbers that it and its key may hear of; none: all."""
        return [number for number in (self.number, self.api_key and self.api_key.number) if number]


class WebhookDeliveries(models.QuerySet):
    def in_lane(self, subscription_id, thread_id):
        """What waits there or is under way; events of no thread stand in a lane of their own."""
        return self.filter(subscription=subscription_id, thread=thread_id, status__in=WebhookDelivery.LANE)

    def before_others(self):
        """Those with nothing before them in their lanes."""
        lane = WebhookDelivery.objects.filter(
            subscription=OuterRef("subscription"), status__in=WebhookDelivery.LANE, event__lt=OuterRef("event")
        )
        # Null is not equal to null.
        in_thread = Q(thread__isnull=False) & ~Exists(lane.filter(thread=OuterRef("thread")))
        return self.filter(in_thread | Q(thread=None) & ~Exists(lane.filter(thread=None)))

    def let_first_go(self):
        """Mark those of these that wait and have nothing before them."""
        return (
            self.filter(status=WebhookDelivery.Status.PENDING, stands_first=False)
            .before_others()
            .update(stands_first=True)
        )


class WebhookDelivery(WithTries):
    """One event on its way to one subscription. The lane is (subscription, thread): in order, one at a time."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waits"
        SENDING = "sending", "On its way"
        DELIVERED = "delivered", "Delivered"
        GIVEN_UP = "given_up", "Given up"

    LANE = (Status.PENDING, Status.SENDING)

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(FeedEvent, on_delete=models.CASCADE, related_name="deliveries")
    thread = models.ForeignKey("inbox.Thread", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    # Only such are looked at when one is claimed, however many wait behind them. Who is marked may have somebody before
    # it for a moment (the claim asks); who is not and has nobody is found by a sweep.
    stands_first = models.BooleanField(default=False, db_default=True)
    due_since = models.DateTimeField(default=timezone.now, help_text="It is given up a day later.")
    retry_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookDeliveries.as_manager()

    class Meta:
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["subscription", "event"], name="event_once_per_subscription"),
            # An order without a lock while the program is called.
            models.UniqueConstraint(
                fields=["subscription", "thread"],
                condition=Q(status="sending"),
                nulls_distinct=False,
                name="one_webhook_in_flight_per_lane",
            ),
        ]
        indexes = [
            # The lane's head.
            models.Index(
                fields=["subscription", "thread", "event"],
                condition=Q(status__in=["pending", "sending"]),
                name="webhook_lane",
            ),
            # What is sent next, whatever has waited longest; and whose turn it is.
            models.Index(
                fields=["subscription", "retry_at", "event"],
                condition=Q(status="pending", stands_first=True),
                name="webhook_ready",
            ),
            # The sweep: what is too old, and what was lost.
            models.Index(fields=["due_since"], condition=Q(status="pending"), name="webhook_too_old"),
            models.Index(fields=["claimed_until"], condition=Q(status="sending"), name="webhook_in_flight"),
            # The log of a subscription, newest first, also by status.
            models.Index(fields=["subscription", "status", "-id"], name="webhook_log"),
        ]

    def __str__(self):
        return f"evt_{self.event_id} to {self.subscription}"
