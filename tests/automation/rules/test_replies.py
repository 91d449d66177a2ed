"""Which waiting reply the customer hears, when, and why none."""

from dataclasses import replace

import pytest

from automation.rules.deadlines import Due, deadlines, still_due
from automation.rules.facts import Policy
from automation.rules.replies import Hold, Nothing, Reply, choose, position_text
from tests.automation.rules.stories import (
    DAY,
    EVERYTHING,
    HOUR,
    MINUTE,
    REPLIES,
    REPLIES_9_TO_5,
    SECOND,
    answered,
    at,
    done,
    refused,
    served,
    waiting,
    with_bot,
)


def said(facts, policy=REPLIES):
    """Which reply is said now; None: none is."""
    chosen = choose(facts, policy)
    return chosen.automation if isinstance(chosen, Reply) else None


def why_not(facts, policy=REPLIES):
    chosen = choose(facts, policy)
    assert isinstance(chosen, Nothing), chosen
    return chosen.reason


# Nobody serves.


def test_s1_20_whoever_waits_with_nobody_to_serve_is_answered_a_second_later():
    assert said(waiting("10:00:00")) is None
    assert choose(waiting("10:00:01"), REPLIES) == Reply("unassigned", at("10:00").isoformat(), at("10:00:01"))


def test_s1_20_a_conversation_that_is_given_back_is_answered_a_second_later():
    returned = waiting("10:30:01", "10:00", free_since=at("10:30"), assigned_at=at("10:10"))
    assert said(returned) == "unassigned"
    assert said(replace(returned, now=at("10:30"))) is None


def test_s1_20_a_word_that_was_on_its_way_leaves_the_same_second_to_serve():
    assert choose(waiting("10:00:00.5", free_since=at("09:59:57")), REPLIES).until == at("10:00:01")


def test_s1_20_without_an_unanswered_word_it_is_still_nobody_who_serves():
    returned = waiting("10:30:01", "10:30", unanswered_since=None, assigned_at=at("09:00"))
    assert said(returned) == "unassigned"


def test_s1_24_whoever_is_in_the_queue_is_answered_by_the_queue_reply():
    queued = waiting("10:00:01", status="queued")
    assert choose(queued, REPLIES) == Reply("queue", at("10:00").isoformat(), at("10:00:01"))


@pytest.mark.parametrize(
    "status, policy",
    [
        ("unassigned", Policy(replies_queued=True)),
        ("queued", Policy(replies_unassigned=True)),
        ("unassigned", Policy()),
        ("queued", Policy()),
    ],
)
def test_s1_24_each_reply_has_a_switch_of_its_own(status, policy):
    assert why_not(waiting("10:00:01", status=status), policy) == "switched_off"


@pytest.mark.parametrize(
    "before, text",
    [
        (0, "You are next."),
        (1, "About 1 before you."),
        (20, "About 20 before you."),
        (21, "More than 20 before you."),
        (4000, "More than 20 before you."),
    ],
)
def test_s1_25_the_position_is_never_above_20(before, text):
    assert position_text(before) == text


def test_s1_24_no_queue_reply_where_agents_pick_by_hand():
    assert why_not(waiting("10:00:01", status="queued", is_manual=True)) == "manual_picking"
    assert said(waiting("10:00:01", status="unassigned", is_manual=True)) == "unassigned"


@pytest.mark.parametrize("settled", [done, refused])
@pytest.mark.parametrize("status", ["unassigned", "queued"])
@pytest.mark.parametrize("earlier", ["unassigned", "queue"])
def test_s1_20_it_is_said_once_per_waiting_episode_whatever_the_line_is_called(status, earlier, settled):
    told = settled(earlier, "10:00:01", at("10:00").isoformat())
    assert why_not(waiting("10:20", status=status, settled=(told,))) == "already_told"


def test_s1_24_the_line_was_renamed_before_anything_was_said():
    only_unassigned = Policy(replies_unassigned=True)
    assert why_not(waiting("10:00:01", status="queued"), only_unassigned) == "switched_off"
    assert said(waiting("12:00", status="unassigned"), only_unassigned) == "unassigned"


