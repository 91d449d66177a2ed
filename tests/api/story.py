"""Nia's story, as the examples of the API's description tell it: the rows that they speak of."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from automation.models import Relay
from broadcasts import ledger
from broadcasts.examples import INSTALLATION, TEMPLATE
from broadcasts.models import Broadcast, Pace
from inbox.api.docs import described
from inbox.feed import tell_beside
from inbox.models import Attachment, Bot, Conversation, FeedKind, Installation, Message
from inbox.webhooks import publish
from tests.factories import make_agent, make_contact, make_conversation, make_number, make_tag, make_team, writes
from tests.inbox.listening import make_subscription
from whatsapp.models import Account, MessageTemplate

BODY = [{"type": "BODY", "text": "Your order {{1}} is on its way."}]
BEN = 4
PICTURE = b"A picture"


@dataclass
class Story:
    """`ids` leads from an id in the examples to the row's own; `named` from a field's name to an id that is there."""

    ids: dict = field(default_factory=dict)
    named: dict = field(default_factory=dict)

    def own(self, told):
        """What an example says, with the ids of this story."""
        if isinstance(told, dict):
            return {name: self.own(inner) for name, inner in told.items()}
        if isinstance(told, list):
            return [self.own(inner) for inner in told]
        return self.ids.get(told, told) if type(told) is int else told

    def filled(self, address, operation):
        """The address of an operation of the description, with the id of the row that it speaks of."""
        in_path = [each for each in operation.get("parameters", []) if each["in"] == "path"]
        shown = [each["example"] for each in in_path if "example" in each]
        return address.replace("{id}", str(self.own(shown[0]))) if shown else address


def tell(name, key):
    """Ada serves Nia's conversation, whose window is open; Ben is her colleague in the team Orders. Returns a Story, at
    the place where the operation `name` of the program with `key` comes in."""
    number = make_number("Berlin")
    ada, ben = make_agent("Ada", numbers=[number]), make_agent("Ben", numbers=[number])
    nia = make_contact("Nia Berger", "+4915123456789", external_id="C-4711")
    tag, team = make_tag("VIP", "red"), make_team("Orders", ada, ben)
    conversation = make_conversation("assigned", number=number, contact=nia, assignee=ada)
    conversation.tags.add(tag)
    message = writes(nia, number, "Where is my parcel?")
    BEFORE.get(name, lambda *_: None)(conversation, message)
    Installation.objects.update_or_create(pk=1, defaults={"public_id": INSTALLATION})
    rows = {
        "Agent": ada,
        "Broadcast": broadcast_of(number, name),
        "Contact": nia,
        "Bot": Bot.objects.create(name="Order desk"),
        "Relay": relay_of(conversation, message, key),
        "Attachment": picture_of(message),
        "Conversation": conversation,
        "Message": message,
        "MessageTemplate": template_of(number),
        "Number": number,
        "Tag": tag,
        "Team": team,
        "Webhook": webhook_of(key),
    }
    ids = {shown(name)["id"]: row.pk for name, row in rows.items()} | {BEN: ben.pk}
    named = {"agent": ben.pk, "contact": nia.pk, "conversation": conversation.pk, "number": number.pk, "team": team.pk}
    return Story(ids, named | {"owner": ada.pk, "assignee": ada.pk, "participants": [ada.pk, ben.pk]})


def shown(name):
    """The example of a shape in the description."""
    return described()["components"]["schemas"][name]["examples"][0]


def relay_of(conversation, message, key):
    """Nia's word went to the program, which wants to answer later."""
    until = timezone.now() + timedelta(minutes=10)
    named = {"conversation": conversation, "message": message, "api_key": key, "kind": "message", "status": "taken"}
    return Relay.objects.create(**named, deadline_at=until, taken_at=timezone.now())


def wait_for_the_customer(conversation, _):
    Conversation.objects.update(status="pending", assignee=None, handover_to=conversation.assignee)


def close(*_):
    Conversation.objects.update(status="closed", closed_at=timezone.now())


def fail(_, message):
    Message.objects.filter(pk=message.pk).update(status="failed", author_kind="integration", error_code=131026)


# What has happened before an operation makes sense.
BEFORE = {
    "answer_relay": wait_for_the_customer,
    "hand_over_conversation": wait_for_the_customer,
    "reopen_conversation": close,
    "send_message_again": fail,
}


def broadcast_of(number, operation):
    """To Nia and to somebody else, under way, or paused for who resumes it."""
    is_paused = operation == "resume_broadcast"
    stands = {"status": "paused", "pause_reason": "by_hand"} if is_paused else {"status": "sending"}
    started = {"started_at": timezone.now(), "planned_at": timezone.now(), "lane": f"whatsapp:{number.pk}"}
    broadcast = Broadcast.objects.create(number=number, content=TEMPLATE, **stands, **started)
    Pace.objects.create(key=broadcast.lane, number=number)
    ledger.add(broadcast, [ledger.Entry("+4915123456789"), ledger.Entry("+4915123456780")], timezone.now())
    return broadcast


def picture_of(message):
    """The file of a message, as it lies here."""
    named = {"kind": "image", "mime_type": "image/png", "filename": "parcel.png", "size_bytes": len(PICTURE)}
    token, file = uuid.uuid4(), ContentFile(PICTURE, "parcel.png")
    return Attachment.objects.create(message=message, token=token, status="stored", file=file, **named)


def webhook_of(key):
    """The program hears of everything, and has heard of something."""
    subscription = make_subscription("https://crm.example/switchboard", api_key=key)
    tell_beside(FeedKind.TEMPLATE_CHANGED, Account.objects.first(), template={"status": "PAUSED"})
    publish()
    return subscription


def template_of(number):
    named = {"account": number.account, "name": "shipped", "language": "en"}
    return MessageTemplate.objects.create(**named, status="APPROVED", category="UTILITY", components=BODY)
