"""Tags above the thread (S4-19 to S4-25)."""

import pytest

from inbox.actions.refusals import NotAllowed
from inbox.actions.tags import add_tag, remove_tag
from inbox.models import Event
from tests.factories import make_agent, make_conversation, make_number, make_tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_agent("Ada", numbers=[make_number()])


@pytest.fixture
def conversation(ada):
    return make_conversation("queued", number=ada.receptions.get().number)


def test_a_conversation_carries_several_tags(ada, conversation):
    first, second = make_tag("Urgent", "red"), make_tag("Invoice")
    add_tag(conversation.pk, first, ada)
    add_tag(conversation.pk, second, ada)
    assert set(conversation.tags.all()) == {first, second}


def test_tagging_does_not_claim(ada, conversation):
    """S4-22: a conversation to tag is taken from the queue, and stays in it."""
    assert add_tag(conversation.pk, make_tag(), ada).status == "queued"


def test_the_lines_name_tag_and_colour(ada, conversation):
    tag = make_tag("Urgent", "red")
    add_tag(conversation.pk, tag, ada)
    remove_tag(conversation.pk, tag, ada)
    lines = conversation.events.order_by("pk")
    assert [line.kind for line in lines] == [Event.Kind.TAGGED, Event.Kind.UNTAGGED]
    assert all(line.data == {"tag": "Urgent", "colour": "red", "by": "Ada"} for line in lines)


def test_twice_is_once(ada, conversation):
    tag = make_tag()
    add_tag(conversation.pk, tag, ada)
    add_tag(conversation.pk, tag, ada)
    assert conversation.events.count() == 1


def test_a_colleagues_conversation_is_theirs_to_tag(ada, conversation):
    number = conversation.thread.number
    theirs = make_conversation("assigned", number=number, assignee=make_agent(numbers=[number]))
    with pytest.raises(NotAllowed):
        add_tag(theirs.pk, make_tag(), ada)
