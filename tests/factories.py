"""The small cast of the tests: numbers, agents, customers, and what they do. Plain functions, sensible defaults."""

import itertools
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from inbox.actions.receive import receive
from inbox.models import (
    Agent,
    Contact,
    Conversation,
    Identity,
    Participant,
    Reception,
    Tag,
    Team,
    Thread,
)
from inbox.rules.line import WAITING
from whatsapp.inbound import MessageReceived, Sender
from whatsapp.models import Account, Number

_serial = itertools.count(1)


def account_of(row):
    """The account of a number of the sandbox (a row of its control API), with its secrets."""
    keys = ("waba_id", "access_token", "app_secret", "verify_token")
    return Account.objects.create(name="Hafen", **{key: row[key] for key in keys})


def make_number(name="Berlin", account=None, **reception):
    """A connected number with its reception; further keywords are fields of Reception (picking, always_owner, ...)."""
    serial = next(_serial)
    account = account or Account.objects.create(
        name=f"Account {serial}",
        waba_id=f"9000{serial:06}",
        access_token=f"token-{serial}",
        app_secret=f"secret-{serial}",
    )
    number = Number.objects.create(
        account=account,
        phone_number_id=f"1000{serial:06}",
        name=name,
        display_phone_number=f"+49 30 {serial:06}",
        verified_name=name,
        status="CONNECTED",
    )
    Reception.objects.create(number=number, **reception)
    return number


def make_agent(name="", *, role="agent", limit=None, numbers=(), teams=(), available=True, **fields):
    """An agent who serves `numbers`; available = says so and is connected for the next hours."""
    serial = next(_serial)
    fields.setdefault("availability", "available" if available else "away")
    if available:
        fields.setdefault("connected_until", timezone.now() + timedelta(hours=8))
    agent = Agent.objects.create_user(
        f"agent{serial}@example.com", "pass", name=name or f"Agent {serial}", role=role, reception_limit=limit, **fields
    )
    for number in numbers:
        number.reception.agents.add(agent)
    agent.teams.add(*teams)
    return agent


def make_team(name="", *members):
    team = Team.objects.create(name=name or f"Team {next(_serial)}")
    team.members.add(*members)
    return team


def make_tag(name="", colour="blue"):
    return Tag.objects.create(name=name or f"Tag {next(_serial)}", colour=colour)


def make_contact(name="", phone=None, **fields):
    """A customer whom WhatsApp knows by their phone."""
    phone = phone or f"+49151{next(_serial):08}"
    contact = Contact.objects.create(name=name or f"Customer {phone[-4:]}", phone=phone, **fields)
    Identity.objects.create(contact=contact, kind=Identity.Kind.WA_ID, value=phone.lstrip("+"))
    return contact


def make_thread(contact=None, number=None, window_hours=24):
    """The thread of a contact on a number, its window open for `window_hours` (None: never opened)."""
    contact = contact or make_contact()
    until = None if window_hours is None else timezone.now() + timedelta(hours=window_hours)
    thread, _ = Thread.objects.get_or_create(contact=contact, number=number or make_number())
    thread.window_until = until
    thread.reply_identity = contact.identities.first()
    thread.save()
    return thread


def make_conversation(status="unassigned", *, number=None, contact=None, assignee=None, window_hours=24, **fields):
    """A conversation in `status` whose customer wrote just now and waits for an answer (pending: has not written)."""
    now = timezone.now()
    thread = fields.pop("thread", None) or make_thread(contact, number, window_hours)
    if status in WAITING:
        fields.setdefault("waiting_since", now)
    if status == "closed":
        fields.setdefault("closed_at", now)
    elif status != "pending":
        fields.setdefault("unanswered_since", now)
    if status != "pending":
        fields.setdefault("customer_wrote_at", now)
    if assignee:
        fields.setdefault("assigned_at", now)
        fields.setdefault("last_agent", assignee)
    conversation = Conversation.objects.create(thread=thread, status=status, assignee=assignee, **fields)
    if assignee:
        Participant.objects.create(conversation=conversation, agent=assignee)
    return conversation


def sender_of(contact):
    """The contact as Meta's webhook names them."""
    names = {identity.kind: identity.value for identity in contact.identities.all()}
    return Sender(
        phone=contact.phone,
        wa_id=names.get("wa_id", ""),
        bsuid=names.get("bsuid", ""),
        name=contact.profile_name or contact.name,
        username=contact.username,
    )


def writes(contact, number, text="Hello", *, now=None, sent_at=None, quoted_wamid=""):
    """The customer writes and it is received. Returns the Message."""
    return says(contact, number, "text", {"text": text}, now=now, sent_at=sent_at, quoted_wamid=quoted_wamid)


def taps(contact, number, quoted_wamid, title="Yes", *, now=None):
    """The customer taps a button of a message of ours and it is received. Returns the Message."""
    return says(contact, number, "button_reply", {"id": title, "title": title}, now=now, quoted_wamid=quoted_wamid)


def says(contact, number, kind, content, *, now=None, sent_at=None, quoted_wamid=""):
    """A message of any kind is received. Returns the Message."""
    now = now or timezone.now()
    event = MessageReceived(
        number.account.waba_id,
        number.phone_number_id,
        wamid=f"wamid.in.{next(_serial)}",
        sent_at=sent_at or now,
        sender=sender_of(contact),
        kind=kind,
        content=content,
        quoted_wamid=quoted_wamid,
    )
    with transaction.atomic():
        return receive(event, now=now)


def moved_back(row, minutes=0, **duration):
    """Move every stored time of `row` back and save it: the tests' only way to let time pass."""
    by = timedelta(minutes=minutes, **duration)
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, models.DateTimeField) and value is not None:
            setattr(row, field.attname, value - by)
    row.save()
    return row
