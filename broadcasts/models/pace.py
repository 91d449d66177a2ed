"""How fast broadcasts leave, and the few who carry them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

USUAL_PER_SECOND = 80


class Pace(models.Model):
    """The rate of one lane: a WhatsApp number, or the sender of another channel. What Meta refuses slows it down for a
    while; the agents' own messages take their slots first."""

    key = models.CharField(max_length=80, unique=True, help_text="For example whatsapp:5.")
    number = models.OneToOneField(
        "whatsapp.Number", null=True, blank=True, on_delete=models.CASCADE, related_name="broadcast_pace"
    )
    per_second = models.PositiveSmallIntegerField(
        "messages per second",
        default=USUAL_PER_SECOND,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text="Meta allows 80 a second per number, after its own upgrade 1,000.",
    )
    slowed_to = models.FloatField(null=True, blank=True, help_text="Messages per second since it was refused.")
    slowed_at = models.DateTimeField(null=True, blank=True)
    next_slot_at = models.DateTimeField(null=True, blank=True)
    # The newest message that the slots know of: what others sent since then has used some of them.
    seen_message_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "pace of broadcasts"
        verbose_name_plural = "paces of broadcasts"
        constraints = [models.CheckConstraint(condition=Q(per_second__gte=1), name="pace_goes_at_all")]

    def __str__(self):
        return self.key


class Courier(models.Model):
    """One of the few who carry a lane's broadcasts, a short run at a time. Whoever claims the row is the courier until
    `due_at`; a run that ends says when the next one begins. A wake-up is good for one run: it names the `ticket`, and
    whoever claims the row takes the next one, so that wake-ups that came twice end there."""

    pace = models.ForeignKey(Pace, on_delete=models.CASCADE, related_name="couriers")
    place = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    ticket = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pace", "place"], name="courier_once_per_place")]

    def __str__(self):
        return f"Courier {self.place} of {self.pace_id}"
