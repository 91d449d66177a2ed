"""When reminder, auto-close, survey and a silent bot's closing are due, and on whose account not."""

from dataclasses import replace

import pytest

from automation.rules.deadlines import COMPUTED, Due, deadlines, reminder_occasion, still_due, why_no_survey
from automation.rules.facts import Policy
from tests.automation.rules.stories import (
    DAY,
    EVERYTHING,
    HOUR,
    MINUTE,
    NINE_TO_FIVE,
    SECOND,
    answered,
    at,
    closed,
    done,
    refused,
    served,
    waiting,
    with_bot,
)

REMINDER = Policy(reminder_after=5 * MINUTE)
AUTO_CLOSE = Policy(auto_close_after=DAY)
SURVEY = Policy(surveys=True)


def due(kind, facts, policy):
    return deadlines(facts, policy).get(kind)


# The reminder.


def test_s1_32_a_customer_whom_nobody_answers_in_time_is_reminded_of():
    assert deadlines(served(), REMINDER) == {Due.REMINDER: at("10:05")}
    assert not still_due(Due.REMINDER, served("10:04:59"), REMINDER)
    assert still_due(Due.REMINDER, served("10:05"), REMINDER)
    assert still_due(Due.REMINDER, served("12:00"), REMINDER)


@pytest.mark.parametrize("minutes, moment", [(1, "10:01"), (30, "10:30"), (72 * 60, "23 10:00")])
def test_s1_33_the_time_is_the_numbers(minutes, moment):
    assert due(Due.REMINDER, served(), Policy(reminder_after=minutes * MINUTE)) == at(moment)


def test_s1_33_business_time_counts_where_that_is_set():
    policy = Policy(hours=NINE_TO_FIVE, reminder_after=30 * MINUTE, reminder_counts_business_time=True)
    assert due(Due.REMINDER, served("16:50", "16:50", "16:50"), policy) == at("23 09:20")
    assert due(Due.REMINDER, served("21 12:00", "21 12:00", "21 12:00"), policy) == at("23 09:30")
    by_the_clock = replace(policy, reminder_counts_business_time=False)
    assert due(Due.REMINDER, served("16:50", "16:50", "16:50"), by_the_clock) == at("17:20")


@pytest.mark.parametrize(
    "facts",
    [
        waiting("10:05"),
        waiting("10:05", status="queued"),
        with_bot("10:05"),
        answered("10:05", answer="10:04"),
        served("10:05", unanswered_since=None),
        served("10:05", is_stopped=True),
        served("10:05", status="closed", closed_at=at("10:05")),
    ],
)
def test_s1_32_nobody_is_reminded_of_who_waits_in_line_or_has_an_answer(facts):
    assert due(Due.REMINDER, facts, REMINDER) is None
    assert not still_due(Due.REMINDER, facts, REMINDER)


def test_s1_32_without_the_switch_there_is_none():
    assert deadlines(served("11:00"), Policy()) == {}


def test_s1_32_it_counts_from_the_end_of_waiting():
    assert due(Due.REMINDER, served(word="10:00", since="10:30"), REMINDER) == at("10:35")


def test_s1_32_more_words_move_nothing():
    assert due(Due.REMINDER, served(word_arrived_at=at("10:04"), last_word_at=at("10:04")), REMINDER) == at("10:05")


def test_s1_32_a_transfer_does_not_restart_it():
    assert due(Due.REMINDER, served(assigned_at=at("10:02")), REMINDER) == at("10:05")


@pytest.mark.parametrize("field", ["assigned_at", "agent_wrote_at", "reopened_at"])
def test_s1_32_whoever_has_just_come_or_written_gets_a_minute(field):
    assert due(Due.REMINDER, served(**{field: at("10:04:30")}), REMINDER) == at("10:05:30")
    assert due(Due.REMINDER, served(**{field: at("10:04")}), REMINDER) == at("10:05")
    # It was late anyway.
    assert due(Due.REMINDER, served("10:20", **{field: at("10:20")}), REMINDER) == at("10:21")


@pytest.mark.parametrize("settled", [done, refused])
def test_s1_32_once_per_unanswered_stretch(settled):
    told = settled("reminder", "10:05", at("10:00").isoformat())
    assert due(Due.REMINDER, served("10:30", settled=(told,)), REMINDER) is None
    assert due(Due.REMINDER, served("10:30", word="10:20", settled=(told,)), REMINDER) == at("10:25")


