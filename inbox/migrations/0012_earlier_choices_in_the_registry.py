from django.db import migrations

# Until now only WhatsApp itself told of choices; each left a line.
FROM_LINES = """
INSERT INTO inbox_consent (contact_id, channel, state, source, at)
SELECT thread.contact_id, 'whatsapp', CASE line.kind WHEN 'opted_in' THEN 'opted_in' ELSE 'marketing' END, 'meta', line.at
FROM inbox_event line JOIN inbox_thread thread ON thread.id = line.thread_id
WHERE line.kind IN ('opted_in', 'opted_out')
ORDER BY line.id
"""


class Migration(migrations.Migration):
    dependencies = [("inbox", "0011_consent_per_channel_and_its_words")]

    operations = [migrations.RunSQL(FROM_LINES, migrations.RunSQL.noop)]
