"""One message to many."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

HOURS = [MinValueValidator(0), MaxValueValidator(24)]


class Broadcast(models.Model):
    """One message to many people over one channel, now or later.

    `content` is the message with its placeholders, in the shape of its channel (broadcasts.channels); for WhatsApp
    {"name", "language", "components"} of a message template (and `header_file`, the inbox.Attachment above the text;
    `has_own_files` where recipients bring theirs), for email {"subject", "message"}, for SMS {"message",
    "offers_stop"}. `params` are the defaults of the placeholders. `audience`
    says who is meant, in the shape of broadcasts.audience; people who were named one by one are recipients already.
    """

    class Channel(models.TextChoices):
        WHATSAPP = "whatsapp", "WhatsApp"
        EMAIL = "email", "Email"
        SMS = "sms", "SMS"

    class Status(models.TextChoices):
        DRAFT = "draft"
        SCHEDULED = "scheduled"
        SENDING = "sending"
        PAUSED = "paused"
        FINISHED = "finished"
        CANCELLED = "cancelled"

    class AnswersTo(models.TextChoices):
        DEFAULT = "default", "Whoever gets new conversations of the number"
        TEAM = "team", "A team"
        BOT = "bot", "A bot"
        RECORD = "record", "Nobody: they are only recorded"

    # Which fields say when and how it leaves, and where answers go.
    PLAN = (
        "time_zone",
        "earliest_hour",
        "latest_hour",
        "cap_count",
        "cap_days",
        "skips_open_conversations",
        "stop_percent",
        "pauses_on_low_quality",
        "answers_to",
        "answers_team",
        "answers_bot",
    )
    # Nothing more leaves by itself.
    ENDED = (Status.FINISHED, Status.CANCELLED)

    name = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.WHATSAPP)
    number = models.ForeignKey(
        "whatsapp.Number", null=True, blank=True, on_delete=models.PROTECT, related_name="broadcasts"
    )
    email_sender = models.ForeignKey(
        "broadcasts.EmailSender", null=True, blank=True, on_delete=models.PROTECT, related_name="broadcasts"
    )
    sms_sender = models.ForeignKey(
        "broadcasts.SmsSender", null=True, blank=True, on_delete=models.PROTECT, related_name="broadcasts"
    )
    content = models.JSONField(default=dict, blank=True)
    params = models.JSONField(default=dict, blank=True)
    audience = models.JSONField(default=dict, blank=True)

    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    # Why it stands still, for a program and for a person: "stop_rule", "More than 20 % failed."; else both empty.
    pause_reason = models.CharField(max_length=40, blank=True)
    pause_words = models.TextField(blank=True)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", help_text="In which the time was chosen.")
    earliest_hour = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=HOURS, help_text="Not before this hour of the recipient's day."
    )
    latest_hour = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=HOURS, help_text="Not from this hour of the recipient's day on."
    )
    # At most so many broadcasts to one contact in so many days; empty: as many as one likes.
    cap_count = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    cap_days = models.PositiveSmallIntegerField(default=7, validators=[MinValueValidator(1)])
    skips_open_conversations = models.BooleanField(default=False)
    stop_percent = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text="Pause when more of them than this fail, in percent.",
    )
    pauses_on_low_quality = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Pause when WhatsApp rates the number's quality as low, flags it, or lowers its limit.",
    )
    # Who resumes after the stop rule has seen these: it counts from then on.
    forgiven_failed = models.PositiveIntegerField(default=0, editable=False)
    forgiven_settled = models.PositiveIntegerField(default=0, editable=False)
    answers_to = models.CharField(max_length=10, choices=AnswersTo, default=AnswersTo.DEFAULT)
    answers_team = models.ForeignKey(
        "inbox.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="team"
    )
    answers_bot = models.ForeignKey(
        "inbox.Bot", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="bot"
    )

    created_by = models.ForeignKey(
        "inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="broadcasts"
    )
    api_key = models.ForeignKey(
        "inbox.ApiKey", null=True, blank=True, on_delete=models.SET_NULL, related_name="broadcasts"
    )
    # Named by the page that began it: what it posts twice at once is one draft.
    client_id = models.CharField(max_length=64, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # A draft that was deleted is kept for a while, so that this can be undone; nobody finds it meanwhile.
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    # Planning: recipients are made in batches; `planned_until` is the last contact of the audience that has its row.
    planned_until = models.BigIntegerField(default=0)
    planned_at = models.DateTimeField(null=True, blank=True, help_text="Since then every recipient has a row.")
    planning_until = models.DateTimeField(null=True, blank=True, help_text="A worker is planning, at most until then.")
    # By whose pace it leaves (broadcasts.models.Pace.key); set when it starts.
    lane = models.CharField(max_length=80, blank=True)
    # When its couriers last took some of it: several broadcasts of one number take turns.
    served_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft") | ~Q(channel="whatsapp") | Q(number__isnull=False),
                name="broadcast_names_its_number",
            ),
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(scheduled_at__isnull=False), name="broadcast_scheduled_has_time"
            ),
            models.CheckConstraint(
                condition=Q(status="paused") & ~Q(pause_reason="") | ~Q(status="paused") & Q(pause_reason=""),
                name="broadcast_paused_iff_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "scheduled", "cancelled"]) | Q(started_at__isnull=False) & ~Q(lane=""),
                name="broadcast_under_way_has_lane",
            ),
            models.CheckConstraint(
                condition=Q(earliest_hour__isnull=True, latest_hour__isnull=True)
                | Q(earliest_hour__lt=models.F("latest_hour"), latest_hour__lte=24),
                name="broadcast_hours_of_one_day",
            ),
            models.CheckConstraint(
                condition=Q(stop_percent__isnull=True) | Q(stop_percent__gte=1, stop_percent__lte=99),
                name="broadcast_stop_percent",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | Q(status="draft"), name="broadcast_deleted_is_draft"
            ),
            models.UniqueConstraint(
                fields=["created_by", "client_id"],
                condition=Q(client_id__isnull=False),
                name="broadcast_begun_once_by_a_page",
            ),
        ]
        indexes = [
            # The sweep: drafts whose deletion is not undone any more.
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="broadcast_deleted"),
            # The sweep: what is to start.
            models.Index(fields=["scheduled_at"], condition=Q(status="scheduled"), name="broadcast_to_start"),
            # The couriers: what is under way in a lane.
            models.Index(fields=["lane", "served_at"], condition=Q(status="sending"), name="broadcast_under_way"),
        ]

    def __str__(self):
        return self.name or f"Broadcast {self.pk}"

    @property
    def fills_from_contacts(self):
        """Whether what a recipient lacks is taken from their contact; a program says all it wants to say."""
        return self.audience.get("source") != "api"

    @property
    def is_ended(self):
        return self.status in self.ENDED