def test_s1_32_an_answer_that_failed_makes_it_the_same_stretch_again():
    failed = served("10:06", agent_wrote_at=at("10:03"))
    assert due(Due.REMINDER, failed, REMINDER) == at("10:05")
    told = done("reminder", "10:05", reminder_occasion(failed))
    assert due(Due.REMINDER, replace(failed, settled=(told,)), REMINDER) is None


def test_s1_32_timers_that_fire_late_do_not_speak_in_one_breath():
    told = done("closed_hours", "10:30")
    assert due(Due.REMINDER, served("10:30", settled=(told,)), REMINDER) == at("10:30:10")
    # In time, nothing is in its way.
    in_time = done("closed_hours", "10:00:01")
    assert due(Due.REMINDER, served(settled=(in_time,)), Policy(reminder_after=MINUTE)) == at("10:01")


@pytest.mark.parametrize("settled", [refused("closed_hours", "10:04:59"), done("bot", "10:04:59")])
def test_s1_32_what_said_nothing_is_in_nobodys_way(settled):
    assert due(Due.REMINDER, served(settled=(settled,)), REMINDER) == at("10:05")


# Auto-close.


def test_s1_35_a_customer_who_does_not_reply_in_time_is_closed():
    assert deadlines(answered(), AUTO_CLOSE) == {Due.AUTO_CLOSE: at("21 10:05")}
    assert not still_due(Due.AUTO_CLOSE, answered("21 10:04:59"), AUTO_CLOSE)
    assert still_due(Due.AUTO_CLOSE, answered("21 10:05"), AUTO_CLOSE)


@pytest.mark.parametrize(
    "length, moment", [(MINUTE, "10:06"), (90 * MINUTE, "11:35"), (24 * HOUR, "21 10:05"), (72 * HOUR, "23 10:05")]
)
def test_s1_36_the_time_is_the_numbers(length, moment):
    assert due(Due.AUTO_CLOSE, answered(), Policy(auto_close_after=length)) == at(moment)


@pytest.mark.parametrize("length, moment", [(MINUTE, "10:06"), (72 * HOUR, "23 10:05")])
def test_s1_41_from_one_minute_to_72_hours(length, moment):
    policy = Policy(auto_close_after=length)
    assert not still_due(Due.AUTO_CLOSE, answered(replace_clock(moment)), policy)
    assert still_due(Due.AUTO_CLOSE, answered(moment), policy)


def replace_clock(moment):
    """A second before."""
    return (at(moment) - SECOND).strftime("%d %H:%M:%S")


def test_s1_42_the_recommended_day():
    assert due(Due.AUTO_CLOSE, answered(), Policy(auto_close_after=24 * HOUR)) == at("10:05") + DAY


def test_s1_36_business_time_counts_where_that_is_set():
    policy = Policy(hours=NINE_TO_FIVE, auto_close_after=8 * HOUR, auto_close_counts_business_time=True)
    assert due(Due.AUTO_CLOSE, answered(answer="16:00"), policy) == at("23 16:00")


@pytest.mark.parametrize("status", ["unassigned", "queued"])
def test_s1_37_who_waits_is_never_closed(status):
    returned = waiting("23 10:00", status=status, unanswered_since=None, assigned_at=at("09:00"))
    assert due(Due.AUTO_CLOSE, returned, EVERYTHING) is None
    assert due(Due.AUTO_CLOSE, waiting("23 10:00", status=status), EVERYTHING) is None
    assert not still_due(Due.AUTO_CLOSE, returned, EVERYTHING)


def test_s1_38_a_bots_conversation_is_none_of_its():
    assert due(Due.AUTO_CLOSE, with_bot("23 10:00"), EVERYTHING) is None
    assert due(Due.AUTO_CLOSE, with_bot("23 10:00", unanswered_since=None), EVERYTHING) is None


def test_s1_35_while_a_word_of_the_customer_waits_for_an_answer_nothing_is_closed():
    assert due(Due.AUTO_CLOSE, served("23 10:00"), EVERYTHING) is None


@pytest.mark.parametrize("field", ["last_word_at", "assigned_at"])
def test_s1_35_the_last_of_word_message_and_assignment_counts(field):
    assert due(Due.AUTO_CLOSE, answered(**{field: at("11:00")}), AUTO_CLOSE) == at("21 11:00")


