"""Broken and hostile webhooks: events come out, exceptions never, and healthy neighbours are kept."""

import json
from copy import deepcopy
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.whatsapp.captured import NAMES, NOT_JSON, NUMBER, WABA, body, event, events
from whatsapp.inbound import (
    Event,
    MessageReceived,
    PreferenceChanged,
    StatusReported,
    Undecodable,
    Unreadable,
    decode,
    parse,
)
from whatsapp.inbound.kinds import kind_and_content
from whatsapp.inbound.reading import EARLIEST, LATEST, amount, moment, storable


def reasons(name):
    return [found.reason if isinstance(found, Unreadable) else type(found).__name__ for found in events(name)]


def test_healthy_messages_beside_broken_ones_are_kept():
    assert reasons("broken_messages_among_healthy") == [
        "MessageReceived",
        "an odd element of “messages”",
        "an odd element of “messages”",
        "no usable time",
        "no usable time",
        "no message id",
        "no sender",
        "MessageReceived",
        "MessageReceived",
    ]
    before, after = events("broken_messages_among_healthy")[0], events("broken_messages_among_healthy")[-1]
    assert (before.content["text"], after.content["text"]) == ("healthy before", "healthy after")


def test_a_message_with_odd_content_is_shown_as_unknown_rather_than_lost():
    odd = events("broken_messages_among_healthy")[-2]
    assert (odd.kind, odd.content, odd.raw["text"]) == ("unknown", {"type": "text"}, ["not", "an", "object"])


def test_a_healthy_entry_beside_broken_ones_is_kept():
    assert reasons("broken_entries") == [
        "an entry without a list of changes",
        "an entry without a list of changes",
        "a change without field or value",
        "a change without field or value",
        "a change without field or value",
        "MessageReceived",
    ]


def test_each_broken_shape_says_what_is_missing():
    assert reasons("broken_without_entry") == ["no list of entries"]
    assert reasons("broken_of_another_object") == ["not about a WhatsApp business account"]
    assert reasons("broken_without_number") == ["no phone number id"]
    assert reasons("broken_number_without_lists") == ["nothing that is known"]
    assert reasons("broken_lists") == ["“messages” is no list", "“statuses” is no list", "“errors” is no list"]
    assert reasons("broken_reaction_edit_revoke") == [
        "a reaction to nothing",
        "an edit of nothing",
        "a deletion of nothing",
    ]
    assert (
        reasons("broken_template_updates") == ["a template without id and name"] + ["a template without a change"] * 4
    )


def test_broken_statuses_leave_the_healthy_one_alone():
    without_id, absurd_time, healthy = events("broken_statuses")
    assert isinstance(without_id, Unreadable)
    assert isinstance(absurd_time, Unreadable)
    assert isinstance(healthy, StatusReported)
    assert healthy.recipient_wa_id == "491725550137"


def test_broken_reports_are_unreadable_one_by_one():
    assert reasons("broken_reports") == [
        "a preference without person, choice or time",
        "a preference without person, choice or time",
        "a change of user id without both ids and a time",
        "NumberFaulted",
        "an echo without id, time or recipient",
    ]


def test_a_report_without_a_time_takes_the_entrys_own():
    payload = json.loads(body("preference_stop"))
    del payload["entry"][0]["changes"][0]["value"]["user_preferences"][0]["timestamp"]
    payload["entry"][0]["time"] = 1795000500
    (changed,) = parse(payload)
    assert isinstance(changed, PreferenceChanged)


def test_characters_that_the_database_refuses_are_replaced():
    received = event("broken_characters")
    assert received.content == {"text": "null � and half � a smile"}
    assert received.sender.name == "I�da�"
    assert received.raw["odd�key"] == [1.5, 2]


def test_numbers_that_the_database_refuses_are_replaced():
    raw = event("broken_numbers").raw
    assert (raw["huge"], raw["endless"], raw["none"]) == ("(number too large)", None, None)


@pytest.mark.parametrize(
    "sent, reason",
    [
        (body(NOT_JSON), "not JSON"),
        (b"", "not JSON"),
        (b"\xff\xfe\xfd", "not UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b"1" * 5000, "not JSON"),
    ],
)
def test_a_body_that_is_no_json_is_refused_with_a_reason(sent, reason):
    with pytest.raises(Undecodable, match=reason):
        decode(sent)


def test_endless_nesting_is_cut_off():
    nested: list = []
    for _ in range(50_000):
        nested = [nested]
    (unreadable,) = parse(nested)
    assert "(nested too deeply)" in json.dumps(unreadable.raw)


@pytest.mark.parametrize("value", [1795000000, "1795000000", 1795000000.9])
def test_a_time_may_be_text_or_number(value):
    assert moment(value) == datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [None, "", "soon", "-5", "1e9", "٣", True, [], 0, -1, 2**62, 1e300, 1795000000000, "9" * 12, "9" * 40]
    + [int((EARLIEST - timedelta(seconds=1)).timestamp()), int(LATEST.timestamp())],
)
def test_an_absurd_time_is_no_time(value):
    """Neither clamped nor guessed: the element becomes unreadable."""
    assert moment(value) is None


