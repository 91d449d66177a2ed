"""Let time pass for one customer: the tests' way to reach a deadline without sleeping."""

import re
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F

from inbox.models import Conversation, Thread

# Times inside of JSON and of text, for example the occasion of a decision or what a closing can be undone to.
ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def move_back(conversation, **duration):
    """Move every stored time of a conversation's thread back by `duration` (of timedelta), as if it had passed: those
    of the thread, of its conversations and of all rows that belong to either (messages, lines, timers, decisions).

    Returns the conversation, read anew.
    """
    by = timedelta(**duration)
    thread_id = conversation.thread_id
    _move(Thread.objects.filter(pk=thread_id), by)
    conversations = Conversation.objects.filter(thread=thread_id)
    for model, name in _belonging(Conversation):
        if not any(field.related_model is Thread for field in model._meta.concrete_fields):
            _move(model.objects.filter(**{f"{name}__in": conversations.values("pk")}), by)
    for model, name in _belonging(Thread):
        _move(model.objects.filter(**{name: thread_id}), by)
    conversation.refresh_from_db()
    return conversation


def _belonging(model):
    """(model, name of its foreign key) of all rows that point to a row of `model`."""
    relations = [one for one in model._meta.related_objects if one.one_to_many or one.one_to_one]
    return [(one.related_model, one.field.name) for one in relations]


def _move(rows, by):
    fields = rows.model._meta.concrete_fields
    times = {one.attname: F(one.attname) - by for one in fields if isinstance(one, models.DateTimeField)}
    texts = [one.attname for one in fields if one.attname in ("occasion", "data")]
    if times:
        rows.update(**times)
    for row in rows.only("pk", *texts) if texts else ():
        for name in texts:
            setattr(row, name, _earlier(getattr(row, name), by))
        row.save(update_fields=texts)


def _earlier(value, by):
    """`value` (text or JSON) with all its times moved."""
    if isinstance(value, str):
        return ISO_TIME.sub(lambda found: (datetime.fromisoformat(found[0]) - by).isoformat(), value)
    if isinstance(value, dict):
        return {key: _earlier(one, by) for key, one in value.items()}
    if isinstance(value, list):
        return [_earlier(one, by) for one in value]
    return value
