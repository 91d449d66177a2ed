"""What a customer does: writes, taps, reacts, edits, deletes, opens a chat, changes number. Each is told by webhook."""

import base64
import json
import secrets

from whatsapp.sandbox import payloads
from whatsapp.sandbox.media import KINDS, MediaStore, kind_of
from whatsapp.sandbox.receipts import Receipts
from whatsapp.sandbox.records import Customer, Media, Message, Number
from whatsapp.sandbox.webhooks import Outbox
from whatsapp.sandbox.world import World, new_wamid

UNSUPPORTED = {
    "code": 131051,
    "title": "Message type unknown",
    "message": "Message type unknown",
    "error_data": {"details": "Message type is currently not supported."},
}
EXTRAS = ("context", "referral", "errors", "identity", "group_id", "from_parent_user_id")
"""Keys beside the content that an inbound message may carry."""


class CustomerError(ValueError):
    """The customer can't do that; the words say why."""


class Customers:
    """The acts of all customers. `url` is the sandbox's own address, for the media addresses in webhooks."""

    def __init__(self, world: World, outbox: Outbox, receipts: Receipts, media: MediaStore):
        self.world, self.outbox, self.receipts, self.media = world, outbox, receipts, media
        self.url = ""

    def find(self, who: str) -> Customer:
        """By id, name, phone or user id. Raises CustomerError."""
        world, digits = self.world, "".join(c for c in who if c.isdigit())
        found = world.customers.get(who) or world.by_user_id.get(who) or world.by_phone.get(digits)
        found = found or next((c for c in world.customers.values() if who and who in (c.name, c.name.split()[0])), None)
        if found is None:
            raise CustomerError(f"There is no customer {who!r}.")
        return found

    def number(self, which: str) -> Number:
        """By phone number id, digits or verified name; the first one for "". Raises CustomerError."""
        digits = "".join(c for c in which if c.isdigit())
        for number in self.world.numbers.values():
            if not which or which in (number.id, number.verified_name) or (digits and digits == number.digits):
                return number
        raise CustomerError(f"There is no number {which!r}.")

    # Writing

    def say(self, customer: Customer, number: Number, kind: str, content: object, **more) -> Message:
        """Send any kind of message. `content` goes under the type's key (None: no such key).

        `more`: at (Unix seconds), id, omit (from, from_user_id, contacts), and what stands beside the content (EXTRAS).
        """
        if customer.id in number.blocked:
            raise CustomerError(f"{number.verified_name} has blocked {customer.name}: nothing arrives.")
        message = Message(
            id=more.get("id") or new_wamid(customer.phone),
            number_id=number.id,
            customer_id=customer.id,
            direction="in",
            type=kind,
            body=content,
            at=float(more.get("at") or self.world.now()),
            status="pending",
            context=more.get("context"),
        )
        chat = self.world.chat(number.id, customer.id)
        chat.welcomed = True
        chat.typing_until = 0.0
        self.world.keep(message)
        extras = {k: more[k] for k in EXTRAS if more.get(k) is not None}
        self._tell(message, {kind: content} if content is not None else {}, extras, tuple(more.get("omit") or ()))
        return message

    def _tell(self, message: Message, content: dict, extras: dict, omit: tuple[str, ...]) -> None:
        element = {**extras, "id": message.id, "timestamp": str(int(message.at)), "type": message.type, **content}
        self._deliver(message.number_id, message.customer_id, element, omit, message.id)

    def _deliver(self, number_id: str, customer_id: str, element: dict, omit: tuple = (), message_id: str = "") -> None:
        number, customer = self.world.numbers[number_id], self.world.customers[customer_id]
        value = payloads.inbound(number, customer, element, omit)
        lane = f"{number_id}:{customer_id}"
        self.outbox.put(number.account_id, "messages", value, lane=lane, number_id=number_id, message_id=message_id)

    def quote(self, number: Number, wamid: str) -> dict | None:
        """The context of a quoting message; `from` is who wrote the quoted one."""
        if not wamid:
            return None
        quoted = self.world.messages.get(wamid)
        author = number.digits
        if quoted and quoted.direction == "in":
            author = self.world.customers[quoted.customer_id].phone
        return {"from": author, "id": wamid}

    def send_file(
        self, customer: Customer, number: Number, content: bytes, mime_type: str, filename: str, **more
    ) -> Message:
        """A picture, video, voice message (`voice`), sticker or, for every other type, a document."""
        kind = more.pop("kind", None) or _kind_sent(mime_type)
        kept = self.media.add(number.id, content, mime_type, filename, uploaded=False)
        body = {**self._file_body(kept, kind), **{k: more[k] for k in ("caption",) if more.get(k)}}
        if kind == "audio":
            body["voice"] = bool(more.get("voice"))
        return self.say(
            customer,
            number,
            kind,
            body,
            context=self.quote(number, more.get("quote", "")),
            at=more.get("at"),
            omit=more.get("omit"),
        )

    def _file_body(self, kept: Media, kind: str) -> dict:
        digest = base64.b64encode(bytes.fromhex(kept.sha256)).decode()
        body = {"id": kept.id, "mime_type": kept.mime_type, "sha256": digest, "url": self.media.url(kept, self.url)}
        if kind == "document":
            body["filename"] = kept.filename or "file"
        if kind == "sticker":
            body["animated"] = False
        return body

    # Answering what the business sent

    def tap(self, customer: Customer, message: Message, choice: str) -> Message:
        """Tap a button, a list's row or a template's quick reply, named by its id, payload or title."""
        number = self.world.numbers[message.number_id]
        found = next((o for o in options(message) if choice in (o["id"], o["title"])), None)
        if found is None or message.customer_id != customer.id:
            raise CustomerError(f"This message has no button or row {choice!r}.")
        context = {"from": number.digits, "id": message.id}
        if found["kind"] == "button":
            return self.say(
                customer, number, "button", {"payload": found["id"], "text": found["title"]}, context=context
            )
        reply = {k: found[k] for k in ("id", "title", "description") if found.get(k)}
        return self.say(customer, number, "interactive", {"type": found["kind"], found["kind"]: reply}, context=context)

    def finish_flow(self, customer: Customer, message: Message, answers: dict) -> Message:
        """Complete a flow: the answers come back with the message's flow token (flow_token None: without)."""
        number = self.world.numbers[message.number_id]
        given = {"flow_token": flow_token(message), **answers}
        given = {k: v for k, v in given.items() if v is not None}
        reply = {"name": "flow", "body": "Sent", "response_json": json.dumps(given)}
        context = {"from": number.digits, "id": message.id}
        return self.say(customer, number, "interactive", {"type": "nfm_reply", "nfm_reply": reply}, context=context)

    def react(self, customer: Customer, message: Message, emoji: str) -> None:
        """Put a reaction on a message of either side; "" takes it away."""
        message.reactions = {k: v for k, v in message.reactions.items() if k != "customer"}
        message.reactions |= {"customer": emoji} if emoji else {}
        self.world.tell("message", message)
        reaction = {"message_id": message.id, **({"emoji": emoji} if emoji else {})}
        self._announce(message, "reaction", {"reaction": reaction})

    def edit(self, message: Message, text: str) -> None:
        """Meta announces edits only for numbers with `announces_edits`; others get an unsupported message."""
        if message.direction != "in" or message.type != "text":
            raise CustomerError("Only one's own text can be edited.")
        message.body, message.edited = {"body": text}, True
        self.world.tell("message", message)
        if not self.world.numbers[message.number_id].announces_edits:
            self._announce(message, "unsupported", {"errors": [UNSUPPORTED], "unsupported": {"type": "edit"}})
            return
        changed = {"type": "text", "text": {"body": text}}
        self._announce(message, "edit", {"edit": {"original_message_id": message.id, "message": changed}})

    def delete(self, message: Message) -> None:
        """Delete for everyone; told to the business only for numbers with `announces_edits`."""
        if message.direction != "in":
            raise CustomerError("Only one's own message can be deleted.")
        message.deleted = True
        self.world.tell("message", message)
        if self.world.numbers[message.number_id].announces_edits:
            self._announce(message, "revoke", {"revoke": {"original_message_id": message.id}})

    def _announce(self, message: Message, kind: str, content: dict) -> None:
        """A webhook about an existing message, which is no message of its own on the phone."""
        wamid = new_wamid(self.world.customers[message.customer_id].phone)
        element = {"id": wamid, "timestamp": str(int(self.world.now())), "type": kind, **content}
        self._deliver(message.number_id, message.customer_id, element)

    # The chat and the person

    def open_chat(self, customer: Customer, number: Number, viewer: str = "control") -> int:
        """Look at a chat: what was delivered becomes read; a first look reports request_welcome where it is on."""
        self.world.viewers[viewer] = (number.id, customer.id)
        chat = self.world.chat(number.id, customer.id)
        if not chat.welcomed and not chat.messages:
            chat.welcomed = True
            self.world.changed()
            self._request_welcome(customer, number)
        return self.receipts.read_chat(number.id, customer.id)

    def _request_welcome(self, customer: Customer, number: Number) -> None:
        if not (number.automation.get("enable_welcome_message") and self.world.settings["request_welcome"]):
            return
        # A reported opening may be answered: the welcome goes out before the customer wrote a word.
        self.world.open_window(self.world.chat(number.id, customer.id), self.world.now())
        element = {"id": new_wamid(customer.phone), "timestamp": str(int(self.world.now())), "type": "request_welcome"}
        self._deliver(number.id, customer.id, element)

    def close_chat(self, viewer: str = "control") -> None:
        self.world.viewers.pop(viewer, None)

    def change_number(self, customer: Customer, phone: str) -> None:
        """A new phone number and, with it, a new business-scoped user id: told as system message and user_id_update."""
        old_phone, old_user_id = customer.phone, customer.user_id
        customer.phone = "".join(c for c in phone if c.isdigit())
        customer.user_id = f"{old_user_id.split('.')[0]}.{secrets.randbelow(10**20):020d}"
        self.world.index()
        self.world.tell("customer", customer)
        words = f"User {customer.name} changed from {old_phone} to {customer.phone}"
        system = {"type": "user_changed_number", "body": words, "wa_id": customer.phone, "user_id": customer.user_id}
        update = {
            "wa_id": customer.phone,
            "detail": "User changed phone number",
            "user_id": {"previous": old_user_id, "current": customer.user_id},
            "timestamp": str(int(self.world.now())),
        }
        for number in self._numbers_of(customer):
            stamp = {"id": new_wamid(old_phone), "timestamp": update["timestamp"], "type": "system"}
            sender = {"from": old_phone, "from_user_id": old_user_id}
            value = {**payloads.frame(number), "messages": [{**sender, **stamp, "system": system}]}
            lane = f"{number.id}:{customer.id}"
            self.outbox.put(number.account_id, "messages", value, lane=lane, number_id=number.id)
            news = {**payloads.frame(number), "user_id_update": [update]}
            self.outbox.put(number.account_id, "user_id_update", news, lane=lane, number_id=number.id)

    def prefer(self, customer: Customer, number: Number, value: str) -> None:
        """Stop or resume marketing messages: reported as user_preferences; after stop, such templates fail (131050)."""
        if value not in ("stop", "resume"):
            raise CustomerError("The preference is stop or resume.")
        traits = {k: v for k, v in customer.traits.items() if k != "opted_out"}
        customer.traits = {**traits, "opted_out": True} if value == "stop" else traits
        known = {"wa_id": customer.phone} if customer.shares_phone else {}
        row = {
            **known,
            "user_id": customer.user_id,
            "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(self.world.now()),
        }
        news = {**payloads.frame(number), "contacts": [payloads.contact(customer)], "user_preferences": [row]}
        self.outbox.put(number.account_id, "user_preferences", news, number_id=number.id)
        self.world.tell("customer", customer)

    def _numbers_of(self, customer: Customer) -> list[Number]:
        """Those the customer has a chat with; all where there is none."""
        met = [self.world.numbers[n] for n, c in self.world.chats if c == customer.id]
        return met or list(self.world.numbers.values())


