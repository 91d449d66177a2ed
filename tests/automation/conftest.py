"""The cast: a number, its agent, a customer."""

import pytest

from inbox.models import Installation
from tests.factories import make_agent, make_contact, make_number
from tests.programs import Program


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