@pytest.mark.parametrize(
    "value, number", [(1, 1), ("2.5", 2.5), ("nan", None), ("1e999", None), (True, None), ({}, None)]
)
def test_an_amount_is_a_finite_number(value, number):
    assert amount(value) == number


@pytest.mark.parametrize(
    "element",
    [
        {"type": "image", "image": {"mime_type": "image/png"}},
        {"type": "location", "location": {"latitude": 91, "longitude": 0}},
        {"type": "location", "location": {"latitude": 0, "longitude": "181"}},
        {"type": "location", "location": {"latitude": 0}},
        {"type": "contacts", "contacts": ["odd"]},
        {"type": "button", "button": {}},
        {"type": "interactive", "interactive": {"type": "list_reply"}},
        {"type": "interactive", "interactive": {"type": "nfm_reply"}},
        {"type": "order", "order": {"product_items": [7]}},
        {"type": "reaction", "reaction": {"emoji": "x"}},
    ],
)
def test_content_that_is_not_what_its_type_says_is_unknown(element):
    assert kind_and_content(element) == ("unknown", {"type": element["type"]})


def test_a_file_without_a_type_and_with_a_path_for_a_name_is_tamed():
    _, content = kind_and_content({"type": "document", "document": {"id": 7, "filename": "../..\\etc/\npass\\wd"}})
    assert content == {"mime_type": "application/octet-stream", "media_id": "7", "filename": "wd"}


@pytest.mark.parametrize("response_json", ["not json", "[" * 100_000, "7", None, 7, "[]"])
def test_a_flow_answer_that_cannot_be_read_is_an_empty_one(response_json):
    reply = {"name": "flow", "body": "Sent", "response_json": response_json}
    _, content = kind_and_content({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}})
    assert content["response"] == {}


def test_an_id_too_long_for_its_column_is_no_id():
    payload = json.loads(body("text"))
    payload["entry"][0]["changes"][0]["value"]["messages"][0]["id"] = "w" * 256
    (unreadable,) = parse(payload)
    assert unreadable.reason == "no message id"


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**4400, max_value=10**4401)
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.sampled_from([WABA, NUMBER, "1795000000", "wamid.X", "491725550137", "text", "messages", "\x00", "\ud800"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(st.characters(codec=None)), inner, max_size=5),
    max_leaves=20,
)
WORDS = st.sampled_from(
    ["object", "entry", "changes", "field", "value", "messages", "statuses", "errors", "message_echoes"]
    + ["user_preferences", "user_id_update", "metadata", "phone_number_id", "contacts", "id", "from", "timestamp"]
    + ["type", "text", "body", "image", "interactive", "button", "system", "edit", "message", "reaction", "order"]
    + ["unsupported", "context", "referral", "template_category_update"]
)
META_LIKE = st.recursive(
    JSON_VALUES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=8), max_leaves=30
)


def assert_usable(found: list[Event]):
    """What comes out is an event, can be stored by PostgreSQL, and has aware times."""
    for happened in found:
        assert isinstance(happened, Event)
        times = [value for name, value in vars(happened).items() if name.endswith("_at")]
        assert all(time.tzinfo is UTC for time in times)
        stored = json.dumps(asdict(happened), default=str, allow_nan=False, ensure_ascii=False)
        assert "\\u0000" not in stored
        stored.encode("utf-8")


@given(META_LIKE)
def test_no_json_value_raises(payload):
    found = parse(payload)
    assert found or not payload or payload.get("entry") is not None
    assert_usable(found)


@given(field=st.text() | WORDS, value=META_LIKE)
def test_no_value_of_a_change_raises(field, value):
    assert_usable(parse({"entry": [{"id": WABA, "changes": [{"field": field, "value": value}]}]}))


def paths(value, start=()):
    yield start
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from paths(item, (*start, key))


def replaced(payload, path, value):
    if not path:
        return value
    copy = deepcopy(payload)
    target = copy
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return copy


@given(st.data(), st.sampled_from([name for name in NAMES if name != NOT_JSON]), META_LIKE)
def test_a_captured_payload_with_anything_replaced_does_not_raise(data, name, value):
    payload = decode(body(name))
    path = data.draw(st.sampled_from(list(paths(payload))))
    assert_usable(parse(replaced(payload, path, value)))


@given(META_LIKE)
def test_a_healthy_message_survives_any_neighbour(value):
    payload = json.loads(body("text"))
    payload["entry"][0]["changes"][0]["value"]["messages"].insert(0, value)
    payload["entry"][0]["changes"].insert(0, value)
    payload["entry"].insert(0, value)
    *_, last = parse(payload)
    assert isinstance(last, MessageReceived)
    assert last.content == {"text": "Ist heute geöffnet? 🙂 café/bar"}


@given(META_LIKE)
def test_what_is_storable_stays_as_it_is(value):
    once = storable(value)
    assert storable(once) == once


def test_every_event_names_its_account():
    assert all(fields(kind)[0].name == "waba_id" for kind in Event.__subclasses__())
