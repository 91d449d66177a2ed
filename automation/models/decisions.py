"""The reason log: what fired, what did not, and why."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from automation.models.automations import Automation


class Decision(models.Model):
    """One decision of an automation, in words that `automation.sentences` makes of `reason` and `data`.

    `occasion` says what it was about: the waiting episode, the unanswered stretch, the closed period. An automation is
    settled on an occasion once: said, or given up for good.
    """

    class Outcome(models.TextChoices):
        DONE = "done"  # sent, closed: it happened
        REFUSED = "refused"  # it was due and could not or must not happen; for this occasion that is final
        WITHDRAWN = "withdrawn"  # its cause went away before it was due
        HELD = "held"  # it waits for a reason

    # What settles an occasion.
    SETTLING = (Outcome.DONE, Outcome.REFUSED)
    # The automations' kinds, and what else acts by itself.
    BOT = "bot"
    RELAY = "relay"

    number = models.ForeignKey("whatsapp.Number", on_delete=models.CASCADE, related_name="decisions")
    thread = models.ForeignKey(
        "inbox.Thread", null=True, blank=True, on_delete=models.CASCADE, related_name="decisions"
    )
    conversation = models.ForeignKey(
        "inbox.Conversation", null=True, blank=True, on_delete=models.CASCADE, related_name="decisions"
    )
    automation = models.CharField(max_length=16, choices=[*Automation.Kind.choices, (BOT, "Bot"), (RELAY, "Workflow")])
    occasion = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict, blank=True)
    message = models.ForeignKey("inbox.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "reason"
        verbose_name_plural = "reason log"
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "automation", "occasion"],
                condition=Q(outcome__in=["done", "refused"]),
                name="settled_once_per_occasion",
            )
        ]
        indexes = [
            models.Index(fields=["conversation", "-id"], name="decision_of_conversation"),
            models.Index(fields=["thread", "-id"], name="decision_of_thread"),
            models.Index(fields=["number", "-id"], name="decision_of_number"),
            # Kept 90 days.
            models.Index(fields=["at"], name="decision_to_forget"),
        ]

    def __str__(self):
        return f"{self.get_automation_display()}, {self.get_outcome_display().lower()}"
