"""Who asks: a program with its key, as `Authorization: Bearer sb_<identifier>_<secret>`."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from inbox.models import ApiKey, Installation
from inbox.models.installation import ONLY
from whatsapp.prepared import Place, Prepared

USED_EVERY = timedelta(minutes=1)
REFUSED = "This API key is unknown, expired or revoked. Make a new one in the admin under API keys."


@dataclass(frozen=True)
class Integration:
    """The program behind a key, where Django expects a user."""

    key: ApiKey
    is_authenticated: bool = True
    is_active: bool = True

    @property
    def pk(self):
        return self.key.pk


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request):
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = find(token.strip(), timezone.now())
        if key is None:
            raise AuthenticationFailed(REFUSED)
        return Integration(key), key

    def authenticate_header(self, request):
        return 'Bearer realm="Switchboard"'


def find(token, now):
    """The usable ApiKey of a token, marked as used; None for any other token. `rest_api_is_on` says whether it opens
    anything at present."""
    start, _, rest = token.partition("_")
    identifier, _, secret = rest.partition("_")
    if start != "sb" or not secret or not identifier.isalnum():
        return None
    key = NAMED.first(identifier=identifier)
    if key is None or not key.is_usable(now) or not key.opens_with(secret, now):
        return None
    note_use(key, now)
    return key


def _named():
    is_on = Exists(Installation.objects.filter(pk=ONLY, rest_api_is_on=True))
    keys = ApiKey.objects.select_related("number").annotate(rest_api_is_on=is_on)
    return keys.filter(identifier=Place("identifier")).order_by()


NAMED = Prepared(_named)


def note_use(key, now):
    """Once a minute is exact enough, and spares a write with every request."""
    if key.last_used_at is None or now - key.last_used_at > USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        key.last_used_at = now


class KeyScheme(OpenApiAuthenticationExtension):
    """How the API's description speaks of keys."""

    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "A key from Admin > API keys."}
