"""The live inbox's sockets through the real ASGI application: who gets what, who is refused, who is cut."""

import json

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from config.asgi import application
from inbox import events, frames, wire
from inbox.changes import change_conversation
from inbox.live import hub, hub_here
from inbox.live.hub import in_thread
from inbox.live.sockets import AGAIN, CHANGED, DEACTIVATED, LOGGED_OUT, NOT_TEXT, TOO_BIG, TOO_MANY, TOO_SLOW
from inbox.models import Agent, Message, ReadMark
from tests.factories import make_agent, make_conversation, make_number, make_team
from tests.inbox.live import ADDRESS, Browser, log_in, within

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def here(settings):
    settings.ALLOWED_HOSTS = [ADDRESS]


@pytest.fixture
async def browse(transactional_db):
    """Opens a tab for an agent and waits for its greeting; all are closed in the end."""
    tabs = []

    async def open_tab(agent, client=None):
        tab = Browser(application, agent, client or await log_in(agent))
        tabs.append(tab)
        assert await tab.open()
        assert (await tab.hear("hello"))["agent"] == agent.pk
        return tab

    yield open_tab
    for tab in tabs:
        await tab.leave()
    await hub_here().stop()


@pytest.fixture
def number(transactional_db):
    return make_number()


@pytest.fixture
def anna(number):
    return make_agent("Anna", numbers=[number])


@pytest.fixture
def ben(number):
    return make_agent("Ben", numbers=[number])


@in_thread
def change(conversation, text="", **values):
    """The customer says something, or the conversation moves."""
    with change_conversation(conversation.pk) as changing:
        for name, value in values.items():
            setattr(changing.conversation, name, value)
        if text:
            content = {"kind": "text", "content": {"text": text}, "text": text}
            message = Message(conversation=changing.conversation, author_kind="customer", status="received", **content)
            changing.save(message)
            changing.conversation.last_inbound_id = message.pk


# --- Who gets what ---------------------------------------------------------------------------------------------------


async def test_a_word_reaches_everyone_who_may_see_it_and_nobody_else(browse, number, anna):
    team = await in_thread(make_team)()
    conversation = await in_thread(make_conversation)("queued", number=number, team=team)
    cast = {
        "member of the team": (await in_thread(make_agent)(numbers=[number], teams=[team]), True),
        "agent of no team": (anna, False),
        "supervisor of the number": (await in_thread(make_agent)(role="supervisor", numbers=[number]), True),
        "supervisor elsewhere": (await in_thread(make_agent)(role="supervisor"), False),
        "member without the number": (await in_thread(make_agent)(teams=[team]), False),
        "admin": (await in_thread(make_agent)(role="admin"), True),
    }
    tabs = {who: await browse(agent) for who, (agent, _) in cast.items()}
    await change(conversation, "Hello?")
    for who, (_, sees) in cast.items():
        heard = await tabs[who].hear_all()
        assert [frame["type"] for frame in heard] == (["change"] if sees else []), who
        assert all("Hello?" in frame["items"] for frame in heard)


async def test_whom_it_leaves_is_told_that_it_is_gone_and_no_more(browse, number, anna, ben):
    number.reception.hides_colleagues = True
    await in_thread(number.reception.save)()
    conversation = await in_thread(make_conversation)("queued", number=number)
    annas, bens = await browse(anna), await browse(ben)
    await change(conversation, status="assigned", waiting_since=None, assignee=ben)
    await change(conversation, "only for Ben")
    assert await annas.hear_all() == [{"type": "gone", "conversation": conversation.pk}]
    assert [frame["moved"] for frame in await bens.hear_all()] == [True, False]


async def test_every_tab_of_an_agent_hears_the_same(browse, number, anna):
    conversation = await in_thread(make_conversation)("queued", number=number)
    tabs = [await browse(anna), await browse(anna)]
    await change(conversation, "Hello")
    first, second = [await tab.hear_all() for tab in tabs]
    assert first == second
    assert len(first) == 1


