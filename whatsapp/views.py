"""Meta's webhook, as far as Django answers it."""

from hmac import compare_digest

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.http import HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from whatsapp.keeping import AWAY, TOO_LARGE, Post, keep
from whatsapp.models import Account


@csrf_exempt
@require_http_methods(["GET", "POST"])
def webhook(request):
    """GET proves to Meta that the address is ours; POST brings events. 503 while the database is away: Meta repeats.

    Source: Meta, webhooks/create-webhook-endpoint.
    """
    try:
        return verify(request) if request.method == "GET" else take(request)
    except DatabaseTrouble:
        return plain(AWAY.words, AWAY.status)


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
    """Where no ASGI server runs (whatsapp.intake). 413 counts the bytes that came."""
    try:
        body = request.read(settings.WEBHOOK_MAX_BYTES + 1)
    except UnreadablePostError:
        return plain("The body broke off.", 400)
    if len(body) > settings.WEBHOOK_MAX_BYTES:
        return plain(TOO_LARGE.words, TOO_LARGE.status)
    [told] = keep([Post(body, request.headers.get("X-Hub-Signature-256"))])
    return plain(told.words, told.status)


def plain(words, status):
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
