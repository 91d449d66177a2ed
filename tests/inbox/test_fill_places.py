"""Automatic assignment as it meets the database. The rule itself is held by rules/test_assignment.py."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.actions.assignment import claim, give_back, transfer
from inbox.actions.availability import set_availability
from inbox.actions.closing import close
from inbox.assignment import fill_places
from inbox.models import Agent, Conversation
from tests.factories import (
    make_agent,
    make_contact,
    make_conversation,
    make_number,
    make_team,
    make_thread,
    moved_back,
    writes,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def number():
    return make_number()


def served(*conversations):
    """Who serves each, None where nobody does."""
    rows = Conversation.objects.select_related("assignee").in_bulk([one.pk for one in conversations])
    return [rows[one.pk].assignee for one in conversations]


def statuses(*conversations):
    rows = Conversation.objects.in_bulk([one.pk for one in conversations])
    return [rows[one.pk].status for one in conversations]


def line_of(number, count, **fields):
    """`count` waiting conversations, the first one waiting longest."""
    return [moved_back(make_conversation(number=number, **fields), minutes=count - place) for place in range(count)]


class TestTheLine:
    def test_a_customers_first_word_finds_the_free_agent(self, number):
        ada = make_agent("Ada", numbers=[number])
        conversation = writes(make_contact(), number).conversation
        fill_places()
        assert served(conversation) == [ada]

    def test_a_line_in_the_thread_says_why(self, number):
        ada = make_agent("Ada", numbers=[number])
        conversation = make_conversation(number=number)
        fill_places()
        assert conversation.events.get().data == {"why": "load", "to": "Ada", "to_id": ada.pk}

    def test_first_come_first_served(self, number):
        ada = make_agent(numbers=[number], limit=2)
        line = line_of(number, 3)
        fill_places()
        assert served(*line) == [ada, ada, None]

    def test_who_waited_equally_long_is_served_in_order_of_arrival(self, number):
        ada = make_agent(numbers=[number], limit=1)
        since = timezone.now()
        line = [make_conversation(number=number, waiting_since=since) for _ in range(2)]
        fill_places()
        assert served(*line) == [ada, None]

    def test_a_returned_conversation_waits_since_its_oldest_unanswered_word(self, number):
        away = make_agent(numbers=[number], available=False)
        held = moved_back(make_conversation("assigned", number=number, assignee=away), minutes=60)
        later = moved_back(make_conversation(number=number), minutes=30)
        give_back(held.pk, away)
        ada = make_agent(numbers=[number], limit=1)
        fill_places()
        assert served(held, later) == [ada, None]

    def test_a_long_line_is_served_in_several_transactions(self, number):
        ada = make_agent(numbers=[number])
        line = line_of(number, 45)
        fill_places()
        assert served(*line) == [ada] * 45
        given = Conversation.objects.order_by("events__pk").values_list("pk", flat=True)
        assert list(given) == [one.pk for one in line]

    def test_a_long_line_without_a_free_place_costs_a_handful_of_queries(self, number, django_assert_max_num_queries):
        make_agent(numbers=[number], limit=0)
        line_of(number, 60)
        fill_places()
        with django_assert_max_num_queries(12):
            fill_places()

    def test_while_nobody_waits_it_only_asks_whether_somebody_does(self, number, django_assert_num_queries):
        make_agent(numbers=[number])
        # The clock and the pulse of the sweeps, and the line.
        with django_assert_num_queries(3):
            fill_places()


class TestAFreePlace:
    """S1-27: when someone at the limit closes one, one conversation from the queue is assigned to them."""

    @pytest.fixture
    def ada(self, number):
        return make_agent("Ada", numbers=[number], limit=1)

    @pytest.fixture
    def hers(self, number, ada):
        return make_conversation("assigned", number=number, assignee=ada)

    @pytest.fixture
    def queued(self, number):
        return make_conversation("queued", number=number)

    def test_closing_pulls_the_first_in_line(self, ada, hers, queued):
        close(hers.pk, ada)
        fill_places()
        assert served(queued) == [ada]

    def test_transferring_does(self, number, ada, hers, queued):
        transfer(hers.pk, ada, to_agent=make_agent(numbers=[number], available=False))
        fill_places()
        assert served(queued) == [ada]

    def test_a_raised_limit_does(self, ada, hers, queued):
        Agent.objects.filter(pk=ada.pk).update(reception_limit=2)
        fill_places()
        assert served(queued) == [ada]

    def test_becoming_available_does(self, number, queued):
        ben = make_agent(numbers=[number], available=False, connected_until=timezone.now() + timedelta(hours=1))
        fill_places()
        assert served(queued) == [None]
        set_availability(ben, "available")
        fill_places()
        assert served(queued) == [ben]

    def test_still_at_the_limit_after_closing_gets_nothing(self, number, ada, hers, queued):
        claim(make_conversation(number=number).pk, ada)
        close(hers.pk, ada)
        fill_places()
        assert served(queued) == [None]

    def test_what_the_customer_has_not_answered_does_not_count(self, number, queued):
        ben = make_agent(numbers=[number], limit=1)
        make_conversation("assigned", number=number, assignee=ben, started_by=ben, customer_wrote_at=None)
        fill_places()
        assert served(queued) == [ben]

    @pytest.fixture
    def woken(self, monkeypatch, django_capture_on_commit_callbacks):
        """Tasks woken by a step once it has committed."""

        def of(step):
            tasks = []
            monkeypatch.setattr("whatsapp.wake._send", lambda task, args, queue: tasks.append(task))
            with django_capture_on_commit_callbacks(execute=True):
                step()
            return tasks

        return of

    def test_closing_wakes_the_worker_after_commit(self, ada, hers, woken):
        assert "inbox.tasks.fill_places" in woken(lambda: close(hers.pk, ada))

    def test_an_admins_new_limit_wakes_it(self, ada, woken):
        assert "inbox.tasks.fill_places" in woken(ada.save)

    def test_a_new_member_of_the_staff_wakes_it(self, number, woken):
        newcomer = make_agent()
        assert "inbox.tasks.fill_places" in woken(lambda: number.reception.agents.add(newcomer))

    def test_logging_in_wakes_nobody(self, ada, woken):
        assert woken(lambda: ada.save(update_fields=["last_login"])) == []


class TestWhoGetsIt:
    def test_the_owner_before_everybody(self, number):
        ada, ben = make_agent(numbers=[number]), make_agent(numbers=[number])
        make_conversation("assigned", number=number, assignee=ben)
        conversation = make_conversation(number=number, contact=make_contact(owner=ben))
        fill_places()
        assert served(conversation) == [ben]
        assert conversation.events.get().data["why"] == "owner"
        assert ada.conversations.count() == 0

    def test_then_whoever_served_the_contact_last(self, number):
        _, ben = make_agent(numbers=[number]), make_agent(numbers=[number])
        contact = make_contact()
        make_conversation("closed", number=number, contact=contact, assignee=ben)
        make_conversation("assigned", number=number, assignee=ben)
        conversation = make_conversation(number=number, contact=contact)
        fill_places()
        assert served(conversation) == [ben]
        assert conversation.events.get().data["why"] == "last"

    def test_also_when_it_was_on_another_number(self, number):
        _, ben = make_agent(numbers=[number]), make_agent(numbers=[number])
        contact = make_contact()
        make_conversation("closed", number=make_number("Paris"), contact=contact, assignee=ben)
        make_conversation("assigned", number=number, assignee=ben)
        conversation = make_conversation(number=number, contact=contact)
        fill_places()
        assert served(conversation) == [ben]

    def test_ties_go_to_whoever_has_waited_longest(self, number):
        now = timezone.now()
        make_agent(numbers=[number], last_assigned_at=now)
        ben = make_agent(numbers=[number], last_assigned_at=now - timedelta(hours=1))
        conversation = make_conversation(number=number)
        fill_places()
        assert served(conversation) == [ben]

    def test_always_the_owner_also_away_and_at_the_limit(self):
        number = make_number(always_owner=True)
        owner = make_agent(numbers=[number], limit=0, available=False)
        make_agent(numbers=[number])
        conversation = make_conversation(number=number, contact=make_contact(owner=owner))
        fill_places()
        assert served(conversation) == [owner]

    def test_an_owner_who_let_it_come_back_does_not_get_it_again_at_once(self):
        number = make_number(always_owner=True)
        owner = make_agent(numbers=[number], available=False)
        conversation = make_conversation(number=number, contact=make_contact(owner=owner))
        fill_places()
        Conversation.objects.filter(pk=conversation.pk).update(
            status="unassigned", assignee=None, waiting_since=conversation.waiting_since
        )
        fill_places()
        assert served(conversation) == [None]

    def test_only_members_of_its_team(self, number):
        make_agent(numbers=[number])
        member = make_agent(numbers=[number])
        make_conversation("assigned", number=number, assignee=member)
        conversation = make_conversation(number=number, team=make_team("", member))
        fill_places()
        assert served(conversation) == [member]

    def test_not_whoever_gave_it_back_while_it_waits(self, number):
        ada = make_agent(numbers=[number])
        conversation = make_conversation("assigned", number=number, assignee=ada)
        give_back(conversation.pk, ada)
        fill_places()
        assert served(conversation) == [None]
        ben = make_agent(numbers=[number])
        fill_places()
        assert served(conversation) == [ben]

    def test_manual_picking_hands_out_nothing(self):
        number = make_number(picking="manual", always_owner=True)
        ada = make_agent(numbers=[number])
        conversation = make_conversation(number=number, contact=make_contact(owner=ada))
        fill_places()
        assert (served(conversation), statuses(conversation)) == ([None], ["unassigned"])

    @pytest.mark.parametrize("window_hours", [-1, None])
    def test_a_conversation_whose_window_is_closed_is_not_handed_out(self, number, window_hours):
        make_agent(numbers=[number])
        conversation = make_conversation("queued", number=number, window_hours=window_hours)
        fill_places()
        assert (served(conversation), statuses(conversation)) == ([None], ["unassigned"])

    def test_it_is_back_in_line_when_the_customer_writes_again(self, number):
        ada = make_agent(numbers=[number])
        conversation = make_conversation(number=number, window_hours=-1)
        writes(conversation.thread.contact, number)
        fill_places()
        assert served(conversation) == [ada]

    def test_a_deactivated_agent_gets_nothing(self, number):
        make_agent(numbers=[number], is_active=False)
        conversation = make_conversation(number=number)
        fill_places()
        assert served(conversation) == [None]


class TestUnassignedOrQueued:
    def test_it_is_queued_while_everybody_available_is_full(self, number):
        make_agent(numbers=[number], limit=0)
        conversation = make_conversation("unassigned", number=number)
        fill_places()
        assert statuses(conversation) == ["queued"]

    def test_it_is_unassigned_when_the_last_one_leaves(self, number):
        ada = make_agent(numbers=[number], limit=0)
        conversation = make_conversation("queued", number=number)
        set_availability(ada, "away")
        fill_places()
        assert statuses(conversation) == ["unassigned"]

    def test_each_team_is_its_own_case(self, number):
        member = make_agent(numbers=[number], limit=0)
        with_staff = make_conversation(number=number, team=make_team("", member))
        without = make_conversation("queued", number=number, team=make_team())
        fill_places()
        assert statuses(with_staff, without) == ["queued", "unassigned"]

    def test_changing_names_leaves_no_line_and_keeps_the_place(self, number):
        make_agent(numbers=[number], limit=0)
        conversation = moved_back(make_conversation("unassigned", number=number), minutes=5)
        fill_places()
        assert not conversation.events.exists()
        assert Conversation.objects.get().waiting_since == conversation.waiting_since

    def test_a_new_conversation_is_called_right_from_the_start(self, number):
        make_agent(numbers=[number], limit=0)
        assert writes(make_contact(), number).conversation.status == "queued"
        assert writes(make_contact(), make_number()).conversation.status == "unassigned"


def test_numbers_do_not_mix(number):
    elsewhere = make_agent(numbers=[make_number("Paris")])
    conversation = make_conversation(thread=make_thread(number=number))
    fill_places()
    assert (served(conversation), elsewhere.conversations.count()) == ([None], 0)
