"""Meta's side of the webhook: signed posts to the real view, and the worker that is woken for them."""

import json

from django.test import Client

from tests.factories import make_number
from tests.whatsapp.captured import NUMBER, WABA
from whatsapp import processing
from whatsapp.models import Account, Number, WebhookCall
from whatsapp.signature import sign

ADDRESS = "/webhooks/whatsapp/"
SECRET = "the app's secret"


def make_captured_number():
    """The number and account that the files in tests/payloads speak of."""
    account = Account.objects.create(
        name="Captured", waba_id=WABA, app_secret=SECRET, access_token="token", verify_token="prove it"
    )
    number = make_number(account=account)
    Number.objects.filter(pk=number.pk).update(phone_number_id=NUMBER, display_phone_number="+49 30 55500142")
    number.refresh_from_db()
    return number


def post(body, secret=SECRET, **headers):
    """POST a body (bytes, or a JSON value) with its signature."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"HTTP_X_HUB_SIGNATURE_256": sign(secret, body), **headers}
    return Client().generic("POST", ADDRESS, body, content_type="application/json", **headers)


def delivered(body):
    """Post and process. Returns the WebhookCall."""
    assert post(body).status_code == 200
    call = WebhookCall.objects.latest("pk")
    assert processing.process(call.pk)
    call.refresh_from_db()
    return call


def payload(*messages, contacts=(), number=NUMBER, waba=WABA):
    """Meta's envelope around elements of `messages`."""
    metadata = {"display_phone_number": "493055500142", "phone_number_id": number}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": list(contacts)}
    change = {"field": "messages", "value": {**value, "messages": list(messages)}}
    return {"object": "whatsapp_business_account", "entry": [{"id": waba, "changes": [change]}]}


def words(wamid, text="Hi", sender="491725550137", at=1795000010, **more):
    """A text element of `messages`."""
    return {"from": sender, "id": wamid, "timestamp": str(at), "type": "text", "text": {"body": text}, **more}