def test_s1_20_a_new_waiting_episode_has_a_reply_of_its_own():
    told = done("unassigned", "10:00:01", at("10:00").isoformat())
    next_wait = waiting("11:00:01", "11:00", assigned_at=at("10:30"), settled=(told,))
    assert choose(next_wait, REPLIES) == Reply("unassigned", at("11:00").isoformat(), at("11:00:01"))


def test_s1_20_claimed_and_given_back_unanswered_is_a_new_episode_at_the_old_place():
    told = done("unassigned", "10:00:01", at("10:00").isoformat())
    back = waiting("10:40:01", "10:00", free_since=at("10:40"), assigned_at=at("10:20"), settled=(told,))
    assert choose(back, REPLIES) == Reply("unassigned", at("10:20").isoformat(), at("10:40:01"))


def test_s1_20_after_a_bots_word_it_is_a_new_episode_at_the_old_place():
    told = done("unassigned", "10:00:01", at("10:00").isoformat())
    handed_over = waiting("10:25", "10:00", free_since=at("10:20"), bot_wrote_at=at("10:15"), settled=(told,))
    assert choose(handed_over, REPLIES) == Reply("unassigned", at("10:15").isoformat(), at("10:20:01"))


def test_s1_20_a_clock_that_was_set_back_makes_nobody_hear_it_twice():
    told = done("unassigned", "09:59:40", at("10:00").isoformat())
    assert why_not(waiting("10:02", settled=(told,))) == "already_told"


def test_s1_20_more_words_while_waiting_draw_no_second_reply():
    told = done("unassigned", "10:00:01", at("10:00").isoformat())
    assert why_not(waiting("10:10:01", word_arrived_at=at("10:10"), settled=(told,))) == "already_told"


def test_s1_20_it_is_said_again_when_the_customer_writes_after_the_window_had_closed():
    told = done("unassigned", "10:00:01", at("10:00").isoformat())
    again = waiting("22 09:00:01", settled=(told,), word_arrived_at=at("22 09:00"), word_said_at=at("22 09:00"))
    assert why_not(again) == "already_told"
    found_closed = replace(again, window_reopened_at=at("22 09:00"))
    assert choose(found_closed, REPLIES) == Reply("unassigned", at("22 09:00").isoformat(), at("22 09:00:01"))


@pytest.mark.parametrize(
    "facts, reason",
    [
        (served("10:00:01"), "someone_serves"),
        (answered(), "someone_serves"),
        (with_bot("10:00:01"), "bot_serves"),
        (waiting("10:00:01", status="pending", waiting_since=None), "pending"),
        (waiting("10:00:01", status="closed", waiting_since=None), "closed"),
        (waiting("10:00:01", is_stopped=True), "stopped"),
    ],
)
def test_s1_20_only_who_waits_hears_it(facts, reason):
    assert why_not(facts) == reason


def test_s1_20_a_word_older_than_an_hour_draws_none():
    late = waiting("10:00:01", word_said_at=at("08:59:59"))
    assert why_not(late) == "old_word"
    assert said(replace(late, word_said_at=at("09:00"))) == "unassigned"


def test_s1_20_an_old_word_of_before_does_not_keep_it_from_who_is_given_back():
    back = waiting("11:00:01", "11:00", word_arrived_at=at("10:00"), word_said_at=at("08:00"), assigned_at=at("10:30"))
    assert said(back) == "unassigned"


# Closed hours: Friday from 09:00 to 17:00.


@pytest.mark.parametrize("status", ["unassigned", "queued"])
def test_outside_business_hours_that_is_what_is_said(status):
    evening = waiting("18:00:01", "18:00", status=status)
    assert choose(evening, REPLIES_9_TO_5) == Reply("closed_hours", at("17:00").isoformat(), at("18:00:01"))


def test_whoever_is_served_hears_that_it_is_closed_too():
    evening = served("18:00:01", "18:00", "16:00")
    assert choose(evening, REPLIES_9_TO_5) == Reply("closed_hours", at("17:00").isoformat(), at("18:00:01"))


@pytest.mark.parametrize("now", ["18:00:01", "21 12:00", "23 08:59:59"])
def test_it_is_said_once_per_closed_period_however_long(now):
    told = done("closed_hours", "17:30", at("17:00").isoformat())
    word = at(now) - SECOND
    assert (
        why_not(served(now, word_arrived_at=word, word_said_at=word, settled=(told,)), REPLIES_9_TO_5) == "already_told"
    )