def test_s1_35_it_closes_where_the_customer_never_wrote():
    started = answered(word_arrived_at=None, word_said_at=None, customer_wrote_at=None)
    assert due(Due.AUTO_CLOSE, started, AUTO_CLOSE) == at("21 10:05")


def test_s1_35_automatic_messages_restart_nothing():
    told = done("reminder", "10:30", at("10:00").isoformat())
    assert due(Due.AUTO_CLOSE, answered(settled=(told,)), AUTO_CLOSE) == at("21 10:05")


def test_s1_35_undone_it_gets_the_whole_time_once_more():
    was_closed = answered("21 10:05:30", settled=(done("auto_close", "21 10:05"),), reopened_at=at("21 10:05:30"))
    assert due(Due.AUTO_CLOSE, was_closed, AUTO_CLOSE) == at("22 10:05")


def test_s1_35_not_where_it_is_off_or_stopped():
    assert due(Due.AUTO_CLOSE, answered(), Policy()) is None
    assert due(Due.AUTO_CLOSE, answered(is_stopped=True), AUTO_CLOSE) is None


@pytest.mark.parametrize("facts", [served("10:30"), answered("10:30")])
def test_s1_35_reminder_and_auto_close_are_never_due_together(facts):
    kinds = deadlines(facts, EVERYTHING)
    assert (Due.REMINDER in kinds) is not (Due.AUTO_CLOSE in kinds)


# The survey.


def test_s1_44_the_survey_is_due_ten_seconds_after_closing():
    assert deadlines(closed("11:00"), SURVEY) == {Due.SURVEY: at("11:00:10")}
    assert not still_due(Due.SURVEY, closed("11:00:09"), SURVEY)
    assert still_due(Due.SURVEY, closed("11:00:10"), SURVEY)
    assert why_no_survey(closed(), SURVEY) == ""


def test_s1_44_the_switch():
    assert deadlines(closed(), Policy()) == {}
    assert why_no_survey(closed(), Policy()) == "switched_off"


NEVER_SET = {
    "stopped": closed(is_stopped=True),
    "reopened": closed(status="assigned", closed_at=None),
    "customer_silent": closed(customer_wrote_at=None),
    "agent_silent": closed(agent_wrote_at=None),
    "already_asked": closed(settled=(done("survey", "10:30", "conversation:7"),)),
    "closed_long_ago": closed("21 11:00:01"),
}


@pytest.mark.parametrize("reason", NEVER_SET)
def test_s1_44_no_survey_without_a_talk_that_has_ended(reason):
    assert why_no_survey(NEVER_SET[reason], SURVEY) == reason
    assert due(Due.SURVEY, NEVER_SET[reason], SURVEY) is None
    assert not still_due(Due.SURVEY, NEVER_SET[reason], SURVEY)


def test_s1_45_no_survey_after_a_bot():
    by_bot = replace(with_bot("11:00:10"), status="closed", closed_at=at("11:00"), customer_wrote_at=at("10:00"))
    assert why_no_survey(by_bot, SURVEY) == "no_agent"
    assert deadlines(by_bot, SURVEY) == {}


def test_s1_46_a_persons_name_is_what_it_takes():
    assert why_no_survey(closed(has_agent=False), SURVEY) == "no_agent"
    after_a_bot = closed(bot_wrote_at=at("09:50"))
    assert why_no_survey(after_a_bot, SURVEY) == ""


FOUND_OUT = {
    "nothing_arrived": closed(agent_reached=False),
    "opted_out": closed(is_opted_out=True),
    "asked_lately": closed(settled=(done("survey", "01 11:00:11", "conversation:3"),)),
}


@pytest.mark.parametrize("reason", FOUND_OUT)
def test_s1_44_what_may_still_change_is_found_out_when_it_is_due(reason):
    monthly = Policy(surveys=True, survey_every=30 * DAY)
    assert still_due(Due.SURVEY, FOUND_OUT[reason], monthly)
    assert why_no_survey(FOUND_OUT[reason], monthly) == reason


def test_s1_44_a_day_later_it_is_still_sent_and_nobody_need_have_looked_what_arrived():
    assert still_due(Due.SURVEY, closed("21 11:00", agent_reached=None), SURVEY)
    assert why_no_survey(closed("21 11:00", agent_reached=None), SURVEY) == ""


