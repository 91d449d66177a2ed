"""Files that a broadcast's emails bring along."""

from django.db import models
from django.utils import timezone


class BroadcastFile(models.Model):
    """An attachment of every email of a broadcast, or of those whose line in the list names it (`is_personal`)."""

    broadcast = models.ForeignKey("broadcasts.Broadcast", on_delete=models.CASCADE, related_name="files")
    file = models.FileField(upload_to="broadcasts/%Y/%m/")
    name = models.CharField(max_length=200)
    mime_type = models.CharField(max_length=100, default="application/octet-stream")
    size_bytes = models.PositiveBigIntegerField()
    is_personal = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.name

    def read(self):
        """Its bytes. Raises OSError where the file is gone."""
        with self.file.open("rb") as kept:
            return kept.read()
