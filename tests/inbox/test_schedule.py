"""The sweeps stand in Celery beat's tables."""

import pytest
from django_celery_beat.models import PeriodicTask

from inbox.schedule import SWEEPS, write_sweeps

pytestmark = pytest.mark.django_db


def test_every_sweep_is_written():
    rows = PeriodicTask.objects.filter(name__in=[task for task, _ in SWEEPS])
    assert {(row.task, row.interval.every, row.interval.period) for row in rows} == {
        (task, seconds, "seconds") for task, seconds in SWEEPS
    }


def test_an_admins_change_is_kept():
    PeriodicTask.objects.filter(name="inbox.tasks.fill_places").update(enabled=False)
    write_sweeps()
    assert not PeriodicTask.objects.get(name="inbox.tasks.fill_places").enabled
