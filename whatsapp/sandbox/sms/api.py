"""POST and GET of /2010-04-01/Accounts/{sid}/Messages: what a business sends through the gateway, and asks of it."""

import asyncio
from email.utils import formatdate

from aiohttp import BasicAuth, hdrs, web

from whatsapp.sandbox.faults import Faults
from whatsapp.sandbox.sms.callbacks import API_VERSION, Callbacks
from whatsapp.sandbox.sms.exchange import Exchange
from whatsapp.sandbox.sms.records import Account, Text
from whatsapp.sandbox.sms.refusals import FAILURES, Refusal

EXCHANGE = web.AppKey("sms_exchange", Exchange)
CALLBACKS = web.AppKey("sms_callbacks", Callbacks)
SMS_FAULTS = web.AppKey("sms_faults", Faults)

ACCOUNT = f"/{API_VERSION}/Accounts/{{sid}}"


def routes() -> list[web.RouteDef]:
    return [
        web.post(ACCOUNT + "/Messages.json", create),
        web.get(ACCOUNT + "/Messages/{message}.json", show),
        web.get(ACCOUNT + ".json", show_account),
    ]


async def create(request: web.Request) -> web.Response:
    """Form fields To, From, Body, StatusCallback. 201 with the message, or Twilio's refusal; then the callbacks."""
    faults = request.app[SMS_FAULTS]
    if latency := faults.take("latency"):
        await asyncio.sleep(latency.get("seconds", 0.05))
    if outage := faults.take("outage"):
        return _out_of_order(request, outage.get("how", "503"))
    try:
        text = await _accept(request)
    except Refusal as refusal:
        return web.json_response(refusal.body(), status=refusal.status)
    request.app[CALLBACKS].follow(text)
    if faults.take("drop_answer"):
        return _cut(request)
    if hang := faults.take("hang"):
        await asyncio.sleep(hang.get("seconds", 3600))
    return web.json_response(view(text), status=201)


async def _accept(request: web.Request) -> Text:
    account = caller(request)
    form = {name: str(value) for name, value in (await request.post()).items()}
    to = form.get("To", "").strip()
    if refuse := request.app[SMS_FAULTS].take("refuse", customer=to):
        raise Refusal(refuse.get("code", 20500), refuse.get("details", ""), refuse.get("status"))
    sender, callback = form.get("From", "").strip(), form.get("StatusCallback", "")
    text = request.app[EXCHANGE].accept(account, to, sender, form.get("Body", ""), callback)
    if fail := request.app[SMS_FAULTS].take("fail", customer=to):
        text.fate = fail.get("code", 30003)
    return text


async def show(request: web.Request) -> web.Response:
    try:
        account = caller(request)
        text = request.app[EXCHANGE].texts.get(request.match_info["message"])
        if text is None or text.account_sid != account.sid:
            raise Refusal(20404, f"The requested resource {request.path} was not found")
    except Refusal as refusal:
        return web.json_response(refusal.body(), status=refusal.status)
    return web.json_response(view(text))


async def show_account(request: web.Request) -> web.Response:
    try:
        account = caller(request)
    except Refusal as refusal:
        return web.json_response(refusal.body(), status=refusal.status)
    return web.json_response({"sid": account.sid, "friendly_name": "Sandbox", "status": "active", "type": "Full"})


def caller(request: web.Request) -> Account:
    """The account of the basic auth, which must be the one in the address. Raises Refusal 20003."""
    try:
        given = BasicAuth.decode(request.headers.get(hdrs.AUTHORIZATION, ""), encoding="utf-8")
    except ValueError:
        raise Refusal(20003) from None
    account = request.app[EXCHANGE].account(given.login, given.password)
    if account.sid != request.match_info["sid"]:
        raise Refusal(20003)
    return account


def view(text: Text) -> dict:
    """A message as Twilio's Message resource has it."""
    path, at = f"/{API_VERSION}/Accounts/{text.account_sid}/Messages/{text.sid}", formatdate(text.at)
    return {
        "account_sid": text.account_sid,
        "api_version": API_VERSION,
        "body": text.body,
        "date_created": at,
        "date_sent": None if text.status == "queued" else at,
        "date_updated": at,
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": FAILURES.get(text.error_code),
        "from": text.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(text.segments),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": text.to,
        "uri": f"{path}.json",
    }


def _out_of_order(request: web.Request, how: str) -> web.Response:
    if how == "cut":
        return _cut(request)
    if how == "html":
        return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
    return web.json_response(Refusal(20503).body(), status=503)


def _cut(request: web.Request) -> web.Response:
    """Close the connection without a byte of answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