async def silence():
    """Until nobody listens any more."""
    while await in_thread(wire.is_heard)():
        pass


async def test_a_process_listens_only_while_somebody_looks(browse, number, anna):
    conversation = await in_thread(make_conversation)("queued", number=number)
    await (await browse(anna)).leave()
    assert await in_thread(wire.is_heard)(), "a page that is left is followed by another one as a rule"
    await hub_here()._pulse()
    await within(10, silence())
    await change(conversation, "Is anybody there?")
    tab = await browse(anna)
    await change(conversation, "Hello")
    assert [frame["type"] for frame in await tab.hear_all()] == ["change"]


async def test_an_open_socket_makes_its_agent_present(browse, number):
    agent = await in_thread(make_agent)(numbers=[number], available=False, availability="available")
    tab = await browse(agent)
    heard = await tab.hear("agent")
    assert (heard["agent"], heard["availability"]) == (agent.pk, "available")
    await in_thread(agent.refresh_from_db)()
    assert agent.is_available(timezone.now())


async def test_an_agents_state_is_for_themselves_and_their_supervisors(browse, number, anna, ben):
    supervisor = await in_thread(make_agent)(role="supervisor", numbers=[number])
    tabs = {agent: await browse(agent) for agent in (anna, ben, supervisor)}
    await in_thread(events.agent_changed)(anna)
    await in_thread(wire.send)(frames.whole("refresh", frames.text("refresh"), numbers=[number.pk]))
    for agent, hears in ((anna, True), (ben, False), (supervisor, True)):
        heard = []
        while (frame := await tabs[agent].hear("agent", "refresh"))["type"] != "refresh":
            heard.append(frame["agent"])
        assert (anna.pk in heard) == hears


# --- Who is refused --------------------------------------------------------------------------------------------------


async def test_a_page_of_somebody_else_is_refused_even_with_our_cookie(transactional_db, anna):
    stranger = Browser(application, anna, await log_in(anna), origin="http://evil.com")
    assert not await stranger.open()
    await hub_here().stop()


async def test_who_has_not_logged_in_is_told_so(transactional_db):
    nobody = Browser(application)
    assert await nobody.open()
    assert await nobody.hear() == {"type": "closed", "code": LOGGED_OUT}
    await nobody.say(type="ping")
    await nobody.leave()
    await hub_here().stop()


# --- Who must leave (within 2 s) -------------------------------------------------------------------------------------


def deactivate(agent, client):
    agent.is_active = False
    agent.save()


def deactivate_behind_our_back(agent, client):
    Agent.objects.filter(pk=agent.pk).update(is_active=False)


def promote(agent, client):
    agent.role = "supervisor"
    agent.save()


def log_out(agent, client):
    client.post("/logout/", headers={"host": ADDRESS})


def lose_the_session(agent, client):
    Session.objects.filter(pk=client.cookies["sessionid"].value).delete()


def let_the_session_expire(agent, client):
    Session.objects.filter(pk=client.cookies["sessionid"].value).update(expire_date=timezone.now())


def change_password_elsewhere(agent, client):
    agent.set_password("another one")
    agent.save(update_fields=["password"])


@pytest.mark.parametrize(
    "happens, why, code",
    [
        (deactivate, "deactivated", DEACTIVATED),
        (deactivate_behind_our_back, "deactivated", DEACTIVATED),
        (promote, "changed", CHANGED),
        (log_out, "logged_out", LOGGED_OUT),
        (lose_the_session, "logged_out", LOGGED_OUT),
        (let_the_session_expire, "logged_out", LOGGED_OUT),
        (change_password_elsewhere, None, AGAIN),
    ],
)
async def test_whoever_may_not_stay_is_out_within_two_seconds(browse, anna, happens, why, code):
    client = await log_in(anna)
    tab = await browse(anna, client)
    await in_thread(happens)(anna, client)
    if why:
        assert await within(2, tab.hear("bye")) == {"type": "bye", "why": why}
    assert await within(2, tab.hear("closed")) == {"type": "closed", "code": code}


