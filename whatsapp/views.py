"""Meta's webhook: prove who calls, keep what they say, answer. Everything else happens after the answer."""

import re
from hmac import compare_digest

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.http import HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from whatsapp import signature
from whatsapp.models import Account, WebhookCall
from whatsapp.processing import PROCESS
from whatsapp.wake import wake

STATUSES = re.compile(rb'"statuses"\s*:\s*\[')
MESSAGES = re.compile(rb'"messages"\s*:\s*\[')


@csrf_exempt
@require_http_methods(["GET", "POST"])
def webhook(request):
    """GET proves to Meta that the address is ours; POST brings events. 503 while the database is away: Meta repeats.

    Source: Meta, webhooks/create-webhook-endpoint.
    """
    try:
        return verify(request) if request.method == "GET" else take(request)
    except DatabaseTrouble:
        return plain("The database is away. Please repeat.", 503)


def verify(request):
    """200 with the challenge when the token is one of our accounts', else 403."""
    given = request.GET.get("hub.verify_token", "")
    if request.GET.get("hub.mode") == "subscribe" and is_verify_token(given):
        return plain(request.GET.get("hub.challenge", ""), 200)
    return plain("This verify token belongs to no account here.", 403)


def is_verify_token(given):
    tokens = Account.objects.exclude(verify_token="").values_list("verify_token", flat=True)
    return any(compare_digest(token.encode(), given.encode("utf-8", "replace")) for token in tokens)


def take(request):
    """Committed before the 200: what Meta was told to be safe is safe. 413 counts the bytes that came."""
    try:
        body = request.read(settings.WEBHOOK_MAX_BYTES + 1)
    except UnreadablePostError:
        return plain("The body broke off.", 400)
    if len(body) > settings.WEBHOOK_MAX_BYTES:
        return plain("Larger than 3 MiB.", 413)
    account = signer(body, request.headers.get("X-Hub-Signature-256"))
    if account is None:
        return plain("The signature fits no account here.", 401)
    kept = {"body": body, "size_bytes": len(body), "is_receipts": brings_receipts_only(body)}
    WebhookCall.objects.create(account=account, **kept)
    wake(PROCESS)
    return plain("Kept.", 200)


def brings_receipts_only(body):
    """Told by a look at the bytes: such calls let customers' words go first. Nothing breaks where the look errs."""
    return bool(STATUSES.search(body)) and not MESSAGES.search(body)


def signer(body, header):
    """An account whose app secret signed these very bytes, or None. Accounts of one app share a secret: tried once."""
    accounts = {account.app_secret: account for account in Account.objects.only("app_secret").order_by("-pk")}
    return accounts.get(signature.matches(accounts, body, header))


def plain(words, status):
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
