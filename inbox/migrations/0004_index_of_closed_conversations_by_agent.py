from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inbox", "0003_what_a_message_answered"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("status", "closed")),
                fields=["assignee", "-bumped_at", "-id"],
                name="conversation_served",
            ),
        ),
    ]
