"""Every endpoint with every scope. The endpoints come from the addresses themselves, so that none can be forgotten."""

from dataclasses import dataclass

import pytest
from django.urls import URLResolver, get_resolver

from inbox.api.permissions import ANY_KEY
from inbox.models import ApiKey

# Answer without a key: an address that is none, and the API's description of itself.
OPEN = {"Nowhere", "Schema", "Docs"}
A_VALUE = {"int": "999999999", "uuid": "00000000-0000-0000-0000-000000000000"}


@dataclass(frozen=True)
class Endpoint:
    """What can be asked at an address: `scope` is the one that it declares, None where it forgot to."""

    method: str
    path: str
    scope: str | None

    def __str__(self):
        return f"{self.method} {self.path}"


def patterns_of(resolver, prefix=""):
    """(address with a value in each place, its view) of everything below."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns_of(pattern, route)
        else:
            yield route, pattern


def path_of(route, pattern):
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        value = A_VALUE.get(kind, "x")
        route = route.replace(f"<{kind}:{name}>", value).replace(f"<{name}>", value)
    return f"/{route}"


def endpoints():
    for route, pattern in patterns_of(get_resolver()):
        view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
        if route.startswith("api/") and getattr(view, "__name__", "") not in OPEN:
            for method, action in sorted(getattr(pattern.callback, "actions", {"?": ""}).items()):
                if method != "head":
                    yield Endpoint(method, path_of(route, pattern), getattr(view, "scopes", {}).get(action))


ENDPOINTS = list(endpoints())
SCOPES = list(ApiKey.Scope.values)


def asked_of(program, endpoint):
    """The status of an empty request to it, and the code of a refusal."""
    answer = program.client.generic(
        endpoint.method.upper(), endpoint.path, "{}", content_type="application/json", headers=program.headers()
    )
    return answer.status_code, answer.json().get("code") if answer.status_code >= 400 else ""


def refuses(program, endpoint):
    status, code = asked_of(program, endpoint)
    assert status < 500, endpoint
    if status == 403:
        assert code in ("scope_missing", "templates_only"), endpoint
    return status == 403


def test_the_walk_finds_the_endpoints():
    found = {str(endpoint) for endpoint in ENDPOINTS}
    assert "post /api/v1/conversations/999999999/template-messages/" in found
    assert "delete /api/v1/conversations/999999999/tags/" in found
    assert "get /api/v1/key/" in found


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_every_endpoint_says_which_scope_it_needs(endpoint):
    assert endpoint.scope is not None
    assert endpoint.scope in (ANY_KEY, *SCOPES)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_alone_opens_exactly_what_declares_it(program, scope):
    crm = program(scope, requests_per_minute=10_000)
    opened = {str(endpoint) for endpoint in ENDPOINTS if not refuses(crm, endpoint)}
    assert opened == {str(endpoint) for endpoint in ENDPOINTS if endpoint.scope in (scope, ANY_KEY)}


def test_without_a_scope_a_key_learns_only_about_itself(program):
    crm = program("numbers:read", requests_per_minute=10_000)
    ApiKey.objects.update(scopes=[])
    opened = {str(endpoint) for endpoint in ENDPOINTS if not refuses(crm, endpoint)}
    assert opened == {str(endpoint) for endpoint in ENDPOINTS if endpoint.scope == ANY_KEY}


@pytest.mark.django_db
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
def test_without_a_key_no_endpoint_answers(client, endpoint):
    answer = client.generic(endpoint.method.upper(), endpoint.path, "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_that_opens_nothing_is_not_offered(scope):
    assert scope in {endpoint.scope for endpoint in ENDPOINTS}
