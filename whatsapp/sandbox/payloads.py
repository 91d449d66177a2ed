"""Webhook bodies as Meta writes them, and the signature over their bytes. Pure."""

import hashlib
import hmac
import json

from whatsapp.sandbox.records import Customer, Message, Number


def encode(payload: object) -> bytes:
    r"""Meta's own serialised form: ASCII, lower-case \uXXXX, and "/" written as "\/"."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signature(app_secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256: HMAC-SHA256 of the raw body, in hex, with its prefix."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def frame(number: Number) -> dict:
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.digits, "phone_number_id": number.id},
    }


def contact(customer: Customer) -> dict:
    """One element of `contacts`; without `wa_id` for someone who hides the phone number."""
    profile = {"name": customer.name}
    if customer.username:
        profile["username"] = customer.username
    known = {"wa_id": customer.phone} if customer.shares_phone else {}
    return {"profile": profile, **known, "user_id": customer.user_id}


def inbound(number: Number, customer: Customer, element: dict, omit: tuple[str, ...] = ()) -> dict:
    """The value of field `messages` for one inbound element. `omit`: from, from_user_id, contacts."""
    sender = {"from": customer.phone, "from_user_id": customer.user_id}
    if not customer.shares_phone:
        del sender["from"]
    who = {k: v for k, v in sender.items() if k not in omit}
    value = {**frame(number), "contacts": [contact(customer)], "messages": [{**who, **element}]}
    if "contacts" in omit:
        del value["contacts"]
    return value


def status(number: Number, customer: Customer, message: Message, word: str, at: float, contacts: bool = True) -> dict:
    """The value of field `messages` for one status of an outbound message."""
    row = {"id": message.id, "status": word, "timestamp": str(int(at))}
    if customer.shares_phone or message.addressed_by == "phone":
        row["recipient_id"] = customer.phone
    row["recipient_user_id"] = customer.user_id
    if message.callback_data:
        row["biz_opaque_callback_data"] = message.callback_data
    if word in ("sent", "delivered"):
        row["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": message.category}
    if word == "failed":
        row["errors"] = [message.error]
    known = {"contacts": [contact(customer)]} if contacts else {}
    return {**frame(number), **known, "statuses": [row]}


def entry(account_id: str, field: str, value: object, at: float) -> dict:
    """One element of `entry`; `time` stands only outside of `messages`."""
    stamp = {} if field in ("messages", "smb_message_echoes") else {"time": int(at)}
    return {"id": account_id, **stamp, "changes": [{"field": field, "value": value}]}


def envelope(entries: list[dict]) -> dict:
    return {"object": "whatsapp_business_account", "entry": entries}


def batch(changes: list[tuple[str, str, dict]], at: float) -> dict:
    """Many changes `(account id, field, value)` in one POST: one entry per account, values of one shape folded."""
    entries: dict[str, dict] = {}
    for account_id, field, value in changes:
        row = entries.setdefault(account_id, entry(account_id, field, value, at) | {"changes": []})
        _fold(row["changes"], field, value)
    return envelope(list(entries.values()))


def _fold(changes: list[dict], field: str, value: dict) -> None:
    key = next((k for k in ("messages", "statuses") if k in value), None)
    for change in changes if key else ():
        held = change["value"]
        if change["field"] == field and held.get("metadata") == value["metadata"] and key in held:
            held[key] = held[key] + value[key]
            held["contacts"] = _joined(held.get("contacts", []), value.get("contacts", []))
            return
    changes.append({"field": field, "value": dict(value)})


def _joined(old: list[dict], new: list[dict]) -> list[dict]:
    return old + [row for row in new if row not in old]
