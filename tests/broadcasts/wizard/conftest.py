"""Drafts at each step of the wizard, and who makes them."""

import pytest

from tests.broadcasts.drafting import make_draft, make_template
from tests.broadcasts.wizard.pages import known
from tests.factories import make_agent, make_number


@pytest.fixture
def number(db):
    return make_number("Berlin")


@pytest.fixture
def boss(number, client):
    agent = make_agent("Boss", role="supervisor", numbers=[number])
    client.force_login(agent)
    return agent


@pytest.fixture
def template(number):
    return make_template(number)


@pytest.fixture
def draft(boss, number, template):
    return make_draft(boss, number, template, {"body.1": "{{ first_name }}", "body.2": "A-1"})


@pytest.fixture
def ready(draft, number):
    draft.audience = {"contacts": [known(number, "Amira Haddad").pk, known(number, "Luis").pk]}
    draft.save()
    return draft
