"""The sweeps stand in Celery beat's tables."""

import pytest
from django_celery_beat.models import PeriodicTask

from config.celery import app as celery_app
from inbox.schedule import SWEEPS, write_sweeps

pytestmark = pytest.mark.django_db


def test_every_sweep_is_written():
    rows = PeriodicTask.objects.filter(name__in=[task for task, _ in SWEEPS])
    assert {(row.task, row.interval.every, row.interval.period) for row in rows} == {
        (task, seconds, "seconds") for task, seconds in SWEEPS
    }


def test_whatever_sweeps_or_forgets_is_run_by_itself():
    celery_app.loader.import_default_modules()
    ours = {name for name in celery_app.tasks if name.startswith(("automation.", "inbox.", "whatsapp."))}
    repairing = {name for name in ours if name.rpartition(".")[2].startswith(("forget_", "sweep_"))}
    assert repairing
    assert repairing <= {task for task, _ in SWEEPS}


def test_an_admins_change_is_kept():
    PeriodicTask.objects.filter(name="inbox.tasks.fill_places").update(enabled=False)
    write_sweeps()
    assert not PeriodicTask.objects.get(name="inbox.tasks.fill_places").enabled
