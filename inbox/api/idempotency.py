"""A write that a program names with `Idempotency-Key` happens once, however often it is sent; kept 24 hours.

The name, what was done and the answer are committed together. So only what was done is kept: a write that was refused
(4xx) or broke half-way left nothing behind, and may be sent again under the same name, mended or as it was.
"""

import re
from hashlib import file_digest, sha256

from django.db import transaction
from django.utils import timezone
from rest_framework.response import Response

from inbox.actions.refusals import Refusal
from inbox.api.problems import render_as_problem
from inbox.models import IdempotencyKey
from whatsapp.prepared import Place, Prepared, prepared

NAME_LIMIT = 255
NAME = re.compile(rf"[!-~]{{1,{NAME_LIMIT}}}")


def once(handler, name, request, *args, **kwargs):
    """Run `handler` unless this key has named this write before; then answer as it was answered. Raises Refusal for a
    name that stands for another request, or whose first request still runs."""
    if not NAME.fullmatch(name):
        words = f"An Idempotency-Key is 1 to {NAME_LIMIT} letters, digits and signs of ASCII without spaces."
        raise Refusal("idempotency_key_invalid", words, status_code=400)
    digest = digest_of(request)
    with transaction.atomic():
        take_turn(request.auth, name)
        before = recall(request.auth, name)
        if before:
            return repeated(before, digest, request)
        response = handler(request, *args, **kwargs)
        IdempotencyKey.objects.create(
            api_key=request.auth, name=name, request_digest=digest, status=response.status_code, body=kept(response)
        )
        return response


def kept(response):
    """The answer as it is repeated: without what is shown once (`shown_once`, names of fields)."""
    hidden = getattr(response, "shown_once", ())
    return {**response.data, **dict.fromkeys(hidden)} if hidden else response.data


def digest_of(request):
    whole = b"\n".join([request.method.encode(), request.get_full_path().encode(), what_is_told(request)])
    return sha256(whole).hexdigest()


def what_is_told(request):
    """The body; of a form its fields and files, since what stands between them is another each time."""
    if not request.content_type.startswith("multipart/"):
        return request._request.body
    fields = sorted(request.POST.lists())
    files = [(name, file.name, digest_of_file(file)) for name, file in sorted(request.FILES.items())]
    return repr((fields, files)).encode()


def digest_of_file(file):
    file.seek(0)
    digest = file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


def take_turn(key, name):
    """Hold the name until the end of the transaction; no lock is left behind by a process that dies."""
    number = int.from_bytes(sha256(f"{key.pk}:{name}".encode()).digest()[:8], "big", signed=True)
    with prepared("SELECT pg_try_advisory_xact_lock(%s)", [number]) as cursor:
        if not cursor.fetchone()[0]:
            words = "The first request with this Idempotency-Key is still running. Ask again in a moment."
            raise Refusal("idempotency_key_running", words, status_code=409)


def recall(key, name):
    """What this name was answered in the last 24 hours, or None."""
    before = NAMED.first(api_key=key.pk, name=name)
    if before and before.created_at < timezone.now() - IdempotencyKey.KEPT:
        before.delete()
        return None
    return before


NAMED = Prepared(lambda: IdempotencyKey.objects.filter(api_key=Place("api_key"), name=Place("name")))


def repeated(before, digest, request):
    if before.request_digest != digest:
        words = "This Idempotency-Key was used for another request. Choose a new one."
        raise Refusal("idempotency_key_reused", words, status_code=409)
    if before.status >= 400:  # what was done was to fail, as an answer among two machines
        render_as_problem(request)
    return Response(before.body, status=before.status, headers={"Idempotency-Replayed": "true"})
