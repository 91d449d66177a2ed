from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0005_timers_and_what_they_count_from")]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="is_kept",
            field=models.BooleanField(
                default=False, help_text="Part of somebody's settings: never forgotten as unsent."
            ),
        ),
    ]
