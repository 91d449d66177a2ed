"""Correctly signed payloads that are wrong in random places: never a 5xx, never a lost neighbour (R-6)."""

import copy
import json
from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.models import Message
from tests.whatsapp.captured import NAMES, NOT_JSON, body
from tests.whatsapp.posting import make_captured_number, payload, post, words
from whatsapp import processing
from whatsapp.models import WebhookCall

PAYLOADS = [json.loads(body(name)) for name in NAMES if name != NOT_JSON]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["", "\x00", "\ud800", "x" * 400, "-1", "99999999999999999999", "1795000010", [], {}, [[]], [{}]]),
)
HEALTHY = payload(words("wamid.healthy", sender="491725550199"))["entry"][0]


def places(value, path=()):
    """The path of every value inside a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*path, key)
        yield from places(inner, (*path, key))


def replaced(value, path, new):
    *way, last = path
    for key in way:
        value = value[key]
    if isinstance(new, type) and isinstance(value, dict):
        del value[last]
    else:
        value[last] = None if isinstance(new, type) else new


@st.composite
def mutated(draw):
    """A captured payload with one to three values replaced or removed, and a healthy entry behind it."""
    value = copy.deepcopy(draw(st.sampled_from(PAYLOADS)))
    for _ in range(draw(st.integers(1, 3))):
        known = list(places(value))
        if known:
            replaced(value, draw(st.sampled_from(known)), copy.deepcopy(draw(ODD | st.just(object))))
    return value


@contextmanager
def one_example():
    """Each example starts from the same database."""
    with transaction.atomic():
        make_captured_number()
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_a_mutated_payload_is_kept_processed_and_harms_no_neighbour(value):
    if isinstance(value.get("entry"), list):
        value["entry"].append(copy.deepcopy(HEALTHY))
    with one_example():
        assert post(json.dumps(value).encode()).status_code == 200
        call = WebhookCall.objects.get()
        assert processing.process(call.pk)
        call.refresh_from_db()
        assert call.processed_at
        if isinstance(value.get("entry"), list) and value.get("object") == "whatsapp_business_account":
            assert Message.objects.filter(wamid="wamid.healthy").exists()


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300))
def test_any_signed_bytes_are_kept_and_processed(content):
    with one_example():
        assert post(content).status_code == 200
        call = WebhookCall.objects.get()
        processing.process(call.pk)
        call.refresh_from_db()
        assert call.processed_at
