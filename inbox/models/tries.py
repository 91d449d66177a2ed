"""What is kept of the tries to call a program."""

from django.db import models

MOST_KEPT = 20


class WithTries(models.Model):
    """A row for which a program is called until it takes it; it keeps the last 20 tries."""

    # Oldest first: [{"at": iso, "status": 500 or null, "duration_ms": 12 or null, "words": why it did not work or ""}]
    tries = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True

    def note_try(self, at, outcome):
        """`outcome` has status, duration_ms and words. The caller saves."""
        told = {"status": outcome.status, "duration_ms": outcome.duration_ms, "words": outcome.words}
        self.tries = [*self.tries, {"at": at.isoformat(), **told}][-MOST_KEPT:]
