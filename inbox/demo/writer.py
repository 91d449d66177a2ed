"""Writes the demo's stories as rows, and tells the sandbox the same history so that its phones show it too."""

import secrets
import uuid
from datetime import timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from inbox.demo import cast
from inbox.demo.stories import CLOSED, DAY, EARLIER, OPEN, Story
from inbox.models import (
    Agent,
    Attachment,
    CannedReply,
    Contact,
    Conversation,
    Event,
    Identity,
    Installation,
    Message,
    Participant,
    Reception,
    Tag,
    Team,
    Thread,
)
from whatsapp import content
from whatsapp.models import Account, Number
from whatsapp.window import closes_at


class DemoWriter:
    """Fills one empty database. `numbers` and `customers` are the sandbox's own lists (GET /control/...)."""

    def __init__(self, numbers, customers, now):
        self.now = now
        self.known = numbers
        self.customers = {person["id"]: person for person in customers}
        self.agents = {}
        self.numbers = []
        self.tags = {}
        self.history = []

    def write(self):
        """Write everything; afterwards `history` holds what the sandbox's phones should show."""
        Installation.switch_on()
        self._write_people()
        self._write_numbers()
        self._write_words()
        for story in self._stories():
            self._write_story(story)

    def _write_people(self):
        """They left just now: what they serve stays theirs for the usual time of absence."""
        self.teams = {name: Team.objects.create(name=name) for name in cast.TEAMS}
        for key, name, role, limit, _, teams in cast.AGENTS:
            agent = Agent.objects.create_user(
                cast.email_of(key), cast.PASSWORD, name=name, role=role, reception_limit=limit, connected_until=self.now
            )
            agent.teams.set([self.teams[team] for team in teams])
            self.agents[key] = agent

    def _write_numbers(self):
        for place, known in enumerate(self.known):
            account, _ = Account.objects.get_or_create(
                waba_id=known["waba_id"],
                defaults={
                    "name": known["verified_name"],
                    "portfolio_id": known.get("portfolio_id", ""),
                    "access_token": known["access_token"],
                    "app_secret": known["app_secret"],
                    "verify_token": known["verify_token"],
                },
            )
            number = Number.objects.create(
                account=account,
                phone_number_id=known["phone_number_id"],
                name=known["verified_name"].split()[-1],
                display_phone_number=known["display_phone_number"],
                verified_name=known["verified_name"],
                status="CONNECTED",
                quality_rating="GREEN",
            )
            reception, _ = Reception.objects.get_or_create(number=number)
            served_by = [self.agents[key] for key, _, _, _, places, _ in cast.AGENTS if place in places]
            reception.agents.set(served_by)
            self.numbers.append(number)

    def _write_words(self):
        for name, colour in cast.TAGS:
            self.tags[name] = Tag.objects.create(name=name, colour=colour)
        CannedReply.objects.bulk_create(CannedReply(shortcut=s, text=text) for s, text in cast.CANNED_REPLIES)

    def _stories(self):
        """Closed ones first, so that the newest conversation of a thread has the highest id."""
        earlier = [
            Story(
                (name, phone),
                number,
                ((d * DAY + 77, "c", asked), (d * DAY + 71, agent, told)),
                "closed",
                agent,
                (tag,),
            )
            for name, phone, number, asked, told, agent, d, tag in EARLIER
        ]
        return sorted([*earlier, *CLOSED, *OPEN], key=lambda story: -story.lines[-1][0])

    def _write_story(self, story):
        thread = self._thread(story)
        conversation = self._conversation(story, thread)
        messages = [self._message(thread, conversation, line) for line in story.lines]
        self._close_or_leave_open(story, conversation, messages)
        inbound = [message for message in messages if message.is_inbound]
        thread.window_until = closes_at(inbound[-1].at)
        thread.save()
        conversation.tags.set([self.tags[name] for name in story.tags if name])

    def _thread(self, story):
        contact, identity = self._contact(story.customer, self.numbers[story.number].account)
        thread, _ = Thread.objects.get_or_create(contact=contact, number=self.numbers[story.number])
        thread.reply_identity = identity
        return thread

    def _contact(self, customer, account):
        if isinstance(customer, tuple):
            name, phone, user_id, username = *customer, "", ""
        else:
            person = self.customers[customer]
            name, username, user_id = person["name"], person.get("username") or "", person["user_id"]
            phone = f"+{person['phone'].lstrip('+')}" if person.get("shares_phone", True) else ""
        found = Identity.objects.filter(
            kind="bsuid" if user_id else "wa_id", value=user_id or phone.lstrip("+")
        ).first()
        if found:
            return found.contact, found
        return self._new_contact(account, name, phone, user_id, username)

    def _new_contact(self, account, name, phone, user_id, username):
        contact = Contact.objects.create(profile_name=name, phone=phone, username=username)
        identities = []
        if phone:
            identities.append(Identity(contact=contact, kind=Identity.Kind.WA_ID, value=phone.lstrip("+")))
        if user_id:
            identities.append(
                Identity(contact=contact, kind=Identity.Kind.BSUID, scope=account.identity_scope, value=user_id)
            )
        Identity.objects.bulk_create(identities)
        return contact, identities[0]

    def _conversation(self, story, thread):
        opened = self._ago(story.lines[0][0])
        conversation = Conversation(thread=thread, opened_at=opened, customer_wrote_at=opened, bumped_at=opened)
        if story.state == "waiting":
            conversation.status, conversation.waiting_since = Conversation.Status.UNASSIGNED, opened
        else:
            conversation.status = Conversation.Status.ASSIGNED
            conversation.assignee = self.agents[story.agent]
            conversation.assigned_at = opened
        conversation.save()
        if conversation.assignee:
            Participant.objects.create(conversation=conversation, agent=conversation.assignee, joined_at=opened)
            Event.objects.create(
                thread=thread,
                conversation=conversation,
                kind=Event.Kind.ASSIGNED,
                data={"to": conversation.assignee.name, "why": "load"},
                at=opened + timedelta(seconds=2),
            )
        return conversation

    def _message(self, thread, conversation, line):
        minutes, who, what = line
        kind, data = _shape(what)
        is_note, is_inbound = kind == "note", who == "c"
        at = self._ago(minutes)
        message = Message.objects.create(
            thread=thread,
            conversation=conversation,
            author_kind=Message.Author.CUSTOMER if is_inbound else Message.Author.AGENT,
            author=None if is_inbound else self.agents[who],
            kind=kind,
            content=data,
            text=content.preview(kind, data),
            status=Message.Status.RECEIVED if is_inbound else Message.Status.NOTED if is_note else Message.Status.READ,
            at=at,
            created_at=at,
            wamid=None if is_note else f"wamid.{secrets.token_urlsafe(24)}",
        )
        if kind == "image":
            _attach_picture(message)
        if not is_note:
            self._remember(thread, message)
        return message

    def _remember(self, thread, message):
        identity = thread.reply_identity
        self.history.append(
            {
                "phone_number_id": thread.number.phone_number_id,
                "user_id" if identity.kind == Identity.Kind.BSUID else "phone": identity.value,
                "phone": thread.contact.phone.lstrip("+"),
                "name": thread.contact.profile_name,
                "from": "customer" if message.is_inbound else "business",
                "wamid": message.wamid,
                "timestamp": int(message.at.timestamp()),
                "kind": "text" if message.kind == "image" else message.kind,
                "content": {"text": message.text} if message.kind == "image" else message.content,
            }
        )

    def _close_or_leave_open(self, story, conversation, messages):
        shown = [message for message in messages if not message.is_note]
        inbound = [message for message in messages if message.is_inbound]
        conversation.last_message = shown[-1]
        conversation.bumped_at = shown[-1].at
        conversation.last_inbound_id = inbound[-1].pk
        if shown[-1].is_inbound:
            conversation.unanswered_since = _oldest_unanswered(shown).at
        if story.state == "closed":
            conversation.status = Conversation.Status.CLOSED
            conversation.closed_by, conversation.closed_at = conversation.assignee, shown[-1].at + timedelta(minutes=5)
            conversation.unanswered_since = None
            Event.objects.create(
                thread=conversation.thread,
                conversation=conversation,
                kind=Event.Kind.CLOSED,
                actor=conversation.assignee,
                at=conversation.closed_at,
            )
        conversation.save()

    def _ago(self, minutes):
        """Whole seconds, as Meta's own times are."""
        return (self.now - timedelta(minutes=minutes)).replace(microsecond=0)


