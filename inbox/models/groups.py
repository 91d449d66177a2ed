"""Saved sets and saved filters of contacts."""

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class Group(models.Model):
    """Contacts under a name: a set that somebody put together, or a filter that is evaluated whenever it is used."""

    name = models.CharField(max_length=80)
    # None: a set. Else inbox.rules.audience.Audience as a dict.
    filter = models.JSONField(null=True, blank=True)
    contacts = models.ManyToManyField("inbox.Contact", related_name="groups", blank=True)
    created_by = models.ForeignKey("inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = [Lower("name"), "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="group_name_once",
                violation_error_message="There is a group with this name already.",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def is_filter(self):
        return self.filter is not None
