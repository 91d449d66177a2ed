"""Celery wakes; PostgreSQL remembers. Tasks take an id, and a sweep finds whatever a lost wake-up left behind."""

import gc
import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("switchboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def keep_what_is_loaded(**kwargs):
    """The collector need not look through it again and again."""
    gc.freeze()
