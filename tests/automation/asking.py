"""A customer who was served and asked: closed conversations, their surveys, taps on the rows."""

import itertools
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from automation.models import Survey, SurveyAnswer
from automation.rules.surveys import SCORES, row_id
from inbox.actions.receive import receive
from inbox.actions.sending import drafts
from inbox.actions.sending.drafts import Draft
from inbox.changes import change_conversation
from inbox.models import Message
from tests.factories import make_conversation, sender_of
from whatsapp.content import ListMessage, Row, Section
from whatsapp.inbound import MessageReceived

_serial = itertools.count(1)
TITLES = dict(zip(SCORES, ("Very satisfied", "Satisfied", "Neutral", "Dissatisfied", "Very dissatisfied"), strict=True))


def make_served(number, agent, **fields):
    """A conversation that `agent` served and that is closed."""
    return make_conversation("closed", number=number, assignee=agent, **fields)


def ask(conversation, now=None):
    """Send the survey about a conversation. Returns the Message, with Meta's id."""
    rows = tuple(Row(row_id(conversation.pk, score), TITLES[score]) for score in SCORES)
    content = ListMessage("How was it?", "Answer", (Section("", rows),))
    on_answer = {"record_only": "taps", "survey": conversation.pk}
    with change_conversation(conversation.pk, now) as change:
        draft = Draft(content, author_kind=Message.Author.AUTOMATION, bump=False, on_answer=on_answer)
        message = drafts.put(change, draft)
    Message.objects.filter(pk=message.pk).update(status="sent", wamid=f"wamid.survey.{next(_serial)}")
    message.refresh_from_db()
    return message


def taps(conversation, score, *, survey=None, row="", after=timedelta(0), contact=None, quoted=True):
    """The customer taps a row of the survey, `after` now. Returns the Message."""
    survey = survey or Message.objects.get(on_answer__survey=conversation.pk)
    content = {"id": row or row_id(conversation.pk, score), "title": TITLES[score]}
    return _arrives(contact or conversation.thread.contact, conversation, "list_reply", content, survey, after, quoted)


def says(conversation, text, *, survey=None, after=timedelta(0)):
    """The customer writes, quoting the survey where one is given."""
    contact = conversation.thread.contact
    return _arrives(contact, conversation, "text", {"text": text}, survey, after, survey is not None)


def _arrives(contact, conversation, kind, content, quoted_message, after, quotes):
    number, now = conversation.thread.number, timezone.now() + after
    event = MessageReceived(
        number.account.waba_id,
        number.phone_number_id,
        wamid=f"wamid.answer.{next(_serial)}",
        sent_at=now,
        sender=sender_of(contact),
        kind=kind,
        content=content,
        quoted_wamid=quoted_message.wamid if quotes else "",
    )
    with transaction.atomic():
        return receive(event, now=now)


def make_answer(number, score, *, agent=None, days_ago=0.0, comment="", tags=(), contact=None, answered=True):
    """Rows as they stand after a survey was sent and answered so many days ago. Returns the SurveyAnswer (the Survey
    where it was not answered)."""
    at = timezone.now() - timedelta(days=days_ago)
    conversation = make_conversation("closed", number=number, assignee=agent, contact=contact, closed_at=at)
    conversation.tags.add(*tags)
    survey = Survey.objects.create(conversation=conversation, number=number, agent=agent, sent_at=at)
    if not answered:
        return survey
    return SurveyAnswer.objects.create(
        conversation=conversation,
        number=number,
        contact=conversation.thread.contact,
        agent=agent,
        score=score,
        comment=comment,
        answered_at=at,
        changed_at=at,
    )
