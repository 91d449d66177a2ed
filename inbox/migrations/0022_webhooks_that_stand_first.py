from django.db import migrations, models


class Migration(migrations.Migration):
    """Whatever waits already may be looked at: the claim asks whether anything stands before it."""

    dependencies = [("inbox", "0021_secrets_that_are_shown_once")]

    operations = [
        migrations.AddField(
            model_name="webhookdelivery",
            name="stands_first",
            field=models.BooleanField(db_default=True, default=False),
        ),
    ]
