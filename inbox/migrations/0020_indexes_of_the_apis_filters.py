from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table may be large: nothing waits while they are built."""

    atomic = False

    dependencies = [("inbox", "0019_installation_and_its_switches")]

    operations = [
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(fields=["status", "-bumped_at", "-id"], name="conversation_of_status"),
        ),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("assignee__isnull", False)),
                fields=["assignee", "-bumped_at", "-id"],
                name="conversation_of_agent",
            ),
        ),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("team__isnull", False)),
                fields=["team", "-bumped_at", "-id"],
                name="conversation_of_team",
            ),
        ),
    ]
