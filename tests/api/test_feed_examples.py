"""Every kind of event is shown by an example that is true."""

import pytest

from inbox import webhooks
from inbox.api.feed_examples import DATA
from inbox.feed import DETAILS
from inbox.models import FEED_KIND_OF_LINE, FeedKind
from inbox.shapes import ContactSerializer, ConversationSerializer, MessageSerializer
from tests.factories import make_conversation, writes
from tests.inbox.listening import make_subscription, told


def test_every_kind_has_an_example():
    assert set(DATA) == set(FeedKind)


@pytest.mark.parametrize("kind", DATA)
def test_the_parts_of_an_example_have_the_fields_of_their_shapes(kind):
    shapes = {"message": MessageSerializer, "conversation": ConversationSerializer, "contact": ContactSerializer}
    for name, shape in shapes.items():
        if name in DATA[kind]:
            assert set(DATA[kind][name]) == set(shape.Meta.fields)


@pytest.mark.parametrize("line, kind", FEED_KIND_OF_LINE.items())
def test_lines_say_in_examples_what_lines_can_say(line, kind):
    details = DATA[kind]["details"]
    assert set(details) <= {"line", "by_id", *DETAILS}
    assert FEED_KIND_OF_LINE[details["line"]] == kind


def test_what_is_really_told_has_the_names_of_the_example(db, berlin):
    make_subscription()
    conversation = make_conversation("closed", number=berlin)
    writes(conversation.thread.contact, berlin)
    webhooks.publish()
    for event in told():
        assert event.data.keys() == DATA[event.kind].keys()
