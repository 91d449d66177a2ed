"""The cast: a number, its agent, a customer."""

import pytest

from tests.factories import make_agent, make_contact, make_number


@pytest.fixture
def berlin(db):
    return make_number("Berlin")


@pytest.fixture
def lena(berlin):
    return make_agent("Lena Brandt", numbers=[berlin])


@pytest.fixture
def amira(db):
    return make_contact("Amira")
