"""The cast: a number, its agent, a customer."""

import pytest

from inbox.models import ApiKey, Installation
from tests.factories import make_agent, make_contact, make_number
from tests.programs import Program
from tests.workflow import LOOPBACK, running_workflow


@pytest.fixture
def berlin(db):
    return make_number("Berlin")


@pytest.fixture
def lena(berlin):
    return make_agent("Lena Brandt", numbers=[berlin])


@pytest.fixture
def amira(db):
    return make_contact("Amira")


@pytest.fixture
def program(client, db):
    """Make a Program with the scopes named."""
    Installation.switch_on()
    return lambda *scopes, **fields: Program(client, list(scopes), **fields)


@pytest.fixture
def workflow(settings):
    settings.PROGRAMS_ALLOWED_NETWORKS = LOOPBACK
    with running_workflow() as workflow:
        yield workflow


@pytest.fixture
def key(db, workflow):
    key = ApiKey(name="CRM", scopes=ApiKey.Scope.values, relay_url=workflow.url)
    key.rotate()
    key.save()
    return key
