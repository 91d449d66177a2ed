"""Who is available, and what becomes of conversations when their agent is not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox import presence
from inbox.actions.availability import deactivate, empty_inbox, logged_in, logged_out, set_availability
from inbox.actions.refusals import NotAllowed, Refusal
from inbox.assignment import fill_places
from inbox.models import Agent, Conversation
from tests.factories import make_agent, make_conversation, make_number, moved_back, writes

pytestmark = pytest.mark.django_db


@pytest.fixture
def number():
    return make_number(absence_minutes=15)


def now_available(agent, at=None):
    return Agent.objects.get(pk=agent.pk).is_available(at or timezone.now())


def absent(agent, minutes):
    """Gone since so many minutes; what they serve was theirs long before."""
    agent.connected_until = timezone.now() - timedelta(minutes=minutes)
    agent.save()
    return agent


class TestConnected:
    def test_until_the_grace_after_the_last_sign_has_passed(self, number):
        phone = make_agent(numbers=[number], connected_until=None, absence_grace_seconds=3600)
        desk = make_agent(numbers=[number], connected_until=None)
        now = timezone.now()
        presence.connected([phone.pk, desk.pk], now)
        assert [now_available(one, now + timedelta(seconds=59)) for one in (phone, desk)] == [True, True]
        assert [now_available(one, now + timedelta(seconds=61)) for one in (phone, desk)] == [True, False]

    def test_arriving_frees_places_at_once(self, number, django_capture_on_commit_callbacks, monkeypatch):
        woken = []
        monkeypatch.setattr("whatsapp.wake._send", lambda task, args, queue: woken.append(task))
        agent = make_agent(numbers=[number], connected_until=None)
        with django_capture_on_commit_callbacks(execute=True):
            presence.connected([agent.pk])
        assert woken == ["inbox.tasks.fill_places"]
        with django_capture_on_commit_callbacks(execute=True):
            presence.connected([agent.pk])
        assert len(woken) == 1

    def test_logging_out_is_absence_at_once(self, ada):
        logged_out(ada)
        assert not now_available(ada)

    def test_a_restart_of_the_product_makes_nobody_absent(self, number):
        now = timezone.now()
        here, gone = make_agent(numbers=[number]), make_agent(numbers=[number])
        Agent.objects.filter(pk=here.pk).update(connected_until=now + timedelta(seconds=45))
        Agent.objects.filter(pk=gone.pk).update(connected_until=now - timedelta(minutes=5))
        held = moved_back(make_conversation("assigned", number=number, assignee=here), minutes=60)
        presence.sweep_absence(now)
        back = now + timedelta(hours=2)
        presence.sweep_absence(back)
        assert [now_available(one, back) for one in (here, gone)] == [True, False]
        held.refresh_from_db()
        assert held.assignee == here

    def test_places_are_filled_after_a_restart_before_the_first_sweep(self, number):
        now = timezone.now()
        here = make_agent(numbers=[number], connected_until=now + timedelta(seconds=45))
        presence.sweep_absence(now)
        conversation = make_conversation(number=number)
        fill_places(now + timedelta(minutes=10))
        conversation.refresh_from_db()
        assert conversation.assignee == here

    def test_who_left_while_all_was_well_stays_absent(self, ada):
        now = timezone.now()
        Agent.objects.filter(pk=ada.pk).update(connected_until=now + timedelta(seconds=5))
        for seconds in range(0, 60, 10):
            presence.sweep_absence(now + timedelta(seconds=seconds))
        assert not now_available(ada, now + timedelta(seconds=60))


class TestLoggingIn:
    def test_makes_available_again_whom_a_supervisor_set_away(self, ada, boss):
        set_availability(ada, "away", by=boss)
        logged_in(ada)
        assert now_available(ada)

    def test_leaves_away_who_chose_it(self, ada):
        set_availability(ada, "away")
        logged_in(ada)
        assert not now_available(ada)

    def test_the_last_choice_counts(self, ada, boss):
        set_availability(ada, "away")
        set_availability(ada, "available")
        set_availability(ada, "away", by=boss)
        logged_in(ada)
        assert now_available(ada)


class TestGoingAway:
    @pytest.fixture
    def hers(self, number, ada):
        return [make_conversation("assigned", number=number, assignee=ada) for _ in range(2)]

    def left(self, hers):
        return list(Conversation.objects.filter(pk__in=[one.pk for one in hers]).order_by("pk"))

    def test_keeping_them(self, ada, hers):
        set_availability(ada, "away", conversations="keep")
        assert all(one.assignee == ada for one in self.left(hers))

    def test_giving_them_back(self, ada, hers):
        set_availability(ada, "away", conversations="give_back")
        assert all(one.is_waiting and one.returned_by == ada for one in self.left(hers))

    def test_handing_them_to_a_colleague(self, number, ada, hers):
        ben = make_agent(numbers=[number], limit=1)
        logged_out(ada, conversations=ben.pk)
        assert all(one.assignee == ben for one in self.left(hers))

    @pytest.mark.parametrize("choice", ["", "all of them", 0, None])
    def test_an_unknown_choice_changes_nothing(self, ada, choice):
        with pytest.raises(Refusal) as refused:
            set_availability(ada, "away", conversations=choice)
        assert refused.value.status_code == 400
        assert now_available(ada)


class TestAbsence:
    """After 15 minutes conversations whose customer waits return to their place in the line."""

    def test_a_waiting_customer_returns_to_their_place(self, number, ada):
        conversation = moved_back(make_conversation("assigned", number=number, assignee=ada), minutes=40)
        absent(ada, minutes=16)
        presence.sweep_absence()
        returned = Conversation.objects.get()
        assert returned.is_waiting
        assert returned.waiting_since == conversation.unanswered_since
        assert returned.events.get().data == {"why": "absent", "from": "Ada"}

    def test_not_before_the_time_is_over(self, number, ada):
        moved_back(make_conversation("assigned", number=number, assignee=ada), minutes=40)
        absent(ada, minutes=14)
        presence.sweep_absence()
        assert Conversation.objects.get().assignee == ada

    def test_never_where_the_number_says_so(self, ada):
        number = make_number(absence_minutes=None)
        moved_back(make_conversation("assigned", number=number, assignee=ada), minutes=600)
        absent(ada, minutes=500)
        presence.sweep_absence()
        assert Conversation.objects.get().assignee == ada

    def test_answered_ones_return_when_the_customer_writes(self, number, ada):
        conversation = moved_back(
            make_conversation("assigned", number=number, assignee=ada, unanswered_since=None), minutes=40
        )
        absent(ada, minutes=30)
        presence.sweep_absence()
        assert Conversation.objects.get().assignee == ada
        writes(conversation.thread.contact, number)
        presence.sweep_absence()
        assert Conversation.objects.get().is_waiting

    def test_who_got_it_while_absent_has_the_same_time_from_then_on(self, number, ada):
        absent(ada, minutes=600)
        conversation = moved_back(make_conversation("assigned", number=number, assignee=ada), minutes=14)
        presence.sweep_absence()
        assert Conversation.objects.get().assignee == ada
        moved_back(conversation, minutes=2)
        presence.sweep_absence()
        assert Conversation.objects.get().is_waiting

    def test_away_and_connected_is_not_absent(self, number, ada):
        moved_back(make_conversation("assigned", number=number, assignee=ada), minutes=60)
        set_availability(ada, "away")
        presence.sweep_absence()
        assert Conversation.objects.get().assignee == ada

    def test_back_again_they_may_be_handed_it(self, number, ada):
        moved_back(make_conversation("assigned", number=number, assignee=ada), minutes=40)
        absent(ada, minutes=16)
        presence.sweep_absence()
        presence.connected([ada.pk])
        fill_places()
        assert Conversation.objects.get().assignee == ada


class TestSupervisors:
    def test_set_anothers_availability(self, ada, boss):
        set_availability(ada, "away", by=boss)
        assert not now_available(ada)

    def test_colleagues_do_not(self, number, ada):
        with pytest.raises(NotAllowed):
            set_availability(ada, "away", by=make_agent(numbers=[number]))

    def test_nor_supervisors_of_other_numbers(self, ada):
        with pytest.raises(NotAllowed):
            empty_inbox(ada, make_agent(role="supervisor", numbers=[make_number("Paris")]))

    def test_empty_an_inbox_in_one_action(self, number, ada, boss):
        for _ in range(3):
            make_conversation("assigned", number=number, assignee=ada)
        assert empty_inbox(ada, boss) == 3
        assert {one.returned_by for one in Conversation.objects.all()} == {ada}

    def test_deactivating_returns_the_conversations(self, number, ada, boss):
        conversation = make_conversation("assigned", number=number, assignee=ada)
        deactivate(ada, boss)
        conversation.refresh_from_db()
        assert conversation.is_waiting
        assert conversation.events.get().data["why"] == "deactivated"
        assert not Agent.objects.get(pk=ada.pk).is_active

    def test_nobody_deactivates_themselves(self, boss):
        with pytest.raises(Refusal):
            deactivate(boss, boss)
