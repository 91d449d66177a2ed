"""Files of contacts that somebody is about to bring in."""

from django.db import models
from django.utils import timezone


class ContactImport(models.Model):
    """A table between its preview and its being brought in; afterwards the text is forgotten and the counts stay."""

    number = models.ForeignKey("whatsapp.Number", on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey("inbox.Agent", on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)
    # How many lines came to what: created, updated, unchanged, refused.
    counts = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            # One's earlier ones, to be forgotten.
            models.Index(fields=["by", "-created_at"], name="contact_import_of_agent"),
        ]
