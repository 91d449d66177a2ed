"""Closing, its undo, and reopening."""

from datetime import timedelta

import pytest
from django.forms.models import model_to_dict
from django.utils import timezone

from inbox.actions.assignment import claim
from inbox.actions.closing import close, reopen, undo_close
from inbox.actions.joining import join
from inbox.actions.refusals import NotAllowed, Refusal
from inbox.models import Bot, Event
from tests.factories import make_agent, make_conversation, make_number, make_team, moved_back

pytestmark = pytest.mark.django_db


def any_open(number, ada, status):
    own = {"assigned": {"assignee": ada}, "bot": {"bot": Bot.objects.get_or_create(name="Robin")[0]}}
    return moved_back(
        make_conversation(status, number=number, team=make_team("", ada), **own.get(status, {})), minutes=3
    )


class TestClose:
    @pytest.mark.parametrize("status", ["bot", "unassigned", "queued", "assigned"])
    def test_every_open_one_that_an_agent_sees_can_be_closed(self, number, ada, status):
        conversation = close(any_open(number, ada, status).pk, ada)
        conversation.refresh_from_db()
        assert (conversation.status, conversation.closed_by, conversation.waiting_since) == ("closed", ada, None)
        assert conversation.closed_at is not None

    def test_a_rule_closes_a_pending_one(self, number, ada):
        conversation = close(any_open(number, ada, "pending").pk, by_rule="expired")
        line = conversation.events.get()
        assert (line.actor, line.data["by_rule"]) == (None, "expired")

    def test_who_served_last_stays_known(self, number, ada):
        assert close(any_open(number, ada, "assigned").pk, ada).assignee == ada

    def test_a_colleagues_is_read_only(self, number, ada, ben):
        with pytest.raises(NotAllowed):
            close(any_open(number, ada, "assigned").pk, ben)

    def test_closing_twice_is_refused(self, number, ada):
        conversation = close(any_open(number, ada, "assigned").pk, ada)
        with pytest.raises(Refusal) as refused:
            close(conversation.pk, ada)
        assert refused.value.code == "conversation_closed"


class TestUndo:
    @pytest.mark.parametrize("status", ["bot", "unassigned", "queued", "assigned"])
    def test_within_a_minute_it_is_exactly_what_it_was(self, number, ada, status):
        before = any_open(number, ada, status)
        close(before.pk, ada)
        after = undo_close(before.pk, ada)
        after.refresh_from_db()
        assert model_to_dict(after) == model_to_dict(before)

    def test_after_a_minute_it_is_reopened_instead(self, number, ada):
        conversation = close(any_open(number, ada, "assigned").pk, ada)
        in_time, too_late = (conversation.closed_at + timedelta(seconds=seconds) for seconds in (60, 61))
        with pytest.raises(Refusal, match="Reopen") as refused:
            undo_close(conversation.pk, ada, too_late)
        assert refused.value.code == "too_late_to_undo"
        assert undo_close(conversation.pk, ada, in_time).status == "assigned"

    def test_only_whoever_closed_it_or_a_supervisor(self, number, ada, ben):
        conversation = close(any_open(number, ada, "unassigned").pk, ada)
        conversation.participants.create(agent=ben)
        with pytest.raises(NotAllowed):
            undo_close(conversation.pk, ben)
        assert undo_close(conversation.pk, make_agent(role="admin")).is_waiting

    def test_not_beside_another_open_one(self, number, ada):
        conversation = close(any_open(number, ada, "assigned").pk, ada)
        make_conversation(thread=conversation.thread)
        with pytest.raises(Refusal) as refused:
            undo_close(conversation.pk, ada)
        assert refused.value.code == "another_open"

    def test_an_open_one_has_nothing_to_undo(self, number, ada):
        with pytest.raises(Refusal, match="open already"):
            undo_close(any_open(number, ada, "assigned").pk, ada)

    def test_closing_again_after_an_undo_can_be_undone_again(self, number, ada):
        conversation = close(any_open(number, ada, "assigned").pk, ada)
        undo_close(conversation.pk, ada)
        close(conversation.pk, ada)
        assert undo_close(conversation.pk, ada).assignee == ada


class TestReopen:
    def test_it_becomes_the_agents(self, number, ada, ben):
        conversation = close(any_open(number, ada, "assigned").pk, ada)
        conversation.participants.create(agent=ben)
        reopened = reopen(conversation.pk, ben)
        reopened.refresh_from_db()
        assert (reopened.status, reopened.assignee, reopened.closed_at) == ("assigned", ben, None)
        assert reopened.events.latest("pk").kind == Event.Kind.REOPENED

    def test_ones_own_comes_to_the_top_again(self, number, ada):
        conversation = moved_back(close(any_open(number, ada, "assigned").pk, ada), minutes=50)
        assert reopen(conversation.pk, ada).bumped_at > conversation.bumped_at

    def test_not_beside_another_open_one(self, number, ada):
        conversation = close(any_open(number, ada, "assigned").pk, ada)
        make_conversation(thread=conversation.thread)
        with pytest.raises(Refusal, match="newer conversation"):
            reopen(conversation.pk, ada)

    def test_a_stranger_does_not_see_closed_ones(self, number, ada, ben):
        conversation = close(claim(make_conversation(number=number).pk, ada).pk, ada)
        with pytest.raises(NotAllowed):
            reopen(conversation.pk, ben)

    def test_it_starts_no_new_waiting(self, number, ada):
        conversation = close(any_open(number, ada, "unassigned").pk, ada)
        assert reopen(conversation.pk, ada, timezone.now()).waiting_since is None


def test_what_a_join_closed_is_not_undone_by_a_supervisor():
    """Its contact's other conversation went on; that one being closed too makes room, but not a past to restore."""
    number = make_number()
    boss = make_agent(role="supervisor", numbers=[number])
    goes_on, shut = (make_conversation("assigned", number=number, assignee=boss) for _ in range(2))
    join(goes_on.thread.contact, shut.thread.contact, timezone.now())
    close(goes_on.pk, by=boss)
    with pytest.raises(Refusal, match="Reopen it instead"):
        undo_close(shut.pk, boss)
