"""Customers who write: Meta's webhook bodies, signed."""

import json
import time
import uuid

from whatsapp.signature import sign

FIRST_PHONE = 4915550000000


def text_from(customer, number, text="Where is my parcel?"):
    """A signed webhook, as (body, headers), in which customer no. `customer` writes to one of run.json's numbers."""
    return _signed(number, {"contacts": [_person(customer)], "messages": [_message(customer, text)]})


def receipt_of(wamid, customer, number, status="delivered"):
    """A signed webhook that reports what became of one of our messages."""
    told = {"id": wamid, "status": status, "timestamp": str(int(time.time())), "recipient_id": _phone(customer)}
    return _signed(number, {"statuses": [told]})


def _phone(customer):
    return str(FIRST_PHONE + customer)


def _person(customer):
    return {"wa_id": _phone(customer), "profile": {"name": f"Benchmark {customer}"}}


def _message(customer, text):
    return {
        "from": _phone(customer),
        "id": f"wamid.bench.{uuid.uuid4().hex}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }


def _signed(number, news):
    told = {"phone_number_id": number["phone_number_id"], "display_phone_number": number.get("digits", "")}
    value = {"messaging_product": "whatsapp", "metadata": told, **news}
    change = {"field": "messages", "value": value}
    payload = {"object": "whatsapp_business_account", "entry": [{"id": number["waba_id"], "changes": [change]}]}
    body = json.dumps(payload).encode()
    return body, {"Content-Type": "application/json", "X-Hub-Signature-256": sign(number["app_secret"], body)}