def _kind_sent(mime_type: str) -> str:
    return kind_of(mime_type) if kind_of(mime_type) in KINDS else "document"


def options(message: Message) -> list[dict]:
    """What can be tapped on a message: [{kind, id, title, description?}]; kind button_reply, list_reply or button."""
    body = message.body if isinstance(message.body, dict) else {}
    if message.type == "template":
        buttons = (message.shown or {}).get("buttons", [])
        return [
            {"kind": "button", "id": b["payload"], "title": b["text"]} for b in buttons if b["type"] == "quick_reply"
        ]
    if message.type != "interactive" or message.direction != "out":
        return []
    action = body.get("action") or {}
    if body.get("type") == "button":
        return [{"kind": "button_reply", **b["reply"]} for b in action["buttons"]]
    rows = [row for section in action.get("sections") or [] for row in section.get("rows") or []]
    return [{"kind": "list_reply", **row} for row in rows] if body.get("type") == "list" else []


def flow_token(message: Message) -> str:
    """The token that was sent with a flow message or a template's flow button; Meta's "unused" where none was."""
    if message.type == "template":
        buttons = (message.shown or {}).get("buttons", [])
        return next((b["token"] for b in buttons if b["type"] == "flow"), "unused")
    parameters = ((message.body or {}).get("action") or {}).get("parameters") or {}
    return parameters.get("flow_token") or "unused"