async def test_a_logout_leaves_the_agents_other_browsers_alone(browse, anna):
    clients = [await log_in(anna), await log_in(anna)]
    tabs = [await browse(anna, client) for client in clients]
    await in_thread(log_out)(anna, clients[0])
    assert (await tabs[0].hear("bye"))["why"] == "logged_out"
    assert "bye" not in [frame["type"] for frame in await tabs[1].hear_all()]


async def test_an_agent_who_no_longer_serves_a_number_hears_nothing_more_of_it(browse, number, anna):
    conversation = await in_thread(make_conversation)("queued", number=number)
    tab = await browse(anna)
    await in_thread(number.reception.agents.remove)(anna)
    assert (await tab.hear())["type"] == "refresh"
    await change(conversation, "not for Anna")
    assert "change" not in [frame["type"] for frame in await tab.hear_all()]


async def test_an_agent_who_begins_to_serve_a_number_hears_of_it(browse, number):
    agent = await in_thread(make_agent)()
    conversation = await in_thread(make_conversation)("queued", number=number)
    tab = await browse(agent)
    await in_thread(number.reception.agents.add)(agent)
    assert (await tab.hear())["type"] == "refresh"
    await change(conversation, "for everybody")
    assert (await tab.hear("change"))["conversation"] == conversation.pk


# --- What browsers say -----------------------------------------------------------------------------------------------


@pytest.fixture
def woken(monkeypatch):
    woken = []
    monkeypatch.setattr("whatsapp.wake._send", lambda task, args, queue: woken.append((task, *args)))
    return woken


async def test_looking_at_ones_own_conversation_marks_it_read_everywhere(browse, number, anna, woken):
    conversation = await in_thread(make_conversation)("assigned", number=number, assignee=anna)
    tab, other_tab = await browse(anna), await browse(anna)
    await change(conversation, "Hello")
    word = (await other_tab.hear("change"))["last_inbound"]
    await tab.say(type="seen", conversation=conversation.pk)
    assert await other_tab.hear() == {"type": "read", "conversation": conversation.pk, "message": word}
    mark = await ReadMark.objects.aget(agent=anna)
    assert mark.message_id == word
    await tab.say(type="ping")
    assert (await tab.hear("pong"))["type"] == "pong"
    assert ("inbox.tasks.show_read", conversation.pk, anna.pk) in woken


async def test_looking_at_a_colleagues_conversation_tells_the_customer_nothing(browse, number, anna, ben, woken):
    conversation = await in_thread(make_conversation)("assigned", number=number, assignee=ben)
    await change(conversation, "Hello")
    tab = await browse(anna)
    await tab.say(type="seen", conversation=conversation.pk)
    await tab.say(type="typing", conversation=conversation.pk)
    await tab.say(type="ping")
    await tab.hear("pong")
    assert [task for task, *_ in woken if task.startswith("inbox.tasks.show")] == []


async def test_typing_shows_to_the_agents_own_customer_only(browse, number, anna, woken):
    own = await in_thread(make_conversation)("assigned", number=number, assignee=anna)
    waiting = await in_thread(make_conversation)("queued", number=number)
    elsewhere = await in_thread(make_conversation)("assigned", assignee=await in_thread(make_agent)())
    tab = await browse(anna)
    for conversation in (waiting, elsewhere, own):
        await tab.say(type="typing", conversation=conversation.pk)
        await tab.say(type="seen", conversation=conversation.pk)
    await tab.say(type="ping")
    await tab.hear("pong")
    shown = [call for call in woken if call[0].startswith("inbox.tasks.show")]
    assert shown == [("inbox.tasks.show_typing", own.pk, anna.pk), ("inbox.tasks.show_read", own.pk, anna.pk)]
    assert not await ReadMark.objects.filter(conversation=elsewhere).aexists()


