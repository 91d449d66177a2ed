"""The automations of a number (S1-1 to S1-3): each has its switch, its content, its times."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

HOURS_72_MINUTES = 72 * 60


class Automation(models.Model):
    """One automatic behaviour of one number. A number without a row of a kind does not have that behaviour."""

    class Kind(models.TextChoices):
        WELCOME = "welcome", "Welcome message"
        ICE_BREAKERS = "ice_breakers", "Ice breakers"
        UNASSIGNED = "unassigned", "Reply when unassigned"
        QUEUE = "queue", "Reply when in queue"
        CLOSED_HOURS = "closed_hours", "Reply outside business hours"
        REMINDER = "reminder", "Reminder when the agent is slow"
        AUTO_CLOSE = "auto_close", "Auto-close"
        SURVEY = "survey", "Satisfaction survey"
        OPT_OUT = "opt_out", "Reply to opt-out words"
        OPT_IN = "opt_in", "Reply to opt-in words"

    # Said until somebody writes something else, or switches it off: whoever opts out should know that it worked.
    USUAL = {
        Kind.OPT_OUT: "We will not write to you first any more. You can still write to us at any time. "
        "Send “start” to get our messages again.",
        Kind.OPT_IN: "Thank you, you will get our messages again. Send “stop” to end them.",
    }

    number = models.ForeignKey("whatsapp.Number", on_delete=models.CASCADE, related_name="automations")
    kind = models.CharField(max_length=16, choices=Kind)
    is_on = models.BooleanField("on", default=False)
    # What it says: a kind and content of whatsapp.content; the file of a media message or of a header.
    content_kind = models.CharField(max_length=16, blank=True)
    content = models.JSONField(default=dict, blank=True)
    attachment = models.ForeignKey(
        "inbox.Attachment", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Reminder and auto-close: after how long.
    minutes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(HOURS_72_MINUTES)]
    )
    counts_business_time = models.BooleanField("counts business hours only", default=False)
    # Welcome: a waiting reply is held for so long after it.
    hold_seconds = models.PositiveSmallIntegerField(default=60)
    # Queue reply: says how many are before the customer.
    says_position = models.BooleanField(default=False)
    # Ice breakers: up to four questions.
    prompts = models.JSONField(default=list, blank=True)
    # Survey: at most one per contact in so many days, the words of thanks, the template for a closed window.
    every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    thanks = models.TextField(blank=True)
    message_template = models.ForeignKey(
        "whatsapp.MessageTemplate", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "kind"], name="automation_once_per_number"),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__gte=1, minutes__lte=HOURS_72_MINUTES),
                name="automation_minutes_within_72_hours",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["reminder", "auto_close"], is_on=True) | Q(minutes__isnull=False),
                name="automation_on_has_its_time",
            ),
        ]

    @classmethod
    def of(cls, number_id, kind):
        """The automation of a number; where it has none yet, the one that everybody begins with (unsaved)."""
        return cls.objects.filter(number=number_id, kind=kind).first() or cls.usual(number_id, kind)

    @classmethod
    def usual(cls, number_id, kind):
        begun = (
            {"is_on": True, "content_kind": "text", "content": {"text": cls.USUAL[kind]}} if kind in cls.USUAL else {}
        )
        return cls(number_id=number_id, kind=kind, **begun)

    def __str__(self):
        return f"{self.get_kind_display()} of {self.number}"


class MetaCopy(models.Model):
    """What Meta holds of a number's ice breakers and welcome switch, and whether our last push reached it."""

    number = models.OneToOneField("whatsapp.Number", on_delete=models.CASCADE, related_name="meta_copy")
    prompts = models.JSONField(default=list, blank=True)
    reports_openings = models.BooleanField(default=False, help_text="Meta's enable_welcome_message.")
    read_at = models.DateTimeField(null=True, blank=True)
    push_wanted_at = models.DateTimeField(null=True, blank=True, help_text="Saved here and not yet at Meta.")
    error_text = models.TextField(blank=True)
