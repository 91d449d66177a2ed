"""Following, read marks, and "no answer needed"."""

import pytest

from inbox.actions.answers import waive_answer
from inbox.actions.assignment import claim
from inbox.actions.following import follow, unfollow
from inbox.actions.reading import mark_read, mark_unread
from inbox.actions.refusals import NotAllowed, Refusal
from inbox.models import ReadMark
from inbox.queries import conversation_for
from tests.factories import make_agent, make_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def bens(number):
    return make_conversation("assigned", number=number, assignee=make_agent("Ben", numbers=[number]))


class TestFollowing:
    def test_a_follower_takes_part_without_serving(self, ada, bens):
        conversation = follow(bens.pk, ada)
        assert conversation.assignee.name == "Ben"
        assert conversation.participants.get(agent=ada).is_following

    def test_a_follower_may_act(self, ada, bens):
        follow(bens.pk, ada)
        assert waive_answer(bens.pk, ada).unanswered_since is None

    def test_who_only_followed_leaves_no_trace_of_taking_part(self, ada, bens):
        follow(bens.pk, ada)
        unfollow(bens.pk, ada)
        assert not bens.participants.filter(agent=ada).exists()

    def test_who_served_stays_a_participant(self, number, ada):
        conversation = claim(make_conversation(number=number).pk, ada)
        follow(conversation.pk, ada)
        unfollow(conversation.pk, ada)
        assert not conversation.participants.get(agent=ada).is_following

    def test_each_is_one_line_however_often(self, ada, bens):
        for action in (follow, follow, unfollow, unfollow):
            action(bens.pk, ada)
        assert [line.kind for line in bens.events.order_by("pk")] == ["followed", "unfollowed"]

    def test_what_one_does_not_see_one_does_not_follow(self, bens):
        with pytest.raises(NotAllowed):
            follow(bens.pk, make_agent())


class TestReading:
    @pytest.fixture
    def unread(self, number):
        return make_conversation(number=number, last_inbound_id=42)

    def test_what_is_read_is_no_longer_unread(self, ada, unread):
        assert conversation_for(ada, unread.pk).unread
        mark_read(unread.pk, ada)
        assert not conversation_for(ada, unread.pk).unread

    def test_it_can_be_made_unread_again(self, ada, unread):
        mark_read(unread.pk, ada)
        mark_unread(unread.pk, ada)
        assert conversation_for(ada, unread.pk).unread

    def test_it_is_each_agents_own(self, number, ada, unread):
        mark_read(unread.pk, ada)
        assert conversation_for(make_agent(numbers=[number]), unread.pk).unread

    def test_an_older_look_never_moves_a_mark_back(self, ada, unread):
        ReadMark.objects.create(conversation=unread, agent=ada, message_id=99)
        mark_read(unread.pk, ada)
        assert ReadMark.objects.get().message_id == 99

    def test_marks_leave_no_line(self, ada, unread):
        mark_read(unread.pk, ada)
        assert not unread.events.exists()


class TestNoAnswerNeeded:
    def test_it_counts_as_answered_with_a_line(self, number, ada):
        conversation = waive_answer(make_conversation("assigned", number=number, assignee=ada).pk, ada)
        assert conversation.unanswered_since is None
        assert conversation.events.get().data == {"by": "Ada"}

    def test_nothing_unanswered_is_said(self, number, ada):
        conversation = make_conversation("assigned", number=number, assignee=ada, unanswered_since=None)
        with pytest.raises(Refusal) as refused:
            waive_answer(conversation.pk, ada)
        assert refused.value.code == "nothing_unanswered"

    def test_a_waiting_one_is_claimed_first(self, number, ada):
        with pytest.raises(Refusal, match="Claim"):
            waive_answer(make_conversation(number=number).pk, ada)