NONSENSE = [" ", "x", "[]", "{}", "null", '"seen"', '{"type":"seen"}', '{"type":"seen","conversation":"1"}', "[" * 900]


async def test_nonsense_says_nothing(browse, anna):
    tab = await browse(anna)
    for nonsense in NONSENSE:
        await tab.say_raw(text=nonsense)
    await tab.say(type="seen", conversation=10**40)
    await tab.say(type="ack", sent="much")
    await tab.say(type=["seen"], conversation=1)
    await tab.say(type="ping")
    assert (await tab.hear())["type"] == "pong"


@pytest.mark.parametrize(
    "content, code", [({"text": "x" * 2000}, TOO_BIG), ({"bytes": b"x"}, NOT_TEXT)], ids=["big", "binary"]
)
async def test_what_no_page_of_ours_would_say_ends_the_socket(browse, anna, content, code):
    tab = await browse(anna)
    await tab.say_raw(**content)
    assert await tab.hear("closed") == {"type": "closed", "code": code}


def test_every_close_code_is_one_that_a_server_may_send():
    """With another one Daphne raises, and the socket stays (RFC 6455, 7.4.2)."""
    codes = (AGAIN, CHANGED, DEACTIVATED, LOGGED_OUT, NOT_TEXT, TOO_BIG, TOO_MANY, TOO_SLOW)
    assert all(4000 <= code <= 4999 for code in codes)


async def test_a_flood_ends_the_socket_and_nobody_elses(browse, anna, ben):
    tab, other = await browse(anna), await browse(ben)
    for _ in range(100):
        await tab.say(type="ping")
    assert await tab.hear("closed") == {"type": "closed", "code": TOO_MANY}
    assert await other.hear_all() == []


# --- What is lost is found -------------------------------------------------------------------------------------------


async def test_a_change_whose_frame_was_lost_is_found(browse, number, anna, settings, monkeypatch):
    mine = await in_thread(make_conversation)("assigned", number=number, assignee=anna)
    stranger = await in_thread(make_agent)()
    tab, strangers = await browse(anna), await browse(stranger)
    await change(mine, "told")
    await tab.hear("change")
    address, settings.REDIS_URL = settings.REDIS_URL, "unix:///nowhere.sock"
    await change(mine, "never told")
    settings.REDIS_URL = address
    assert await within(5, tab.hear()) == {"type": "refresh", "threads": [mine.thread_id]}
    assert await strangers.hear_all() == []


async def test_who_may_not_see_a_lost_change_is_not_told_which_thread(browse, number, anna):
    team = await in_thread(make_team)()
    hidden = await in_thread(make_conversation)("queued", number=number, team=team)
    tab = await browse(anna)
    await hub_here()._tell_lost({hidden.thread_id: 7})
    assert await tab.hear() == {"type": "refresh", "threads": []}


async def test_very_many_lost_changes_make_everybody_look_again(browse, anna):
    tab = await browse(anna)
    await hub_here()._tell_lost(dict.fromkeys(range(hub.MANY_LOST + 1), 1))
    assert await tab.hear() == {"type": "refresh"}


async def test_a_fault_of_ours_makes_browsers_come_again_and_all_goes_on(browse, number, anna):
    conversation = await in_thread(make_conversation)("queued", number=number)
    tab = await browse(anna)
    await in_thread(wire.send)("no routing line")
    assert await tab.hear("closed") == {"type": "closed", "code": AGAIN}
    again = await browse(anna)
    await change(conversation, "Hello")
    assert (await again.hear())["type"] == "change"


async def test_a_frame_of_a_kind_from_tomorrow_is_left_alone(browse, number, anna):
    tab = await browse(anna)
    await in_thread(wire.send)(json.dumps({"kind": "hologram"}) + "\n{}")
    assert await tab.hear_all() == []
