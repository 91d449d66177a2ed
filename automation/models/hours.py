"""When a number's people are there: it decides what is said and how timers count, not who works."""

from django.db import models
from django.db.models import F, Q


class BusinessHours(models.Model):
    """A number's weekly plan. Off: it is always open."""

    number = models.OneToOneField("whatsapp.Number", on_delete=models.CASCADE, related_name="business_hours")
    is_on = models.BooleanField("on", default=False)
    time_zone = models.CharField(max_length=64, default="UTC", help_text="For example Europe/Berlin.")


class OpeningTime(models.Model):
    """Open on a weekday from one time of day to another; an end of 00:00 is the end of that day."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="opening_times")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens_at = models.TimeField()
    closes_at = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at="00:00") | Q(closes_at__gt=F("opens_at")), name="closes_after_it_opens"
            ),
            models.UniqueConstraint(fields=["hours", "weekday", "opens_at"], name="opening_time_once"),
        ]


class Holiday(models.Model):
    """A day on which nobody is there."""

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["hours", "day"], name="holiday_once")]
