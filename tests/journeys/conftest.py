"""The whole product in one process, with the real sandbox as its far end."""

import pytest

from inbox.models import Message
from tests.factories import make_number
from tests.journeys.front_door import FrontDoor
from tests.journeys.office import Office
from tests.sandbox.phone import Sandbox
from whatsapp.models import Account
from whatsapp.sandbox.server import start_in_thread
from whatsapp.template_sync import sync

QUICK = {"sent_after": 0.0, "delivered_after": 0.01, "read_after": 0.0, "review_after": 0.01}


@pytest.fixture(scope="session")
def front_door():
    door = FrontDoor()
    yield door
    door.close()


@pytest.fixture(scope="session")
def far_side(front_door):
    handle = start_in_thread(product_url=front_door.url, **QUICK)
    yield handle
    handle.stop()


@pytest.fixture
def sandbox(far_side, front_door):
    """Meta and the customers' phones, as at the first start."""
    client = Sandbox(far_side.url)
    client.reset()
    front_door.shut()
    client.settings(**QUICK)
    front_door.is_open = True
    yield client
    client.reset()
    front_door.shut()
    client.session.close()


@pytest.fixture
def office(db, sandbox, front_door, settings, tmp_path):
    """The product, connected to the sandbox's two numbers (Berlin first), with nobody at work yet."""
    settings.MEDIA_ROOT = tmp_path
    settings.WHATSAPP_API_URL = sandbox.url
    opened = Office(front_door, sandbox, [_connected(row) for row in sandbox.numbers()])
    yield opened
    opened.worker.close()


def _connected(row):
    keys = {key: row[key] for key in ("waba_id", "access_token", "app_secret", "verify_token", "portfolio_id")}
    number = make_number(row["verified_name"].split()[-1], Account.objects.create(name=row["verified_name"], **keys))
    number.phone_number_id = row["phone_number_id"]
    number.display_phone_number = row["display_phone_number"]
    number.save()
    return number


@pytest.fixture
def berlin(office):
    return office.numbers[0]


@pytest.fixture
def templates(office):
    """Meta's message templates as synced: {name: MessageTemplate} of Berlin's account, English ones."""
    sync(office.number.account_id)
    stored = office.number.account.message_templates.filter(language__startswith="en")
    return {template.name: template for template in stored}


@pytest.fixture
def amira(sandbox):
    return sandbox.customer("Amira")


@pytest.fixture
def luis(sandbox):
    return sandbox.customer("luis")


@pytest.fixture
def ida(sandbox):
    return sandbox.customer("ida")


@pytest.fixture
def robin(sandbox):
    """A customer whose phone number WhatsApp does not show."""
    return sandbox.customer("robin")


@pytest.fixture
def fresh():
    """The row as it is now."""

    def fresh(message):
        return Message.objects.get(pk=message.pk)

    return fresh
