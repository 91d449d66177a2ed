"""Tests talk to a real PostgreSQL (DATABASE_URL) and to nothing else: no broker, no network but loopback."""

import ipaddress
import socket

import pytest
from hypothesis import settings as hypothesis_settings

from config.celery import app as celery_app

celery_app.conf.broker_url = "memory://"

# How long one example takes says more about the machine's other work than about the code.
hypothesis_settings.register_profile("shared machine", deadline=None)
hypothesis_settings.load_profile("shared machine")

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


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
