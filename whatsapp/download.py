"""Fetching a customer's file from where Meta says it lies.

The access token goes only to the API's own origin and to Meta's file host. Any other address, also after a redirect,
is fetched over https without the token: a forged or mistaken address must not learn it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, urljoin, urlsplit

import requests

from whatsapp.errors import Refused, TryLater, Unreachable
from whatsapp.transport import BearerToken, retry_after_seconds

FILE_HOST = "lookaside.fbsbx.com"
MAX_REDIRECTS = 3
CHUNK_BYTES = 64 * 1024
NOT_DOWNLOADED = 131052
# No user name, backslash or blank: nothing that two readers of an address could read in two ways.
ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+([/?][^\s\\]*)?", re.IGNORECASE)
PORTS = {"http": 80, "https": 443}


@contextmanager
def download(
    session: requests.Session, url: str, api_url: str, bearer: BearerToken, timeout_seconds: tuple[float, float]
) -> Iterator[Iterator[bytes]]:
    """Yields the pieces of the file. Raises GraphError at opening and while reading."""
    answer = opened(session, url, api_url, bearer, timeout_seconds)
    try:
        yield pieces(answer)
    finally:
        answer.close()


def opened(
    session: requests.Session, url: str, api_url: str, bearer: BearerToken, timeout_seconds: tuple[float, float]
) -> requests.Response:
    for _ in range(MAX_REDIRECTS + 1):
        auth = bearer if is_trusted(checked(url, api_url), api_url) else unsigned
        try:
            answer = session.get(url, auth=auth, timeout=timeout_seconds, stream=True, allow_redirects=False)
        except requests.RequestException as error:
            raise Unreachable(title=type(error).__name__) from error
        if not answer.is_redirect:
            return fit(answer)
        url = target(answer)
        answer.close()
    raise Refused(NOT_DOWNLOADED, "Too many redirects")


def target(answer: requests.Response) -> str:
    """Where a redirect leads; "" for what is no address."""
    try:
        return urljoin(answer.url, answer.headers["Location"])
    except ValueError:
        return ""


def checked(url: str, api_url: str) -> SplitResult:
    """Raises Refused for an address that is not plain https (plain http only at the API's own origin)."""
    if not ADDRESS.fullmatch(url):
        raise Refused(NOT_DOWNLOADED, "The file's address is not usable")
    try:
        parts = urlsplit(url)
        origin(parts)
    except ValueError as error:
        raise Refused(NOT_DOWNLOADED, "The file's address is not usable") from error
    if parts.scheme != "https" and origin(parts) != origin(urlsplit(api_url)):
        raise Refused(NOT_DOWNLOADED, "The file's address is not encrypted")
    return parts


def is_trusted(parts: SplitResult, api_url: str) -> bool:
    return origin(parts) in (origin(urlsplit(api_url)), ("https", FILE_HOST, PORTS["https"]))


def origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme]


def unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No token, and none from a ~/.netrc either."""
    return request


def fit(answer: requests.Response) -> requests.Response:
    """Refused means: this address is no longer good, ask for another one."""
    status = answer.status_code
    if status == 200:
        return answer
    wait = retry_after_seconds(answer.headers)
    answer.close()
    if status == 429 or status >= 500:
        raise TryLater(NOT_DOWNLOADED, f"HTTP {status}", http_status=status, retry_after_seconds=wait)
    raise Refused(NOT_DOWNLOADED, f"HTTP {status}", http_status=status)


def pieces(answer: requests.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_content(CHUNK_BYTES)
    except requests.RequestException as error:
        raise Unreachable(title=type(error).__name__) from error
