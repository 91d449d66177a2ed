"""Passing conversations on: assign, transfer, take over, return, hand over."""

import pytest
from django.utils import timezone

from inbox.actions.assignment import assign, claim, give_back, hand_over, take_over, transfer
from inbox.actions.closing import close
from inbox.actions.refusals import NotAllowed, Refusal
from inbox.models import Bot, Event
from tests.factories import make_agent, make_conversation, make_number, make_team, moved_back

pytestmark = pytest.mark.django_db


def last_line(conversation):
    return conversation.events.latest("pk")


class TestTransferToAnAgent:
    def test_it_is_the_colleagues_then_and_both_took_part(self, number, ada, ben):
        conversation = transfer(make_conversation("assigned", number=number, assignee=ada).pk, ada, to_agent=ben)
        assert conversation.assignee == ben
        assert {part.agent for part in conversation.participants.all()} == {ada, ben}

    def test_the_line_says_from_whom_to_whom(self, number, ada, ben):
        conversation = transfer(make_conversation("assigned", number=number, assignee=ada).pk, ada, to_agent=ben)
        line = last_line(conversation)
        assert line.kind == Event.Kind.TRANSFERRED
        assert (line.data["by"], line.data["from"], line.data["to"]) == ("Ada", "Ada", "Ben")

    def test_it_is_on_top_of_the_colleagues_list(self, number, ada, ben):
        conversation = moved_back(make_conversation("assigned", number=number, assignee=ada), minutes=30)
        assert transfer(conversation.pk, ada, to_agent=ben).bumped_at > conversation.bumped_at

    def test_it_may_pass_the_limit_and_reach_somebody_away(self, number, ada):
        full = make_agent(numbers=[number], limit=0, available=False)
        conversation = transfer(make_conversation("assigned", number=number, assignee=ada).pk, ada, to_agent=full)
        assert conversation.assignee == full

    def test_not_to_somebody_who_does_not_serve_the_number(self, number, ada):
        conversation = make_conversation("assigned", number=number, assignee=ada)
        with pytest.raises(Refusal) as refused:
            transfer(conversation.pk, ada, to_agent=make_agent())
        assert refused.value.code == "cannot_serve"

    def test_not_to_somebody_who_may_no_longer_log_in(self, number, ada):
        conversation = make_conversation("assigned", number=number, assignee=ada)
        with pytest.raises(Refusal, match="does not serve"):
            transfer(conversation.pk, ada, to_agent=make_agent(numbers=[number], is_active=False))

    def test_not_to_whoever_has_it(self, number, ada):
        conversation = make_conversation("assigned", number=number, assignee=ada)
        with pytest.raises(Refusal, match="already"):
            transfer(conversation.pk, ada, to_agent=ada)

    def test_a_colleagues_conversation_is_read_only(self, number, ada, ben):
        conversation = make_conversation("assigned", number=number, assignee=ada)
        with pytest.raises(NotAllowed, match="Ada is serving"):
            transfer(conversation.pk, ben, to_agent=ben)

    def test_a_supervisor_moves_anybodys(self, number, ada, ben, boss):
        conversation = make_conversation("assigned", number=number, assignee=ada)
        assert transfer(conversation.pk, boss, to_agent=ben).assignee == ben

    def test_nobody_named_is_refused(self, number, ada):
        conversation = make_conversation("assigned", number=number, assignee=ada)
        with pytest.raises(Refusal) as refused:
            transfer(conversation.pk, ada)
        assert refused.value.status_code == 400

    def test_a_closed_one_is_reopened_and_not_transferred(self, number, ada, ben):
        conversation = claim(make_conversation(number=number).pk, ada)
        close(conversation.pk, ada)
        with pytest.raises(Refusal, match="Reopen"):
            transfer(conversation.pk, ada, to_agent=ben)


class TestTransferToATeam:
    def test_it_waits_in_the_teams_line_since_the_oldest_unanswered_word(self, number, ada):
        team = make_team("Billing")
        conversation = moved_back(make_conversation("assigned", number=number, assignee=ada), minutes=7)
        moved = transfer(conversation.pk, ada, to_team=team)
        assert (moved.is_waiting, moved.team, moved.assignee) == (True, team, None)
        assert moved.waiting_since == conversation.unanswered_since
        assert last_line(moved).data["team"] == "Billing"

    def test_an_answered_one_waits_from_now(self, number, ada):
        conversation = make_conversation("assigned", number=number, assignee=ada, unanswered_since=None)
        now = timezone.now()
        assert transfer(conversation.pk, ada, to_team=make_team(), now=now).waiting_since == now

    def test_one_that_waits_already_keeps_its_place(self, number, ada):
        conversation = moved_back(make_conversation(number=number, unanswered_since=None), minutes=20)
        assert transfer(conversation.pk, ada, to_team=make_team()).waiting_since == conversation.waiting_since

    def test_it_does_not_come_back_to_whoever_passed_it_on(self, number, ada):
        conversation = make_conversation("assigned", number=number, assignee=ada)
        assert transfer(conversation.pk, ada, to_team=make_team("", ada)).returned_by == ada

    def test_the_team_that_it_waits_for_already_is_refused(self, number, ada):
        team = make_team("Billing", ada)
        with pytest.raises(Refusal, match="already"):
            transfer(make_conversation(number=number, team=team).pk, ada, to_team=team)


