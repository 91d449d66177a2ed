"""What travels on the wire, and which of it each viewer gets (R-9)."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from redis import Redis

from inbox import events, frames, wire
from inbox.changes import change_conversation, change_thread
from inbox.frames import Audience
from inbox.models import Attachment, Event, Message, Participant
from inbox.rules.visibility import Viewer
from tests.factories import make_agent, make_conversation, make_number, make_tag, make_thread
from tests.inbox.test_visibility import BERLIN, COLLEAGUE, ME, PARIS, SALES, SUPPORT, where

FULL, THREAD_ONLY, GONE = TEXTS = ["full", "thread only", "gone"]
MINE = where("assigned", assignee_id=ME)
IN_LINE = where("queued")
HIDDEN = where("assigned", assignee_id=COLLEAGUE, hides_colleagues=True)
OTHER_TEAMS = where("queued", team_id=SUPPORT)
ONCE_MINE = where("closed", participant_ids=frozenset({ME}))
STRANGERS_PAST = where("closed", participant_ids=frozenset({COLLEAGUE}))

# (what happens, now, before, the thread's other conversations, what an agent gets)
HAPPENINGS = [
    ("a new one in the line", IN_LINE, None, (), [FULL]),
    ("a word in their own", MINE, MINE, (), [FULL]),
    ("a colleague claims it and hides it", HIDDEN, IN_LINE, (), [GONE]),
    ("it goes to another team's line", OTHER_TEAMS, MINE, (), [GONE]),
    ("it comes from another team", MINE, OTHER_TEAMS, (), [FULL]),
    ("a word in a hidden one", HIDDEN, HIDDEN, (), []),
    ("hidden now, but they served the thread before", HIDDEN, IN_LINE, (ONCE_MINE,), [GONE, THREAD_ONLY]),
    ("pending again in a thread they served", where("pending"), None, (ONCE_MINE,), [THREAD_ONLY]),
    ("a broadcast in a thread they served", None, None, (ONCE_MINE,), [THREAD_ONLY]),
    ("a broadcast in a stranger's thread", None, None, (STRANGERS_PAST,), []),
    ("a colleague closes their own", where("closed", assignee_id=COLLEAGUE), HIDDEN, (), []),
    ("a colleague closes an open one", where("closed", assignee_id=COLLEAGUE), IN_LINE, (), [GONE]),
]


@pytest.mark.parametrize(
    "now, before, others, gets", [row[1:] for row in HAPPENINGS], ids=[row[0] for row in HAPPENINGS]
)
def test_each_role_gets_what_it_may_see_and_nothing_else(now, before, others, gets):
    audience = Audience(now, before, others)
    nothing_else = {
        ("agent", BERLIN): gets,
        ("agent", PARIS): [],
        ("supervisor", BERLIN): [FULL if now else THREAD_ONLY],
        ("supervisor", PARIS): [],
        ("admin", PARIS): [FULL if now else THREAD_ONLY],
    }
    for (role, number_id), expected in nothing_else.items():
        viewer = Viewer(ME, role, frozenset({number_id}), frozenset({SALES}))
        assert frames.texts_for(viewer, audience, TEXTS) == expected, (role, number_id)
        assert frames.texts_for(viewer, travelled(audience), TEXTS) == expected


def travelled(audience):
    """The audience as it comes out of the wire at the other end."""
    return frames.read_audience(json.loads(json.dumps(frames._routing(audience))))


def test_a_long_history_travels_as_one_place():
    past = [where("closed", participant_ids=frozenset({agent_id}), assignee_id=agent_id + 1) for agent_id in range(50)]
    (together,) = frames.together(past)
    assert together.participant_ids == frozenset(range(51))
    assert frames.together([*past, IN_LINE])[0] == IN_LINE


# --- Composed after commit -------------------------------------------------------------------------------------------


@pytest.fixture
def sent(settings, transactional_db):
    """Everything that is published, in order, as Redis gives it to a subscriber."""
    with Redis.from_url(settings.REDIS_URL, decode_responses=True) as redis, redis.pubsub() as subscription:
        subscription.subscribe(wire.channel())
        assert subscription.get_message(timeout=5)["type"] == "subscribe"
        yield Sent(subscription)


class Sent:
    def __init__(self, subscription):
        self.subscription = subscription

    def take(self, kind="change"):
        """(routing, texts as objects) of the next frame of this kind."""
        while True:
            message = self.subscription.get_message(timeout=5)
            assert message, f"No frame of kind {kind} came"
            routing, texts = frames.split(message["data"])
            if routing["kind"] == kind:
                return routing, [json.loads(text) if text else None for text in texts]

    def drain(self):
        """What has come until now."""
        wire.send(frames.whole("end", ""))
        found = []
        while True:
            found.append(frames.split(self.subscription.get_message(timeout=5)["data"])[0]["kind"])
            if found[-1] == "end":
                return found[:-1]


@pytest.fixture
def conversation(transactional_db):
    number = make_number()
    conversation = make_conversation("queued", number=number)
    conversation.tags.add(make_tag("VIP"))
    return conversation


def hear(change, text="Hello", **fields):
    return change.save(
        Message(
            conversation=change.conversation,
            author_kind="customer",
            status="received",
            text=text,
            **{"kind": "text", "content": {"text": text}, **fields},
        )
    )


def test_one_frame_tells_row_items_and_whereabouts(conversation, sent):
    with change_conversation(conversation.pk) as change:
        message = hear(change, "Grüße <b>an</b>\nalle\u2028hier")
        line = change.record(Event.Kind.CLAIMED)
    routing, (full, thread_only, gone) = sent.take()
    assert (routing["thread"], routing["version"]) == (conversation.thread_id, 1)
    assert full["type"] == "change"
    assert (full["thread"], full["conversation"], full["version"]) == (conversation.thread_id, conversation.pk, 1)
    assert (full["moved"], full["row_version"], full["status"]) == (False, 1, "queued")
    assert f'id="row-{conversation.pk}"' in full["row"]
    assert f'id="message-{message.pk}"' in full["items"]
    assert f'id="event-{line.pk}"' in full["items"]
    assert "Grüße &lt;b&gt;an&lt;/b&gt;" in full["items"]
    assert (thread_only["conversation"], thread_only["row"], thread_only["items"]) == (None, "", full["items"])
    assert gone == {"type": "gone", "conversation": conversation.pk}


def test_a_move_says_so(conversation, sent):
    agent = make_agent(numbers=[conversation.thread.number])
    with change_conversation(conversation.pk) as change:
        change.conversation.status, change.conversation.waiting_since = "assigned", None
        change.conversation.assignee = agent
    routing, (full, *_) = sent.take()
    assert (full["moved"], full["assignee"]) == (True, agent.pk)
    assert (routing["before"]["status"], routing["now"]["status"]) == ("queued", "assigned")


def test_every_version_of_one_transaction_is_told_after_it_commits(conversation, sent):
    with transaction.atomic():
        for text in ("one", "two"):
            with change_conversation(conversation.pk) as change:
                hear(change, text)
        sent.drain()  # what making the cast said
        assert sent.drain() == []
    told = [sent.take() for _ in range(2)]
    assert [routing["version"] for routing, _ in told] == [1, 2]
    assert ["one" in told[0][1][0]["items"], "two" in told[1][1][0]["items"]] == [True, True]
    assert [texts[0]["row_version"] for _, texts in told] == [2, 2]


def test_a_change_that_is_rolled_back_is_not_told(conversation, sent):
    sent.drain()
    with transaction.atomic():
        with change_conversation(conversation.pk) as change:
            hear(change)
        transaction.set_rollback(True)
    assert sent.drain() == []


def test_a_frame_asks_for_little_more_than_who_sees_it(conversation, django_assert_num_queries):
    with transaction.atomic():
        with change_conversation(conversation.pk) as change:
            for index in range(3):
                hear(change, f"{index}")
            for _ in range(3):
                change.record(Event.Kind.CLAIMED)
            quoted = hear(change)
            change.conversation.last_message = hear(change, quoted=quoted)
        # whereabouts, and the tags that it has
        with django_assert_num_queries(2):
            frames.change(change.news)
        # and anew: whereabouts, conversation, its tags, messages, files of messages and of quoted ones, events
        with django_assert_num_queries(7):
            frames.change(replace(change.news, items=None))


def everything(change):
    """Words, a file, a quote, lines, another assignee."""
    photo = hear(change, "Look", kind="image", content={"caption": "Look"})
    Attachment.objects.create(message=photo, token=uuid4(), status="pending", kind="image", mime_type="image/jpeg")
    reply = hear(change, "About this: <b>\u2028", quoted=photo)
    change.conversation.last_message = reply
    change.conversation.bumped_at = change.conversation.unanswered_since = change.now
    change.record(Event.Kind.CLAIMED, actor=change.conversation.assignee)
    change.record(Event.Kind.OPENED, at=change.now - timedelta(seconds=1))


def test_what_the_change_has_in_its_hands_reads_as_what_is_stored(conversation):
    with change_conversation(conversation.pk) as change:
        change.conversation.status, change.conversation.waiting_since = "assigned", None
        change.conversation.assignee = make_agent("Anna", numbers=[conversation.thread.number])
        everything(change)
    assert frames.change(change.news) == frames.change(replace(change.news, items=None))


def test_once_a_later_change_is_stored_an_earlier_one_is_told_as_things_stand_now(conversation):
    with change_conversation(conversation.pk) as earlier:
        message = hear(earlier, "first")
        earlier.conversation.last_message = message
    with change_conversation(conversation.pk) as later:
        message.text, message.content = "mended", {"text": "mended"}
        later.save(Message.objects.get(pk=message.pk))
        later.save(message)
    _, (full, *_) = frames.split(frames.change(earlier.news))
    told = json.loads(full)
    assert (told["version"], told["row_version"], told["items"]) == (1, 2, "")
    assert "mended" in told["row"]


def test_a_message_that_another_hand_has_changed_in_the_same_change_is_told_as_stored(conversation):
    with change_conversation(conversation.pk) as change:
        change.conversation.last_message = hear(change, "first")
    with change_conversation(conversation.pk) as change:
        assert change.conversation.last_message.text == "first"
        stored = Message.objects.get(pk=change.conversation.last_message_id)
        stored.content = {"text": "second"}
        change.save(stored)
    _, (full, *_) = frames.split(frames.change(change.news))
    assert "second" in json.loads(full)["row"]
    assert "first" not in full


def test_past_agents_hear_of_a_thread_that_has_no_open_conversation(transactional_db, sent):
    agent = make_agent()
    closed = make_conversation("closed", assignee=agent)
    with change_thread(closed.thread_id) as change:
        change.save(Message(author_kind="broadcast", kind="text", content={"text": "Sale"}, status="sent"))
    routing, (full, thread_only, _) = sent.take()
    assert full is None
    assert routing["others"][0]["participant_ids"] == [agent.pk]
    assert "Sale" in thread_only["items"]


def test_nothing_is_told_of_a_thread_that_nobody_sees(transactional_db, sent):
    thread = make_thread()
    sent.drain()
    with change_thread(thread.pk):
        pass
    assert sent.drain() == []


def test_a_thread_that_is_gone_makes_its_number_look_again(conversation, sent):
    with transaction.atomic():
        with change_conversation(conversation.pk):
            pass
        conversation.thread.delete()
    routing, (text,) = sent.take("refresh")
    assert (routing["numbers"], text["type"]) == ([conversation.thread.number_id], "refresh")


def test_supervisors_of_the_number_hear_of_an_agent(sent):
    number = make_number()
    agent = make_agent("Anna", numbers=[number], limit=4)
    make_conversation("assigned", number=number, assignee=agent)
    sent.drain()
    events.agent_changed(agent)
    routing, (text,) = sent.take("agent")
    assert (routing["agent"], routing["numbers"]) == (agent.pk, [number.pk])
    assert (text["agent"], text["availability"], text["load"], text["limit"]) == (agent.pk, "available", 1, 4)


def test_nothing_is_composed_for_nobody(conversation, transactional_db, monkeypatch):
    composed = []
    monkeypatch.setattr(frames, "change", composed.append)
    with change_conversation(conversation.pk) as change:
        hear(change)
    assert composed == []


def test_nobody_hears_of_an_agent_who_is_gone(sent):
    agent = make_agent()
    sent.drain()
    type(agent).objects.filter(pk=agent.pk).delete()
    events.agent_changed(agent)
    assert sent.drain() == []


@pytest.mark.parametrize("address", ["unix:///nowhere/silent.sock", "redis://127.0.0.1:9/0"])
def test_redis_away_costs_the_caller_nothing_and_is_said_once(conversation, settings, address, caplog):
    settings.REDIS_URL = address
    for _ in range(3):
        with change_conversation(conversation.pk) as change:
            hear(change)
    conversation.thread.refresh_from_db()
    assert conversation.thread.version == 3
    assert [record.name for record in caplog.records].count("inbox.wire") == 1


def test_a_template_that_fails_is_logged_by_ids_and_breaks_nothing(conversation, sent, settings, tmp_path, caplog):
    broken = tmp_path / "inbox"
    broken.mkdir()
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    (broken / "_row.html").write_text("{% nonsense %}")
    sent.drain()
    with change_conversation(conversation.pk) as change:
        hear(change, "secret words")
    assert sent.drain() == []
    assert f"No frame for thread {conversation.thread_id} version 1: TemplateSyntaxError" in caplog.text
    assert "secret" not in caplog.text


def test_the_row_that_is_sent_is_the_one_the_page_shows(conversation, sent):
    agent = make_agent(numbers=[conversation.thread.number])
    Participant.objects.create(conversation=conversation, agent=agent)
    with change_conversation(conversation.pk) as change:
        hear(change)
    _, (full, *_) = sent.take()
    assert full["row"].startswith("<")
    assert str(timezone.now().year) in full["row"]  # an ISO time: the browser says "3 min ago"
    assert full["row"].count(f'id="row-{conversation.pk}"') == 1
