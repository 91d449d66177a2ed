"""A program with its key."""

import pytest

from inbox.models import ApiKey, Installation
from tests.factories import make_number
from tests.programs import Program


@pytest.fixture(autouse=True)
def rest_api(db):
    """Switched on."""
    Installation.switch_on()


@pytest.fixture
def program(client, db):
    """Make a Program with the scopes named, by default all but free-form messages."""

    def make(*scopes, **fields):
        wanted = scopes or tuple(scope for scope in ApiKey.Scope.values if scope != "messages:free-form")
        return Program(client, list(wanted), **fields)

    return make


@pytest.fixture
def berlin(db):
    return make_number("Berlin")
