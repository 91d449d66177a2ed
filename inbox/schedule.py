"""The sweeps that repair what a lost wake-up left behind. Rows of Celery beat, so that an admin may change them."""

from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

DAY = 24 * 3600

# (task, seconds between two runs)
SWEEPS = [
    ("inbox.tasks.fill_places", 5),
    ("inbox.tasks.fire_timers", 1),
    ("inbox.tasks.forget_feed", DAY),
    ("inbox.tasks.forget_idempotency_keys", DAY),
    ("inbox.tasks.forget_secrets_not_seen", 600),
    ("inbox.tasks.forget_unsent_uploads", DAY),
    ("inbox.tasks.heartbeat", 5),
    ("inbox.tasks.mend_webhook_lanes", 60),
    ("inbox.tasks.sweep_absence", 10),
    ("inbox.tasks.sweep_attachments", 15),
    ("inbox.tasks.sweep_deliveries", 2),
    ("inbox.tasks.sweep_webhooks", 5),
    ("whatsapp.tasks.forget_bodies", DAY),
    ("whatsapp.tasks.sweep_calls", 5),
    ("whatsapp.tasks.sync_all_templates", 6 * 3600),
]


def add(task, seconds):
    """A sweep of an upper layer; called while apps get ready, before the rows are written."""
    if (task, seconds) not in SWEEPS:
        SWEEPS.append((task, seconds))


def write_sweeps(**kwargs):
    """Create the rows that are missing; one that an admin has changed stays as it is."""
    if PeriodicTask._meta.db_table not in connection.introspection.table_names():
        return  # only some of the apps were migrated
    for task, seconds in SWEEPS:
        if not PeriodicTask.objects.filter(name=task).exists():
            PeriodicTask.objects.create(name=task, task=task, interval=_every(seconds), expire_seconds=max(seconds, 5))


def _every(seconds):
    schedule, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
    return schedule
