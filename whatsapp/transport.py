"""How requests leave and answers come back: connections, the token, and which failure means what."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from whatsapp.errors import GraphError, Unclear, Unreachable
from whatsapp.inbound.reading import Undecodable, amount, decode, storable

USER_AGENT = "Switchboard/1.0 (WhatsApp team inbox)"
LONGEST_WAIT_SECONDS = 24 * 3600
USAGE_HEADER = "X-Business-Use-Case-Usage"
NEVER_LEFT = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)

kept = threading.local()


class DirectSession(requests.Session):
    """Follows no redirect and does not even look at one: requests would fall over a malformed address in it. What the
    environment says of proxies and certificates is looked up once for each host, not for each request."""

    def __init__(self):
        super().__init__()
        self._surroundings: dict[tuple, dict] = {}

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None

    def merge_environment_settings(self, url, proxies, stream, verify, cert) -> dict:
        asked = (urlsplit(url).netloc, tuple((proxies or {}).items()), stream, verify, cert)
        if asked not in self._surroundings:
            self._surroundings[asked] = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return dict(self._surroundings[asked])


def session() -> requests.Session:
    """This thread's connections, kept alive between calls. It keeps no cookies: tokens of several accounts share it."""
    if not hasattr(kept, "session"):
        kept.session = DirectSession()
        kept.session.headers["User-Agent"] = USER_AGENT
        kept.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return kept.session


class BearerToken(requests.auth.AuthBase):
    """As an auth object, because requests lets a stray ~/.netrc overrule a plain header."""

    def __init__(self, access_token: str):
        self.access_token = access_token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.access_token}"
        return request


def transport_error(error: requests.RequestException) -> GraphError:
    """Unreachable only where the request certainly never left; everything else may have been carried out."""
    causes = list(chain(error))
    refused = any(isinstance(cause, NewConnectionError | ssl.SSLCertVerificationError) for cause in causes)
    kind = Unreachable if refused or isinstance(error, NEVER_LEFT) else Unclear
    return kind(title=type(error).__name__)


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies beneath: urllib3 wraps causes as arguments and as `reason`, Python as context."""
    found: BaseException | None = error
    while found is not None:
        yield found
        wrapped = [part for part in found.args if isinstance(part, BaseException)]
        found = getattr(found, "reason", None) or (wrapped[0] if wrapped else None)
        found = found if isinstance(found, BaseException) else None


def usable_json(answer: requests.Response) -> object:
    """The body as JSON that can be stored, None where it is none."""
    try:
        return storable(decode(answer.content))
    except Undecodable:
        return None


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """From `Retry-After` or Meta's usage header. Meta documents neither for throttling: None is usual."""
    waits = [wait for wait in (stated_wait(headers.get("Retry-After", "")), usage_wait(headers)) if wait is not None]
    return min(max(waits), LONGEST_WAIT_SECONDS) if waits else None


def stated_wait(header: str) -> float | None:
    """Seconds, or the time of day in HTTP's form."""
    seconds = amount(header)
    if seconds is not None:
        return max(0.0, seconds)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def usage_wait(headers: Mapping[str, str]) -> float | None:
    """The longest `estimated_time_to_regain_access`, which Meta counts in minutes."""
    try:
        usage = decode(headers.get(USAGE_HEADER, "").encode())
    except Undecodable:
        return None
    by_account = usage.values() if isinstance(usage, dict) else []
    rows = [row for told in by_account for row in (told if isinstance(told, list) else [told])]
    minutes = [amount(row.get("estimated_time_to_regain_access")) for row in rows if isinstance(row, dict)]
    return max((wait * 60.0 for wait in minutes if wait), default=None)
