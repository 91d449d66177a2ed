"""Every error in one shape: `application/problem+json` (RFC 9457) with a stable `code` and, where one is to blame, the
`field`."""

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from inbox.actions.refusals import Refusal
from inbox.api.codes import TITLES


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
}


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"


def handle(error, context):
    """DRF's exception handler. None lets what nobody foresaw become a 500 that is logged."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge()
    if isinstance(error, Refusal):
        return answer(context, error.status_code, error.code, error.words, error.field)
    if isinstance(error, exceptions.ValidationError):
        return invalid(context, error)
    if isinstance(error, exceptions.APIException):
        code = next((code for kind, code in CODE_OF.items() if isinstance(error, kind)), "failed")
        return answer(context, error.status_code, code, str(error.detail), headers=headers_of(error))
    return None


@csrf_exempt
def nowhere(request):
    """An address that no resource has."""
    return JsonResponse(
        body_of(404, "not_found", "The API has nothing at this address."),
        status=404,
        content_type=ProblemRenderer.media_type,
    )


def invalid(context, error):
    """The first wrong field stands in `field`; all of them in `errors`."""
    errors = list(flatten(error.detail))
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
    request = context.get("request")
    if request is not None:
        request.accepted_renderer, request.accepted_media_type = ProblemRenderer(), ProblemRenderer.media_type
    return response


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
