"""Meta for the inbox's tests: a sandbox in a thread, and the number Berlin connected to it. No webhooks come back by
themselves: a test says which receipts arrive."""

import pytest

from tests.factories import make_number
from tests.sandbox.phone import Sandbox
from whatsapp.models import Account
from whatsapp.sandbox.server import start_in_thread


@pytest.fixture(scope="session")
def far_end():
    handle = start_in_thread(sent_after=0.0, delivered_after=0.0, read_after=0.0)
    yield handle
    handle.stop()


@pytest.fixture
def meta(far_end, settings):
    """The sandbox's control client, emptied, with the product pointed at it."""
    settings.WHATSAPP_API_URL = far_end.url
    client = Sandbox(far_end.url)
    client.reset()
    yield client
    client.session.close()


@pytest.fixture
def berlin(meta, db):
    """The sandbox's first number, connected here."""
    row = meta.numbers()[0]
    keys = {key: row[key] for key in ("waba_id", "access_token", "app_secret", "verify_token")}
    account = Account.objects.create(name="Hafen", **keys)
    number = make_number("Berlin", account)
    number.phone_number_id = row["phone_number_id"]
    number.display_phone_number = row["display_phone_number"]
    number.save()
    return number
