"""Asking how it was, ten seconds after a person's conversation ended (S1-44). automation.surveys hears the answer."""

from automation import log
from automation.facts import Kind, on_at
from automation.models import Decision, SurveyAnswer
from automation.outgoing import say
from automation.reactions.survey_template import template_for
from automation.rules import occasions
from automation.rules.deadlines import survey_occasion, why_no_survey
from automation.rules.surveys import SCORES, row_id
from inbox.actions.refusals import Refusal, refusing_content
from inbox.models import Event
from inbox.rules.taps import RECORD_TAPS
from whatsapp.content import ListMessage, Row, Section


def ask(change, facts, policy):
    occasion = survey_occasion(facts)
    reason = why_no_survey(facts, policy) or _goes_on(change) or _asked_elsewhere(change, policy)
    if reason:
        log.refused(change, Kind.SURVEY, occasion, reason)
        return
    automation = on_at(change)[Kind.SURVEY]
    try:
        content = _content(change, automation)
    except Refusal as refusal:
        log.refused(change, Kind.SURVEY, occasion, refusal.code, words=refusal.words)
        return
    on_answer = {**RECORD_TAPS, "survey": change.conversation.pk}
    say(change, Kind.SURVEY, occasion, content, on_answer=on_answer)


def _goes_on(change):
    """Two contacts became one: this conversation was closed for the other one, nobody ended the service."""
    closings = change.conversation.events.filter(kind=Event.Kind.CLOSED).order_by("-pk")
    return "joined" if closings.values_list("data__by_rule", flat=True).first() == "merged" else ""


def _asked_elsewhere(change, policy):
    """The contact was asked lately on another of our numbers."""
    if policy.survey_every is None:
        return ""
    asked = Decision.objects.filter(thread__contact=change.thread.contact_id, automation=Kind.SURVEY)
    asked = asked.filter(outcome=Decision.Outcome.DONE, occasion__startswith=occasions.CONVERSATION)
    return "asked_lately" if asked.filter(at__gt=change.now - policy.survey_every).exists() else ""


def _content(change, automation):
    if change.thread.is_window_open(change.now):
        return _list(change.conversation.pk, automation)
    if automation.message_template is None:
        raise Refusal("no_template", "The window is closed, and no message template is chosen for the survey.")
    return template_for(automation.message_template, change.conversation.pk, change.thread.contact)


def _list(conversation_id, automation):
    """Own words and button; the five rows are fixed (S1-47, S1-48)."""
    titles = dict(SurveyAnswer.Score.choices)
    rows = tuple(Row(row_id(conversation_id, score), titles[score]) for score in SCORES)
    stored = automation.content
    with refusing_content():
        return ListMessage(stored.get("text", ""), stored.get("button", ""), (Section("", rows),))