def test_the_next_closed_period_has_a_reply_of_its_own():
    told = done("closed_hours", "19 17:30", at("19 17:00").isoformat())
    assert said(waiting("17:30:01", "17:30", settled=(told,)), REPLIES_9_TO_5) == "closed_hours"


def test_who_heard_that_it_is_closed_is_not_told_to_wait_as_well():
    told = done("closed_hours", "18:00:01", at("17:00").isoformat())
    assert why_not(waiting("18:30", "18:00", settled=(told,)), REPLIES_9_TO_5) == "already_told"
    monday = waiting("23 10:00", "18:00", settled=(told,))
    assert why_not(monday, REPLIES_9_TO_5) == "already_told"


def test_who_waits_anew_in_the_same_closed_period_is_told_that():
    told = done("closed_hours", "18:00:01", at("17:00").isoformat())
    back = waiting("19:00:01", "19:00", assigned_at=at("18:10"), settled=(told,))
    assert said(back, REPLIES_9_TO_5) == "unassigned"


def test_a_word_of_open_hours_is_not_answered_as_closed_later():
    before_closing = waiting("17:00:10", "16:59:59")
    assert said(before_closing, REPLIES_9_TO_5) == "unassigned"
    assert why_not(served("18:00", "16:59:59"), REPLIES_9_TO_5) == "someone_serves"


def test_it_is_not_said_once_it_is_open_again():
    held = served("23 09:00:30", "23 08:59:30")
    assert why_not(held, REPLIES_9_TO_5) == "open_again"
    assert said(waiting("23 09:00:30", "23 08:59:30"), REPLIES_9_TO_5) == "unassigned"


def test_a_word_of_another_closed_period_is_over():
    assert why_not(served("23 18:00", "18:00"), REPLIES_9_TO_5) == "open_again"


def test_a_word_that_was_answered_needs_no_reply():
    wrote = answered("18:30", "18:00", "18:05")
    assert why_not(wrote, REPLIES_9_TO_5) == "answered"


def test_without_the_switch_it_is_one_of_the_line():
    off = replace(REPLIES_9_TO_5, replies_closed_hours=False)
    assert said(waiting("18:00:01", "18:00"), off) == "unassigned"
    assert why_not(served("18:00:01", "18:00"), off) == "someone_serves"


def test_an_old_word_draws_no_closed_hours_reply():
    late = served("18:00:01", "18:00", word_said_at=at("16:59"))
    assert why_not(late, REPLIES_9_TO_5) == "old_word"


def test_bots_are_there_at_night():
    assert why_not(with_bot("18:00:01", "18:00"), REPLIES_9_TO_5) == "bot_serves"


# One automatic message at once, and none into a talk.


def test_s1_20_after_the_welcome_it_is_held():
    welcomed = waiting("10:00:05", settled=(done("welcome", "10:00", ""),))
    reply = Reply("unassigned", at("10:00").isoformat(), at("10:00:01"))
    assert choose(welcomed, REPLIES) == Hold(reply, at("10:01"), "after_welcome")
    assert said(replace(welcomed, now=at("10:01"))) == "unassigned"


def test_s1_20_the_number_says_for_how_long_it_is_held():
    welcomed = waiting("10:00:05", settled=(done("welcome", "10:00", ""),))
    assert choose(welcomed, replace(REPLIES, holds_after_welcome=5 * MINUTE)).until == at("10:05")
    assert said(welcomed, replace(REPLIES, holds_after_welcome=0 * MINUTE)) == "unassigned"


def test_s1_20_a_welcome_that_is_still_to_come_goes_first():
    first = waiting("10:00", first_contact_at=at("10:00"))
    assert deadlines(first, EVERYTHING) == {Due.WELCOME: at("10:00"), Due.WAITING_REPLY: at("10:01")}
    not_welcomed = replace(first, settled=(refused("welcome", "10:00", ""),))
    assert deadlines(not_welcomed, EVERYTHING) == {Due.WAITING_REPLY: at("10:00:01")}


def test_s1_20_what_is_held_is_dropped_when_someone_serves_by_then():
    assert why_not(served("10:01", since="10:00:30", settled=(done("welcome", "10:00", ""),))) == "someone_serves"


