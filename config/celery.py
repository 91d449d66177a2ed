"""Celery wakes; PostgreSQL remembers. Tasks take an id, and a sweep finds whatever a lost wake-up left behind."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("switchboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
