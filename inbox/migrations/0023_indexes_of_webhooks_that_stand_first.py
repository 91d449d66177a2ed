from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table may be large: nothing waits while they are built."""

    atomic = False

    dependencies = [("inbox", "0022_webhooks_that_stand_first")]

    operations = [
        AddIndexConcurrently(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("stands_first", True), ("status", "pending")),
                fields=["subscription", "retry_at", "event"],
                name="webhook_ready",
            ),
        ),
        AddIndexConcurrently(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["due_since"], name="webhook_too_old"
            ),
        ),
        RemoveIndexConcurrently(model_name="webhookdelivery", name="webhook_next"),
        RemoveIndexConcurrently(model_name="webhookdelivery", name="webhook_due"),
    ]
