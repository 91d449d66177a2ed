"""Schemathesis goes from answer to answer, by the links of the API's description: a contact, a conversation with it, a
message template in that, and what became of it. Which steps it takes is its own choice; the seed is fixed."""

import copy
import itertools
import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from inbox.api.docs import described
from inbox.api.links import LINKS
from inbox.models import ApiKey
from tests.api.contract import operations
from tests.api.story import template_of
from tests.factories import make_number

SEED = int(os.environ.get("CONTRACT_SEED", "4"))
MOST_STORIES = int(os.environ.get("CONTRACT_EXAMPLES", "3"))
STEPS = 20
# What the description cannot say (whether the window is open, and a conversation), and what other tests ask of each.
LEFT_OUT = [checks.positive_data_acceptance, checks.ignored_auth]
TEMPLATE = {
    "name": "shipped",
    "language": "en",
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "4711"}]}],
}
STEPS_THERE_ARE = {
    "create_contact",
    "create_conversation",
    "send_template_message",
    "get_message",
}
_serial = itertools.count(10)


def story_of(headers, number):
    """The state machine of these steps, and what it has seen: {(operationId, status)}."""
    description = copy.deepcopy(described())
    # What looks as if it named rows of others keeps Schemathesis from beginning with a contact.
    body = description["components"]["schemas"]["ContactWriteRequest"]
    body["properties"] = {"phone": body["properties"]["phone"]}
    schema = schemathesis.openapi.from_dict(description)
    schema.app = get_wsgi_application()
    schema.config.generation.update(modes=[GenerationMode.POSITIVE])
    seen = set()
    # What must be true in the story; the rest of a body is what Schemathesis thinks of.
    bodies = {
        "create_contact": lambda body: {"phone": f"+49151234567{next(_serial)}"},
        "create_conversation": lambda body: {"number": number.pk, "contact": body.get("contact", 0)},
        "send_template_message": lambda body: TEMPLATE,
    }

    class Story(schema.include(operation_id=sorted(STEPS_THERE_ARE)).as_state_machine()):
        def setup(self):
            self.undone = transaction.atomic()
            self.undone.__enter__()

        def teardown(self):
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

        def before_call(self, case):
            name = case.operation.definition.raw["operationId"]
            if name in bodies and isinstance(case.body, dict):
                case.body = bodies[name](case.body)

        def get_call_kwargs(self, case):
            return {"headers": headers}

        def after_call(self, response, case):
            seen.add((case.operation.definition.raw["operationId"], response.status_code))

        def validate_response(self, response, case, **how):
            case.validate_response(response, excluded_checks=LEFT_OUT, **how)

    return Story, seen


@pytest.fixture
def headers(db):
    key = ApiKey(name="Everything", scopes=list(ApiKey.Scope.values), requests_per_minute=1_000_000)
    token = key.rotate()
    key.save()
    moments = (request_started, request_finished)
    for moment in moments:  # the requests share the test's transaction
        moment.disconnect(close_old_connections)
    yield {"Authorization": f"Bearer {token}"}
    for moment in moments:
        moment.connect(close_old_connections)


def test_each_answer_leads_to_the_next_step(headers, rest_api):
    number = make_number("Berlin")
    template_of(number)
    story, seen = story_of(headers, number)
    asking = settings(
        max_examples=MOST_STORIES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(SEED)(story).run(settings=asking)
    went = {("create_contact", 201), ("create_conversation", 201), ("send_template_message", 201), ("get_message", 200)}
    assert went <= seen


def test_links_lead_to_operations_that_there_are():
    known = {operation["operationId"] for _, _, operation in operations()}
    assert known >= set(LINKS)
    assert known >= {link["operationId"] for links in LINKS.values() for link in links.values()}
