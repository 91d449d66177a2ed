"""What goes to integrators' workflows and bots, and what comes of it (S0-11, S0-12)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from inbox.models.tries import WithTries


class Relay(WithTries):
    """One response of a customer (or its absence) that a program is told, until it has answered or failed.

    `asked` is our message that was answered, `message` the customer's (None for no_answer). Its id in calls is the same
    at every try.
    """

    class Kind(models.TextChoices):
        INTERACTION = "interaction", "Interaction"  # a button, a row, a flow
        MESSAGE = "message", "Next message"
        NO_ANSWER = "no_answer", "No answer"
        BOT = "bot", "Message for the bot"

    class Status(models.TextChoices):
        PENDING = "pending", "Waits to be sent"
        SENDING = "sending", "Being sent"
        TAKEN = "taken", "Taken, answer to come"
        ANSWERED = "answered", "Answered"
        FAILED = "failed", "Failed"

    OPEN = (Status.PENDING, Status.SENDING, Status.TAKEN)
    # The answer of a bot that spoke by itself.
    FREE = {"action": "free"}

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.CASCADE, related_name="relays")
    kind = models.CharField(max_length=12, choices=Kind)
    asked = models.ForeignKey("inbox.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    message = models.ForeignKey(
        "inbox.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="relays"
    )
    # Whose program it is: signs the calls, may answer.
    api_key = models.ForeignKey("inbox.ApiKey", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    url = models.CharField(max_length=500, blank=True)
    correlation = models.JSONField(null=True, blank=True)

    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(default=timezone.now)
    retry_at = models.DateTimeField(default=timezone.now, help_text="The next try, while it is pending.")
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    deadline_at = models.DateTimeField(help_text="Without an answer by then it has failed.")
    taken_at = models.DateTimeField(null=True, blank=True, help_text="When the program first said that it has it.")
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When it was answered or failed.")
    # What the program said: {"action": ..., ...}, or FREE.
    answer = models.JSONField(default=dict, blank=True)
    failure = models.TextField(blank=True, help_text="Why it failed, in a sentence.")

    class Meta:
        constraints = [
            # One in flight: the program gets a customer's words in their order.
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(status="sending"), name="relay_one_in_flight_per_conversation"
            ),
            # A word goes to a workflow, and to a bot, once: whoever finds it waiting.
            models.UniqueConstraint(
                fields=["message", "kind"], condition=Q(message__isnull=False), name="relay_once_per_message"
            ),
        ]
        indexes = [
            # The panel, and the lane of a conversation.
            models.Index(fields=["conversation", "-id"], name="relay_of_conversation"),
            # The sweeps: what is to be sent, and what has had its time.
            models.Index(fields=["retry_at"], condition=Q(status="pending"), name="relay_to_send"),
            models.Index(
                fields=["deadline_at"], condition=Q(status__in=["pending", "sending", "taken"]), name="relay_to_fail"
            ),
            models.Index(fields=["claimed_until"], condition=Q(status="sending"), name="relay_in_flight"),
        ]

    def __str__(self):
        return f"Relay {self.pk} of conversation {self.conversation_id}"

    @property
    def name(self):
        """What calls and answers name it by."""
        return f"rel_{self.pk}"

    @property
    def is_open(self):
        return self.status in self.OPEN

    @property
    def spoke_freely(self):
        return self.answer == self.FREE

    @property
    def is_for_bot(self):
        return self.kind == self.Kind.BOT

    def settle(self, status, now, failure=""):
        """Answered, or failed with a sentence. The caller saves."""
        self.status, self.settled_at, self.failure, self.claimed_until = status, now, failure, None
