"""Every error in one shape: `application/problem+json` (RFC 9457) with a stable `code` and, where one is to blame, the
`field`."""

import logging

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from psycopg.errors import DeadlockDetected
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from inbox.actions.refusals import Refusal
from inbox.api.codes import CODES, TITLES

logger = logging.getLogger(__name__)


class Unavailable(exceptions.APIException):
    """The database is away. `wait`: seconds until it makes sense to ask again."""

    status_code, wait = 503, 4
    default_detail = "The database is away. Send the request again in a moment, under the same Idempotency-Key."


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = "The body is larger than the API takes."


CODE_OF = {
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "key_refused",
    exceptions.PermissionDenied: "scope_missing",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "media_type_unknown",
    exceptions.Throttled: "too_many_requests",
    exceptions.ParseError: "body_unreadable",
    TooLarge: "too_large",
    Unavailable: "unavailable",
}


# Of these DRF tells what is so, and not what to do; the words of their codes do.
TOLD_BY_CODE = (exceptions.NotAuthenticated, exceptions.Throttled, exceptions.UnsupportedMediaType)


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"


def handle(error, context):
    """DRF's exception handler. None lets what nobody foresaw become a 500 that is logged."""
    error = known(error)
    if isinstance(error, Refusal):
        return answer(context, error.status_code, error.code, error.words, error.field)
    if isinstance(error, exceptions.ValidationError):
        return invalid(context, error)
    if isinstance(error, exceptions.APIException):
        code = next((code for kind, code in CODE_OF.items() if isinstance(error, kind)), "failed")
        return answer(context, error.status_code, code, words_of(error, code), headers=headers_of(error))
    return None


def words_of(error, code):
    """What was said on raising it; where nothing was, the words of its code."""
    is_wordless = isinstance(error, TOLD_BY_CODE) or error.detail == type(error).default_detail
    return CODES[code][1] if is_wordless and code in CODES else str(error.detail)


def known(error):
    """What Django and the database raise, in words of ours."""
    if isinstance(error, Http404 | ObjectDoesNotExist):  # the latter: deleted while it was being asked for
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError("The request could not be read.")
    if is_collision(error):
        logger.warning("A request of a program met another: %s", type(error.__cause__).__name__)
        return Refusal("meanwhile", "Something else changed this at the same moment. Send the request again.")
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("The database did not serve a request of a program: %s", type(error.__cause__).__name__)
        return Unavailable()
    return error


def is_collision(error):
    """What only the database sees: a row that was taken, or deleted, by somebody else at this very moment."""
    is_deadlock = isinstance(error, OperationalError) and isinstance(error.__cause__, DeadlockDetected)
    return is_deadlock or isinstance(error, IntegrityError)


def invalid(context, error):
    """The first wrong field stands in `field`; all of them in `errors`, each once: what we say last is plainest."""
    errors = list({one["field"]: one for one in flatten(error.detail)}.values())
    first = errors[0]
    return answer(context, 400, "invalid", first["detail"], first["field"], errors=errors)


def flatten(detail, at=""):
    """DRF's nested errors as [{"field": "participants.0", "code": ..., "detail": ...}]."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from flatten(inner, at if name == "non_field_errors" else f"{at}.{name}".strip("."))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            is_nested = isinstance(inner, dict | list)
            yield from flatten(inner, f"{at}.{place}".strip(".") if is_nested else at)
    else:
        yield {"field": at, "code": detail.code, "detail": str(detail)}


def answer(context, status, code, detail, field="", headers=None, **more):
    set_rollback()
    body = body_of(status, code, detail, **({"field": field} if field else {}), **more)
    response = Response(body, status=status, headers=headers)
    if context.get("request") is not None:
        render_as_problem(context["request"])
    return response


def render_as_problem(request):
    request.accepted_renderer, request.accepted_media_type = ProblemRenderer(), ProblemRenderer.media_type


def body_of(status, code, detail, **more):
    title = TITLES.get(status, "Failed")
    return {"type": f"urn:switchboard:{code}", "title": title, "status": status, "code": code, "detail": detail, **more}


def headers_of(error):
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)
    return headers
