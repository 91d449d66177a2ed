"""Tests talk to a real PostgreSQL (DATABASE_URL) and to nothing else: no broker, no network but loopback."""

import ipaddress
import socket

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from config.celery import app as celery_app
from tests.installation import Running
from tests.sandbox.phone import Sandbox
from whatsapp.sandbox.server import start_in_thread

celery_app.conf.broker_url = "memory://"

# How long one example takes says more about the machine's other work than about the code.
hypothesis_settings.register_profile("shared machine", deadline=None)
hypothesis_settings.load_profile("shared machine")

# What migrating writes and no test changes.
KEPT = ("auth_permission", "django_celery_beat_", "django_content_type")


def _empty_tables(_):
    """After a test that commits: delete what it wrote. Django's own flush truncates every table and migrates anew."""
    tables = [
        name for name in connection.introspection.django_table_names(only_existing=True) if not name.startswith(KEPT)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        counted = " union all ".join(f"select '{name}' where exists (select 1 from \"{name}\")" for name in tables)
        cursor.execute(counted)
        for (name,) in cursor.fetchall():
            cursor.execute(f'delete from "{name}"')


TransactionTestCase._fixture_teardown = _empty_tables

_connect = socket.socket.connect


def _connect_nearby(self, address):
    """Refuse every address that is neither a Unix socket nor loopback."""
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
        raise RuntimeError(f"A test tried to reach {address[0]}")
    return _connect(self, address)


def _is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def stay_on_this_machine(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", _connect_nearby)


@pytest.fixture(scope="session")
def sandbox_server():
    """Meta in a thread; what is sent is delivered and read at once."""
    handle = start_in_thread(sent_after=0.0, delivered_after=0.0, read_after=0.0)
    yield handle
    handle.stop()


@pytest.fixture
def meta(sandbox_server, settings):
    """The sandbox's control client, emptied, with the product pointed at it."""
    settings.WHATSAPP_API_URL = sandbox_server.url
    client = Sandbox(sandbox_server.url)
    client.reset()
    yield client
    client.session.close()


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def installation():
    """Switchboard as real processes, for the tests of browser and stack."""
    running = Running()
    try:
        running.start()
        yield running
    finally:
        running.stop()
