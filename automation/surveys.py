"""Answers to the satisfaction survey (product: "A survey answer is recorded with agent and conversation").

A survey is a message whose `on_answer` names the conversation that it asks about: {"record_only": "taps", "survey":
id}. Its rows carry that id too (rules.surveys.row_id), and only a row that was offered in this thread counts.
"""

from datetime import timedelta

from django.db.models import Q
from django.dispatch import receiver

from automation import log
from automation.models import Automation, Survey, SurveyAnswer
from automation.outgoing import say
from automation.rules import occasions
from automation.rules.deadlines import Due
from automation.rules.surveys import THANKS, Verdict, comment_of, read_row_id, verdict
from inbox import timers
from inbox.models import Conversation, FeedKind, Message, Reception
from inbox.rules.taps import tapped
from inbox.signals import message_queued, message_received
from whatsapp.content import Text

# Whose words end the comment: from there on the customer talks with somebody.
SPEAKERS = (Message.Author.AGENT, Message.Author.PHONE_APP, Message.Author.INTEGRATION, Message.Author.BOT)


@receiver(message_queued, dispatch_uid="automation.surveys")
def note_survey(sender, message, **news):
    """A survey is on its way: its conversation was asked. Sent again after a failure it is the same survey."""
    conversation_id = message.on_answer.get("survey")
    if conversation_id is None:
        return
    conversation = Conversation.objects.select_related("thread").get(pk=conversation_id)
    asked = {"agent_id": _whose(conversation), "number_id": conversation.thread.number_id, "sent_at": message.at}
    Survey.objects.update_or_create(
        conversation=conversation, defaults={"message": message}, create_defaults={"message": message, **asked}
    )


def _whose(conversation):
    """The id of the agent who served it last."""
    return conversation.assignee_id or conversation.last_agent_id


@receiver(message_received, dispatch_uid="automation.surveys")
def hear(sender, message, change, **news):
    """A tap may be an answer, free text its comment."""
    tapped_id = tapped(message.kind, message.content)
    if tapped_id:
        _hear_tap(change, message, read_row_id(tapped_id))
    elif message.kind == "text" and not news["decision"].consent:
        _hear_words(change, message)


def _hear_tap(change, message, said):
    """Only the row of a survey that stands in this very thread, about the conversation that the survey is about."""
    survey = message.quoted
    asked_about = survey.on_answer.get("survey") if survey else None
    if said is None or said[0] != asked_about:
        return
    conversation = change.thread.conversations.filter(pk=asked_about).first()
    if conversation:
        _record(change, conversation, message, said[1])


def _record(change, conversation, message, score):
    """`conversation` is the one that the survey is about; `change` looks at the open one."""
    answer = SurveyAnswer.objects.filter(conversation=conversation).first() or _new_answer(conversation, message)
    says = verdict(message.at, answer.pk and answer.answered_at, answer.changed_at)
    if says == Verdict.TOO_LATE:
        why = {"reason": "answer_too_late", "at": answer.answered_at}
        log.refused(change, Automation.Kind.SURVEY, occasions.answer(message.pk), conversation=conversation, **why)
    if says in (Verdict.TOO_LATE, Verdict.OLDER):
        return
    answer.score, answer.changed_at = score, message.at
    answer.comment = _comment_on(change.thread, message.quoted, answer)
    answer.save()
    _tell(change, conversation, answer)
    if answer.thanked_at is None:
        timers.set_timers(change, conversation, {Due.THANKS: change.now}, among=[Due.THANKS])


def _tell(change, conversation, answer):
    """Programs hear of it at each change: the first rating, another one, a comment."""
    told = {"score": answer.score, "comment": answer.comment, "agent": answer.agent_id}
    times = {"answered_at": answer.answered_at.isoformat(), "changed_at": answer.changed_at.isoformat()}
    change.tell(FeedKind.SURVEY_ANSWERED, conversation=conversation, survey={**told, **times})


def _new_answer(conversation, message):
    survey = Survey.objects.filter(conversation=conversation).first()
    return SurveyAnswer(
        conversation=conversation,
        number_id=conversation.thread.number_id,
        contact_id=conversation.thread.contact_id,
        agent_id=survey.agent_id if survey else _whose(conversation),
        answered_at=message.at,
        changed_at=message.at,
    )


def _hear_words(change, message):
    """Free text after an answer is also its comment."""
    soon = Q(changed_at__gte=message.at - _follow_up(change.thread))
    if message.quoted and "survey" in message.quoted.on_answer:
        soon |= Q(conversation=message.quoted.on_answer["survey"])
    answer = SurveyAnswer.objects.filter(soon, conversation__thread=change.thread).order_by("-changed_at").first()
    survey = answer and change.thread.messages.filter(on_answer__survey=answer.conversation_id).first()
    if survey:
        answer.comment = _comment_on(change.thread, survey, answer)
        answer.save(update_fields=["comment"])
        _tell(change, answer.conversation, answer)


def _comment_on(thread, survey, answer):
    """What the customer wrote within the follow-up time of survey or answer, or about it, until somebody spoke."""
    asked_at = survey.at.replace(microsecond=0)  # a customer's times are whole seconds
    said = thread.messages.filter(at__gte=asked_at)
    follow_up = _follow_up(thread)
    near = Q(quoted=survey)
    for moment in (asked_at, answer.answered_at, answer.changed_at):
        near |= Q(at__range=(moment, moment + follow_up))
    words = said.filter(near, author_kind=Message.Author.CUSTOMER, kind="text").exclude(context__has_key="consent")
    spoke = (
        said.filter(author_kind__in=SPEAKERS).exclude(kind__in=["note", *Message.ANNOTATIONS]).order_by("at").first()
    )
    if spoke:
        words = words.filter(at__lt=spoke.at)
    return comment_of(one.content.get("text", "") for one in words.order_by("at", "pk"))


def _follow_up(thread):
    return timedelta(minutes=Reception.of(thread.number).follow_up_minutes)


def thank(change, timer):
    """Once for each answer, silently, and only while the window is open."""
    answer = SurveyAnswer.objects.filter(conversation=timer.conversation_id, thanked_at=None).first()
    if answer is None:
        return
    words = Text(_words_of_thanks(change.thread.number_id))
    if say(change, Automation.Kind.SURVEY, occasions.thanks(timer.conversation_id), words):
        answer.thanked_at = change.now
        answer.save(update_fields=["thanked_at"])


def _words_of_thanks(number_id):
    survey = Automation.objects.filter(number=number_id, kind=Automation.Kind.SURVEY).first()
    return survey.thanks.strip() if survey and survey.thanks.strip() else THANKS
