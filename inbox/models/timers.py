"""Stored deadlines."""

from django.db import models


class Timer(models.Model):
    """A deadline of a thread or of one of its conversations. What happens then is registered by kind (inbox.timers)."""

    thread = models.ForeignKey("inbox.Thread", on_delete=models.CASCADE, related_name="timers")
    conversation = models.ForeignKey(
        "inbox.Conversation", null=True, blank=True, on_delete=models.CASCADE, related_name="timers"
    )
    kind = models.CharField(max_length=24)
    due_at = models.DateTimeField()
    # A handler that broke is tried again, later each time.
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "conversation", "kind"], nulls_distinct=False, name="timer_once_per_kind"
            )
        ]
        indexes = [
            # The sweep: what is due, oldest first.
            models.Index(fields=["due_at", "id"], name="timer_due"),
        ]

    def __str__(self):
        return f"{self.kind} of thread {self.thread_id}"
