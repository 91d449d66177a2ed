import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

NOW = django.db.models.functions.datetime.Now()


class Migration(migrations.Migration):
    """What is there already changed now, as far as anybody knows. The default is the same for all rows, so no table is
    written anew."""

    dependencies = [("inbox", "0023_indexes_of_webhooks_that_stand_first")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="updated_at",
            field=models.DateTimeField(db_default=NOW, default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name="conversation",
            name="updated_at",
            field=models.DateTimeField(db_default=NOW, default=django.utils.timezone.now, editable=False),
        ),
    ]
