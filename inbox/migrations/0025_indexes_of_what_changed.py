from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The tables may be large: nothing waits while they are built."""

    atomic = False

    dependencies = [("inbox", "0024_when_conversations_and_contacts_changed")]

    operations = [
        AddIndexConcurrently(
            model_name=name, index=models.Index(fields=["updated_at", "id"], name=f"{name}_updated")
        )
        for name in ("contact", "conversation")
    ]
