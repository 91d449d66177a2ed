"""What happened in a thread: the small lines between the bubbles."""

from django.db import models
from django.utils import timezone


class Event(models.Model):
    """One thing that happened. `data` holds what its line says (names as they were then), never customers' words."""

    class Kind(models.TextChoices):
        OPENED = "opened"
        ASSIGNED = "assigned"  # automatically: data {"to", "why": owner|last|load}
        CLAIMED = "claimed"
        TRANSFERRED = "transferred"  # data {"to"} or {"team"}
        TAKEN_OVER = "taken_over"
        RETURNED = "returned"  # data {"why": agent|absent|deactivated}
        QUEUED = "queued"
        HANDED_OVER = "handed_over"
        CLOSED = "closed"  # data {"by_rule"?, "minutes"?}
        REOPENED = "reopened"
        TAGGED = "tagged"  # data {"tag", "colour"}
        UNTAGGED = "untagged"
        FOLLOWED = "followed"
        UNFOLLOWED = "unfollowed"
        ANSWER_WAIVED = "answer_waived"
        NUMBER_CHANGED = "number_changed"
        JOINED = "joined"  # two contacts became one
        OPTED_OUT = "opted_out"
        OPTED_IN = "opted_in"
        OPENED_CHAT = "opened_chat"
        AUTOMATION_STOPPED = "automation_stopped"  # two machines were talking to each other
        # What goes to a workflow and comes of it; shown to supervisors.
        RELAYED = "relayed"  # data {"what": interaction|message|no_answer|bot, "minutes"?}
        RELAY_ANSWERED = "relay_answered"  # data {"did": none|message|hand_over|complete, "messages"?}
        RELAY_FAILED = "relay_failed"  # data {"words"}

    FOR_SUPERVISORS = (Kind.RELAYED, Kind.RELAY_ANSWERED, Kind.RELAY_FAILED)

    thread = models.ForeignKey("inbox.Thread", on_delete=models.CASCADE, related_name="events")
    conversation = models.ForeignKey(
        "inbox.Conversation", null=True, blank=True, on_delete=models.CASCADE, related_name="events"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    actor = models.ForeignKey("inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)
    version = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["thread", "-at", "-id"], name="event_of_thread"),
            models.Index(fields=["thread", "version"], name="event_changed"),
        ]
