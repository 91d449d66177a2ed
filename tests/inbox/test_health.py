"""/healthz: ready, or which part is not."""

import pytest
from django.db import connection
from django.utils import timezone

from inbox import health
from inbox.models import Pulse
from inbox.tasks import heartbeat
from tests.factories import moved_back

pytestmark = pytest.mark.django_db


def test_all_parts_are_there(client):
    heartbeat()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "broker": "ok", "worker": "ok"})
    assert "no-store" in answer["Cache-Control"]


def test_a_worker_that_never_ran_is_named(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["worker"]) == (503, "has not started")


def test_a_worker_that_fell_silent_is_named(client):
    health.beat(timezone.now())
    moved_back(Pulse.objects.get(name=health.WORKER), minutes=1)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["worker"]) == (503, "silent")


def test_a_broker_that_is_away_is_named(client, settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    heartbeat()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"database": "ok", "broker": "away", "worker": "ok"})


def test_a_database_that_is_away_is_named(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inbox_pulse RENAME TO inbox_pulse_gone")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["database"], answer.json()["worker"]) == (503, "away", "unknown")


def test_only_reading_is_asked_for(client):
    assert client.post("/healthz").status_code == 405
