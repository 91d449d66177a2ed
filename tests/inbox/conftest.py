"""The cast that many tests share: a number with two agents and their supervisor, and a customer's phone.

Berlin is connected to the sandbox. No webhooks come back by themselves: a test says which receipts arrive.
"""

import pytest

from tests.factories import account_of, make_agent, make_number
from tests.inbox.phone import Phone


@pytest.fixture
def number(db):
    return make_number()


@pytest.fixture
def ada(number):
    return make_agent("Ada", numbers=[number])


@pytest.fixture
def ben(number):
    return make_agent("Ben", numbers=[number])


@pytest.fixture
def boss(number):
    return make_agent("Boss", role="supervisor", numbers=[number])


@pytest.fixture
def phone(number):
    return Phone(number)


@pytest.fixture
def berlin(meta, db):
    """The sandbox's first number, connected here."""
    row = meta.numbers()[0]
    number = make_number("Berlin", account_of(row))
    number.phone_number_id = row["phone_number_id"]
    number.display_phone_number = row["display_phone_number"]
    number.save()
    return number