@pytest.mark.parametrize("automation", ["reminder", "survey", "closed_hours"])
def test_s1_20_none_within_a_minute_of_another_automatic_message(automation):
    facts = waiting("10:00:59", settled=(done(automation, "09:59:59.5"),))
    assert said(facts) is None
    assert choose(facts, REPLIES).reason == "after_automatic"
    assert said(replace(facts, now=at("10:00:59.5"))) == "unassigned"


@pytest.mark.parametrize("field", ["bot_wrote_at", "other_automatic_at"])
def test_s1_20_a_bots_word_and_thanks_are_automatic_messages_too(field):
    facts = waiting("10:00:10", **{field: at("09:59:55")})
    assert choose(facts, REPLIES).until == at("10:00:55")


@pytest.mark.parametrize("settled", [done("auto_close", "10:00"), done("bot", "10:00"), refused("reminder", "10:00")])
def test_s1_20_what_said_nothing_holds_nothing(settled):
    assert said(waiting("10:00:01", settled=(settled,))) == "unassigned"


def test_s1_20_none_within_ten_minutes_of_an_agents_message():
    back = waiting("10:05:01", "10:05", agent_wrote_at=at("10:04"), assigned_at=at("09:00"))
    assert choose(back, REPLIES) == Hold(
        Reply("unassigned", at("10:05").isoformat(), at("10:05:01")), at("10:14"), "after_agent"
    )
    assert said(replace(back, now=at("10:14"))) == "unassigned"


def test_s1_20_the_longest_hold_counts():
    back = waiting(
        "10:05:01",
        "10:05",
        agent_wrote_at=at("09:56"),
        settled=(done("welcome", "10:05", ""),),
        bot_wrote_at=at("10:03"),
    )
    assert choose(back, REPLIES).until == at("10:06")


def test_a_closed_hours_reply_waits_too():
    evening = served("18:00:01", "18:00", agent_wrote_at=at("17:58"))
    held = choose(evening, REPLIES_9_TO_5)
    assert (held.reply.automation, held.until, held.reason) == ("closed_hours", at("18:08"), "after_agent")


def test_s1_20_the_deadline_is_when_it_may_be_said():
    assert deadlines(waiting(), REPLIES) == {Due.WAITING_REPLY: at("10:00:01")}
    assert deadlines(waiting(settled=(done("welcome", "10:00", ""),)), REPLIES) == {Due.WAITING_REPLY: at("10:01")}
    assert deadlines(served(), REPLIES) == {}
    assert still_due(Due.WAITING_REPLY, waiting("10:00:01"), REPLIES)
    assert not still_due(Due.WAITING_REPLY, waiting("10:00"), REPLIES)


def test_s1_20_fired_late_it_is_still_said():
    assert said(waiting("12:00")) == "unassigned"


# The welcome, which everything else waits for.


@pytest.mark.parametrize(
    "facts, is_due",
    [
        (waiting(first_contact_at=at("10:00")), True),
        (served(first_contact_at=at("10:00")), True),
        (waiting(), False),
        (with_bot(first_contact_at=at("10:00")), False),
        (waiting(first_contact_at=at("10:00"), settled=(done("welcome", "09:00", ""),)), False),
        (waiting(first_contact_at=at("10:00"), settled=(refused("welcome", "09:00", ""),)), False),
        (waiting(first_contact_at=at("10:00"), word_said_at=at("10:00") - HOUR - SECOND), False),
        (waiting(first_contact_at=at("10:00"), is_stopped=True), False),
        (waiting(first_contact_at=at("10:00"), status="closed", waiting_since=None), False),
    ],
)
def test_s1_4_a_first_word_is_welcomed_once_and_not_by_two(facts, is_due):
    assert (Due.WELCOME in deadlines(facts, EVERYTHING)) is is_due
    assert Due.WELCOME not in deadlines(facts, replace(EVERYTHING, welcomes=False))


def test_a_day_that_is_never_open_is_told_once_a_day():
    never = replace(REPLIES_9_TO_5, hours=replace(REPLIES_9_TO_5.hours, week={}))
    told = done("closed_hours", "10:00:01", at("00:00").isoformat())
    assert why_not(served("12:00", "11:59", settled=(told,)), never) == "already_told"
    tomorrow = served("21 12:00", "21 11:59", settled=(told,))
    assert choose(tomorrow, never).occasion == (at("00:00") + DAY).isoformat()
