"""Every kind of line has words, also with data of another shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.models import Event
from inbox.sentences import sentence

NAMES = ["to", "why", "from", "tag", "by_rule", "program"]


@pytest.mark.parametrize(
    "kind, actor, data, words",
    [
        ("assigned", "", {"to": "Chen Wei", "why": "last"}, "Assigned to Chen Wei, who served last"),
        ("claimed", "Chen Wei", {"to": "Chen Wei"}, "Chen Wei claimed it"),
        ("transferred", "Chen Wei", {"team": "Customs"}, "Chen Wei transferred it to Customs"),
        ("taken_over", "Mira", {"from": "Chen Wei"}, "Mira took over from Chen Wei"),
        ("returned", "Mira", {"why": "agent", "from": "Mira"}, "Mira gave it back to the line"),
        ("returned", "", {"why": "absent", "from": "Mira"}, "Mira was absent: back to the line"),
        ("closed", "Ben", {"was": {}}, "Closed by Ben"),
        ("closed", "", {"by_rule": "auto_close"}, "Closed automatically: nothing was left to answer"),
        ("closed", "", {"by_rule": "api"}, "Closed by a program"),
        ("closed", "", {"by_rule": "workflow"}, "Closed by the workflow"),
        ("closed", "", {"by_rule": "api", "program": "Shop"}, "Closed by Shop"),
        ("handed_over", "", {"why": "api"}, "A program handed over to people"),
        ("handed_over", "", {"why": "workflow"}, "The workflow handed over to people"),
        ("handed_over", "", {"why": "workflow", "program": "Shop", "to": "Ana"}, "Shop handed over to Ana"),
        ("assigned", "", {"to": "Ana", "program": "Shop"}, "Shop assigned it to Ana"),
        ("assigned", "", {"to": "Ana", "program": "Shop", "why": "load"}, "Assigned to Ana"),
        ("opened", "", {"to": "Ana", "program": "Shop"}, "Shop started the conversation"),
        ("relayed", "", {"what": "interaction", "program": "Shop"}, "What the customer chose went to Shop"),
        ("relayed", "", {"what": "no_answer", "program": "Shop"}, "The customer did not answer: Shop was told"),
        ("relay_failed", "", {"words": "It answered 404.", "program": "Shop"}, "Shop failed: It answered 404"),
        ("opted_out", "", {"source": "api"}, "The customer wants nothing that we start, told by a program"),
        ("opened", "", {"pending": True}, "Waits for the customer"),
        ("opened", "", {"pending": True, "waits_for": "Mira"}, "Waits for the customer, then goes to Mira"),
        ("reopened", "Ben", {"undone": True}, "Ben undid the closing"),
        ("tagged", "Ben", {"tag": "vip", "colour": "red"}, "Ben added the tag vip"),
    ],
)
def test_lines_say_who_did_what(kind, actor, data, words):
    assert sentence(kind, actor, data) == words


@given(
    st.sampled_from([*Event.Kind.values, "of_tomorrow"]),
    st.sampled_from(["", "Ben"]),
    st.one_of(st.none(), st.dictionaries(st.sampled_from(NAMES), st.integers() | st.text())),
)
def test_no_line_is_ever_empty(kind, actor, data):
    assert sentence(kind, actor, data).strip()