def test_s1_44_once_per_contact_in_so_many_days_is_a_setting():
    earlier = done("survey", "10 11:00:10", "conversation:3")
    ten_days = Policy(surveys=True, survey_every=10 * DAY)
    assert why_no_survey(closed("11:00:09", settled=(earlier,)), ten_days) == "asked_lately"
    assert why_no_survey(closed("11:00:10", settled=(earlier,)), ten_days) == ""
    assert why_no_survey(closed(settled=(earlier,)), SURVEY) == ""


def test_s1_44_a_survey_that_was_not_sent_asks_nobody():
    not_sent = refused("survey", "19 11:00", "conversation:3")
    assert why_no_survey(closed(settled=(not_sent,)), Policy(surveys=True, survey_every=30 * DAY)) == ""


def test_s1_44_thanks_for_an_earlier_answer_are_no_survey():
    thanks = done("survey", "19 11:00", "thanks:3")
    assert why_no_survey(closed(settled=(thanks,)), Policy(surveys=True, survey_every=30 * DAY)) == ""


def test_s1_44_asked_or_given_up_it_is_not_asked_again_after_a_reopening():
    for settled in (done, refused):
        again = closed(settled=(settled("survey", "10:30", "conversation:7"),), agent_reached=False)
        assert why_no_survey(again, SURVEY) == "already_asked"
        assert deadlines(again, SURVEY) == {}


# Bots.


def test_s1_40_a_customer_who_does_not_answer_a_bot_for_ten_minutes_is_closed():
    assert deadlines(with_bot(), EVERYTHING) == {Due.BOT_SILENCE: at("10:10")}
    assert not still_due(Due.BOT_SILENCE, with_bot("10:09:59"), EVERYTHING)
    assert still_due(Due.BOT_SILENCE, with_bot("10:10"), EVERYTHING)


def test_s1_40_the_minutes_are_the_bots():
    assert due(Due.BOT_SILENCE, with_bot(), Policy(bot_silence=3 * MINUTE)) == at("10:03")


def test_s1_40_while_the_bot_owes_a_word_nothing_is_due():
    assert deadlines(with_bot(wrote=None), EVERYTHING) == {}
    assert deadlines(with_bot(word="10:05"), EVERYTHING) == {}
    assert deadlines(with_bot(word="10:00", wrote="10:05"), EVERYTHING) == {Due.BOT_SILENCE: at("10:15")}


def test_s1_40_a_bot_that_spoke_first_waits_as_well():
    assert due(Due.BOT_SILENCE, with_bot(last_word_at=None), EVERYTHING) == at("10:10")


@pytest.mark.parametrize(
    "facts", [served("10:30", bot_wrote_at=at("10:00")), waiting("10:30", bot_wrote_at=at("10:00"))]
)
def test_s1_40_only_while_the_bot_serves(facts):
    assert due(Due.BOT_SILENCE, facts, EVERYTHING) is None


def test_s1_40_where_automation_is_stopped_a_bots_conversation_still_ends():
    assert deadlines(with_bot(is_stopped=True), EVERYTHING) == {Due.BOT_SILENCE: at("10:10")}


# All of them.


def test_s1_3_what_a_number_does_not_want_is_never_due():
    nothing = Policy()
    for facts in (waiting("12:00"), served("12:00"), answered("23 12:00"), closed()):
        assert deadlines(facts, nothing) == {}


def test_s1_3_a_pending_conversation_has_no_deadlines():
    pending = waiting("12:00", status="pending", waiting_since=None, unanswered_since=None, word_arrived_at=None)
    assert deadlines(pending, EVERYTHING) == {}


def test_a_turn_and_thanks_do_not_follow_from_these_facts():
    assert COMPUTED.isdisjoint({Due.THANKS, Due.BOT_TURN})


@pytest.mark.parametrize("status", ["unassigned", "queued"])
def test_s1_23_what_is_saved_takes_effect_on_who_waits_already(status):
    facts = waiting("12:00", status=status)
    assert deadlines(facts, Policy()) == {}
    assert set(deadlines(facts, Policy(replies_unassigned=True, replies_queued=True))) == {Due.WAITING_REPLY}


def test_s1_43_what_is_saved_takes_effect_on_who_is_served_already():
    facts = answered("12:00")
    assert due(Due.AUTO_CLOSE, facts, Policy(auto_close_after=DAY)) == at("21 10:05")
    assert due(Due.AUTO_CLOSE, facts, Policy(auto_close_after=HOUR)) == at("11:05")
    assert due(Due.AUTO_CLOSE, facts, Policy()) is None