def _shape(what):
    if isinstance(what, str):
        return "text", {"text": what}
    if what[0] == "note":
        return "note", {"text": what[1]}
    if what[0] == "picture":
        return "image", {"caption": what[1], "mime_type": "image/jpeg"}
    _, latitude, longitude, name, address = what
    return "location", {"latitude": latitude, "longitude": longitude, "name": name, "address": address}


def _oldest_unanswered(messages):
    oldest = messages[-1]
    for message in reversed(messages):
        if not message.is_inbound:
            return oldest
        oldest = message
    return oldest


def _attach_picture(message):
    picture = _damaged_parcel()
    attachment = Attachment(
        message=message,
        token=uuid.uuid4(),
        status=Attachment.Status.STORED,
        kind="image",
        mime_type="image/jpeg",
        filename="parcel.jpg",
        size_bytes=len(picture),
        width=960,
        height=640,
        created_at=message.at,
    )
    attachment.file.save("parcel.jpg", ContentFile(picture))


def _damaged_parcel():
    """A drawn picture of a dented box, as JPEG bytes."""
    image = Image.new("RGB", (960, 640), "#cfd6dc")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 430, 960, 640), fill="#9aa3a8")
    draw.polygon([(230, 250), (700, 230), (730, 520), (250, 540)], fill="#b98a57")
    draw.polygon([(230, 250), (320, 150), (760, 140), (700, 230)], fill="#cfa26d")
    draw.polygon([(700, 230), (760, 140), (800, 420), (730, 520)], fill="#96693c")
    draw.polygon([(430, 242), (500, 239), (505, 530), (440, 533)], fill="#dcc39a")
    draw.line([(600, 236), (560, 320), (640, 380), (590, 470), (650, 525)], fill="#4d3418", width=9)
    draw.polygon([(600, 236), (640, 234), (610, 300)], fill="#3a2712")
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