class TestAssign:
    """S0-28, S0-29, S0-30, S0-31: the explicit reassignment of a conversation that waits for the customer."""

    def test_it_discards_the_pending_handover(self, number, ada, ben, boss):
        conversation = make_conversation("pending", number=number, handover_to=ada)
        given = assign(conversation.pk, ben, boss)
        assert (given.status, given.assignee, given.handover_to) == ("assigned", ben, None)

    def test_a_program_may_do_it_too(self, number, ada):
        assert assign(make_conversation("pending", number=number).pk, ada).assignee == ada

    def test_an_agent_does_not_see_pending_ones(self, number, ada):
        with pytest.raises(NotAllowed):
            assign(make_conversation("pending", number=number).pk, ada, ada)


class TestTakeOver:
    def test_an_agent_takes_over_where_colleagues_are_shown(self, number, ada, ben):
        conversation = take_over(make_conversation("assigned", number=number, assignee=ada).pk, ben)
        assert conversation.assignee == ben
        assert last_line(conversation).data["from"] == "Ada"

    def test_not_where_the_number_hides_colleagues(self):
        number = make_number(hides_colleagues=True)
        ada, ben = make_agent(numbers=[number]), make_agent(numbers=[number])
        with pytest.raises(NotAllowed):
            take_over(make_conversation("assigned", number=number, assignee=ada).pk, ben)

    def test_a_supervisor_takes_over_there_too(self):
        number = make_number(hides_colleagues=True)
        ada, boss = make_agent(numbers=[number]), make_agent(role="supervisor", numbers=[number])
        assert take_over(make_conversation("assigned", number=number, assignee=ada).pk, boss).assignee == boss

    def test_from_a_bot(self, number, ada):
        bot = Bot.objects.create(name="Robin")
        conversation = take_over(make_conversation("bot", number=number, bot=bot).pk, ada)
        assert (conversation.status, conversation.assignee, conversation.bot) == ("assigned", ada, None)

    def test_ones_own_stays_as_it_is(self, number, ada):
        conversation = take_over(make_conversation("assigned", number=number, assignee=ada).pk, ada)
        assert not conversation.events.exists()

    def test_a_waiting_one_is_claimed_instead(self, number, ada):
        with pytest.raises(Refusal, match="Claim it"):
            take_over(make_conversation(number=number).pk, ada)


class TestGiveBack:
    def test_it_goes_to_its_place_in_the_line(self, number, ada):
        conversation = moved_back(make_conversation("assigned", number=number, assignee=ada), minutes=12)
        returned = give_back(conversation.pk, ada)
        assert (returned.is_waiting, returned.returned_by) == (True, ada)
        assert returned.waiting_since == conversation.unanswered_since

    def test_an_answered_one_waits_from_now(self, number, ada):
        now = timezone.now()
        conversation = make_conversation("assigned", number=number, assignee=ada, unanswered_since=None)
        assert give_back(conversation.pk, ada, now).waiting_since == now

    def test_when_a_supervisor_returns_it_the_one_who_had_it_is_remembered(self, number, ada, boss):
        conversation = make_conversation("assigned", number=number, assignee=ada)
        assert give_back(conversation.pk, boss).returned_by == ada

    def test_a_claim_ends_the_episode(self, number, ada):
        conversation = give_back(make_conversation("assigned", number=number, assignee=ada).pk, ada)
        assert claim(conversation.pk, ada).returned_by is None

    def test_what_nobody_serves_cannot_be_returned(self, number, ada):
        with pytest.raises(Refusal):
            give_back(make_conversation(number=number).pk, ada)


class TestHandOver:
    def test_the_waiting_agent_gets_it_even_at_the_limit(self, number):
        ada = make_agent("Ada", numbers=[number], limit=0)
        conversation = moved_back(make_conversation("pending", number=number, handover_to=ada), minutes=60)
        given = hand_over(conversation.pk, "response")
        assert (given.status, given.assignee) == ("assigned", ada)
        assert given.bumped_at > conversation.bumped_at
        assert last_line(given).data == {"why": "response", "to": "Ada", "to_id": ada.pk}

    def test_without_one_it_goes_into_the_line(self, number):
        assert hand_over(make_conversation("pending", number=number).pk, "response").is_waiting

    def test_a_bots_conversation_goes_into_the_line(self, number):
        bot = Bot.objects.create(name="Robin")
        conversation = moved_back(make_conversation("bot", number=number, bot=bot), minutes=3)
        given = hand_over(conversation.pk, "failed")
        assert (given.is_waiting, given.bot, given.waiting_since) == (True, None, conversation.unanswered_since)

    def test_what_people_have_already_is_refused(self, number, ada):
        with pytest.raises(Refusal):
            hand_over(make_conversation("assigned", number=number, assignee=ada).pk, "failed")
