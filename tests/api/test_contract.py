"""Schemathesis asks every operation of the API's description for what it promises, and for what it must refuse.

The seed is fixed, so that the suite asks the same today and tomorrow; CONTRACT_EXAMPLES=500 asks longer, and
CONTRACT_SEED=... asks something else.
"""

import copy
import itertools
import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from inbox.api.docs import described
from inbox.models import ApiKey
from tests.api.contract import operation_at
from tests.api.story import tell

SEED = int(os.environ.get("CONTRACT_SEED", "4"))
MOST_EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "3"))
MOST_CORNERS = 4 * MOST_EXAMPLES
# What the description cannot say: which ids there are, whether the window is open.
LEFT_OUT = [checks.positive_data_acceptance]

SCHEMA = schemathesis.openapi.from_dict(copy.deepcopy(described()))
SCHEMA.app = get_wsgi_application()
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}

asking = settings(
    max_examples=MOST_EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Caller:
    """A program that may do everything, in the middle of Nia's story; what it does is undone at once."""

    def __init__(self):
        key = ApiKey(name="Everything", scopes=list(ApiKey.Scope.values), requests_per_minute=1_000_000)
        self.headers = {"Authorization": f"Bearer {key.rotate()}"}
        key.save()
        self.story = tell("", key)

    def asks(self, case):
        with transaction.atomic():
            case.call_and_validate(headers=self.headers, excluded_checks=LEFT_OUT)
            transaction.set_rollback(True)

    def asks_of_real_rows(self, case):
        """The same of rows that are there."""
        if "id" in case.path_parameters:
            operation = operation_at(case.method.lower(), case.formatted_path)
            real = self.story.filled("{id}", operation)
            case.path_parameters["id"] = int(real) if real.isdigit() else 1
        if isinstance(case.body, dict):
            case.body.update({name: value for name, value in self.story.named.items() if name in case.body})
        self.asks(case)


@pytest.fixture
def caller(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    moments = (request_started, request_finished)
    for moment in moments:  # the requests share the test's transaction
        moment.disconnect(close_old_connections)
    yield Caller()
    for moment in moments:
        moment.connect(close_old_connections)


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_operation_is_what_it_promises_to_be(caller, label):
    """What it takes, what it does not take, and the corners: missing and repeated parameters, limits and what lies
    behind them, other methods."""
    operation = OPERATIONS[label]
    ask(caller, operation.as_strategy(generation_mode=GenerationMode.POSITIVE), st.booleans())
    ask(caller, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), st.just(False))
    modes, generation = list(GenerationMode), SCHEMA.config.generation
    corners = SCHEMA.iter_coverage_cases(operation, generation_modes=modes, generation_config=generation)
    for case in itertools.islice(corners, MOST_CORNERS):
        caller.asks(case)


def ask(caller, cases, of_real_rows):
    """Ask what Hypothesis thinks of."""

    @seed(SEED)
    @asking
    @given(cases, of_real_rows)
    def asked(case, is_real):
        (caller.asks_of_real_rows if is_real else caller.asks)(case)

    asked()
