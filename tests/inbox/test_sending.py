"""send_message: the one door."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from inbox.actions.refusals import Refusal
from inbox.actions.sending import react, send_message, write_note
from inbox.models import Event, Message
from inbox.signals import message_queued
from tests.factories import make_agent, make_contact, make_conversation, make_number, make_thread
from whatsapp.connection import hold
from whatsapp.content import Template, Text
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db
HELLO = Text("It left Hamburg.")


@pytest.fixture
def berlin(db):
    return make_number("Berlin")


@pytest.fixture
def ben(berlin):
    return make_agent("Ben Krüger", numbers=[berlin])


@pytest.fixture
def chen(berlin):
    return make_agent("Chen Wei", numbers=[berlin])


@pytest.fixture
def conversation(berlin, ben):
    return make_conversation("assigned", number=berlin, assignee=ben)


def refused(code):
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code and refusal.words.endswith("."))


# What a message is


def test_a_message_waits_as_a_row_and_stands_in_the_list(conversation, ben):
    message = send_message(conversation.pk, HELLO, ben, client_id="a1")
    conversation.refresh_from_db()
    assert (message.status, message.kind, message.content) == ("queued", "text", {"text": "It left Hamburg."})
    assert (message.author, message.author_kind, message.text) == (ben, "agent", "It left Hamburg.")
    assert conversation.last_message == message
    assert message.version == conversation.thread.version > 0


def test_a_message_bumps_unless_told_otherwise(conversation, ben):
    before = conversation.bumped_at
    send_message(conversation.pk, HELLO, ben, bump=False)
    conversation.refresh_from_db()
    assert conversation.bumped_at == before
    send_message(conversation.pk, HELLO, ben)
    conversation.refresh_from_db()
    assert conversation.bumped_at > before


def test_a_message_answers_the_customer_and_remembers_since_when(conversation, ben):
    since = conversation.unanswered_since
    message = send_message(conversation.pk, HELLO, ben)
    conversation.refresh_from_db()
    assert conversation.unanswered_since is None
    assert message.answered_since == since


def test_an_automation_answers_nothing_and_claims_nothing(berlin):
    waiting = make_conversation(number=berlin)
    message = send_message(waiting.pk, HELLO, author_kind=Message.Author.AUTOMATION)
    waiting.refresh_from_db()
    assert (waiting.status, message.author) == ("unassigned", None)
    assert waiting.unanswered_since is not None


def test_a_message_into_a_thread_needs_no_conversation(berlin):
    thread = make_thread(number=berlin)
    message = send_message(thread, HELLO, author_kind=Message.Author.BROADCAST, bump=False)
    assert (message.thread, message.conversation) == (thread, None)


def test_a_quoted_reply_names_the_quoted_message(conversation, ben):
    asked = Message.objects.create(
        thread=conversation.thread, author_kind="customer", kind="text", status="received", wamid="wamid.asked"
    )
    message = send_message(conversation.pk, HELLO, ben, quoted_id=asked.pk)
    assert (message.quoted, message.quoted_wamid) == (asked, "wamid.asked")


def test_a_message_of_another_thread_cannot_be_quoted(conversation, ben):
    other = Message.objects.create(
        thread=make_thread(), author_kind="customer", kind="text", status="received", wamid="wamid.other"
    )
    with refused("quoted_unknown"):
        send_message(conversation.pk, HELLO, ben, quoted_id=other.pk)


# Pressed twice


def test_pressed_twice_it_is_one_message(conversation, ben):
    first = send_message(conversation.pk, HELLO, ben, client_id="a1")
    assert send_message(conversation.pk, HELLO, ben, client_id="a1") == first
    assert Message.objects.count() == 1


def test_the_same_client_id_of_two_agents_is_two_messages(conversation, ben, chen):
    send_message(conversation.pk, HELLO, ben, client_id="a1")
    send_message(conversation.pk, HELLO, chen, client_id="a1", as_helper=True)
    assert Message.objects.count() == 2


def test_a_repeat_after_closing_still_gets_its_message(conversation, ben):
    first = send_message(conversation.pk, HELLO, ben, client_id="a1")
    conversation.refresh_from_db()
    conversation.status, conversation.closed_at = "closed", timezone.now()
    conversation.save()
    assert send_message(conversation.pk, HELLO, ben, client_id="a1") == first


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_the_same_moment_it_is_one_message(conversation, ben):
    def press(_):
        try:
            return send_message(conversation.pk, HELLO, ben, client_id="a1").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as people:
        assert len(set(people.map(press, range(8)))) == 1
    assert Message.objects.count() == 1


# Where one may write


def test_writing_into_a_waiting_conversation_claims_it(berlin, ben):
    waiting = make_conversation("queued", number=berlin)
    send_message(waiting.pk, HELLO, ben)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.assignee) == ("assigned", ben)
    assert waiting.events.filter(kind=Event.Kind.CLAIMED).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_into_a_waiting_conversation_one_is_told_who_has_it(berlin, ben, chen):
    waiting = make_conversation(number=berlin)

    def write(agent):
        try:
            return send_message(waiting.pk, HELLO, agent).author
        except Refusal as refusal:
            return refusal.words
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        results = list(people.map(write, [ben, chen]))
    waiting.refresh_from_db()
    assert waiting.assignee in results
    assert any(isinstance(words, str) and str(waiting.assignee) in words for words in results)
    assert Message.objects.count() == 1


def test_writing_into_a_colleagues_conversation_asks_first(conversation, chen):
    with refused("not_yours") as caught:
        send_message(conversation.pk, HELLO, chen)
    assert "Ben Krüger" in caught.value.words
    assert not Message.objects.exists()


def test_answering_as_helper_makes_a_participant_and_leaves_the_assignee(conversation, ben, chen):
    send_message(conversation.pk, HELLO, chen, as_helper=True)
    conversation.refresh_from_db()
    assert conversation.assignee == ben
    assert conversation.participants.filter(agent=chen).exists()


def test_a_stranger_to_the_number_is_refused(conversation):
    stranger = make_agent("Eve")
    with pytest.raises(Refusal):
        send_message(conversation.pk, HELLO, stranger, as_helper=True)


def test_a_closed_conversation_is_refused_with_what_to_do(berlin, ben):
    closed = make_conversation("closed", number=berlin)
    with refused("conversation_closed") as caught:
        send_message(closed.pk, HELLO, ben)
    assert "Reopen it" in caught.value.words


# The four rights


def test_after_the_window_words_are_refused_and_templates_are_not(berlin, ben):
    late = make_conversation("assigned", number=berlin, assignee=ben, window_hours=-1)
    MessageTemplate.objects.create(
        account=berlin.account,
        name="hello",
        language="en",
        status="APPROVED",
        components=[{"type": "BODY", "text": "Hi"}],
    )
    with refused("window_closed"):
        send_message(late.pk, HELLO, ben)
    assert send_message(late.pk, Template("hello", "en"), ben).kind == "template"


def test_an_opted_out_contact_gets_no_template(berlin, ben):
    contact = make_contact(whatsapp_optout="all")
    conversation = make_conversation("assigned", number=berlin, assignee=ben, contact=contact)
    with refused("opted_out"):
        send_message(conversation.pk, Template("hello", "en"), ben)
    assert send_message(conversation.pk, HELLO, ben).status == "queued"


def test_a_refused_message_does_not_claim(berlin, ben):
    waiting = make_conversation(number=berlin, window_hours=-1)
    with refused("window_closed"):
        send_message(waiting.pk, HELLO, ben)
    waiting.refresh_from_db()
    assert waiting.status == "unassigned"


def test_a_number_on_hold_accepts_messages_as_held_with_the_reason(conversation, ben):
    hold(conversation.thread.number, "The token has expired.")
    message = send_message(conversation.pk, HELLO, ben)
    assert (message.status, message.error_text) == ("held", "The token has expired.")


# Notes and reactions


def test_a_note_needs_no_right_and_changes_nothing_in_the_list(berlin, ben):
    conversation = make_conversation("assigned", number=berlin, assignee=ben, window_hours=-1)
    note = write_note(conversation.pk, "Calls back tomorrow", ben, client_id="n1")
    assert write_note(conversation.pk, "Calls back tomorrow", ben, client_id="n1") == note
    before = conversation.bumped_at, conversation.unanswered_since
    conversation.refresh_from_db()
    assert (note.kind, note.status, note.is_note) == ("note", "noted", True)
    assert (conversation.bumped_at, conversation.unanswered_since) == before
    assert conversation.last_message is None


def test_an_empty_note_is_refused(conversation, ben):
    with refused("content"):
        write_note(conversation.pk, "  ", ben)


@pytest.fixture
def word(conversation):
    return Message.objects.create(
        thread=conversation.thread,
        conversation=conversation,
        author_kind="customer",
        kind="text",
        status="received",
        wamid="wamid.word",
        reactions={"customer": "❤️"},
    )


def test_a_reaction_shows_at_once_and_travels_as_a_message(word, ben):
    reaction = react(word.pk, "👍", ben)
    word.refresh_from_db()
    assert word.reactions == {"customer": "❤️", "us": "👍"}
    assert (reaction.kind, reaction.status) == ("reaction", "queued")
    assert reaction.content == {"emoji": "👍", "target": "wamid.word"}
    react(word.pk, "", ben)
    word.refresh_from_db()
    assert word.reactions == {"customer": "❤️"}


def test_a_reaction_answers_but_does_not_bump(word, ben, conversation):
    react(word.pk, "👍", ben)
    before = conversation.bumped_at
    conversation.refresh_from_db()
    assert conversation.unanswered_since is None
    assert conversation.bumped_at == before
    assert conversation.last_message is None


def test_only_an_emoji_is_a_reaction(word, ben):
    with refused("not_an_emoji"):
        react(word.pk, "ok", ben)


def test_what_never_reached_whatsapp_takes_no_reaction(conversation, ben):
    mine = send_message(conversation.pk, HELLO, ben)
    with refused("cannot_react"):
        react(mine.pk, "👍", ben)


def test_the_upper_layers_hear_of_a_queued_message(conversation, ben):
    heard = []

    def listen(sender, message, **kwargs):
        heard.append(message)

    message_queued.connect(listen)
    message = send_message(conversation.pk, HELLO, ben)
    message_queued.disconnect(listen)
    assert heard == [message]
