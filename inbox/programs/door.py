"""The one door to integrators' programs: `post` calls an address that somebody entered, and cannot be harmed by it;
`check` looks at an address before it is stored.

Only public addresses by https (and what PROGRAMS_ALLOWED_NETWORKS names), no redirects, the whole call bounded in time
and its answer in size. The call runs in a thread of its own and its connection is cut when time is up: a server that
sends a byte now and then would keep any timeout of a socket from firing.
"""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException

import urllib3
from requests import RequestException
from requests.adapters import HTTPAdapter
from requests_hardened import Config, HTTPSession

from inbox.programs.addresses import Place, check, place_of
from inbox.programs.failures import CallFailed, NotAllowed, Redirected, TooSlow, Unreachable

__all__ = ["Answer", "CallFailed", "NotAllowed", "Redirected", "TooSlow", "Unreachable", "check", "post"]

CALL_SECONDS = 10.0
LARGEST_ANSWER = 64 * 1024
USER_AGENT = "Switchboard (https://www.standardwebhooks.com)"
HARDENED = Config(
    ip_filter_enable=False,  # `Pinned` stands in its place: the address was judged already
    ip_filter_allow_loopback_ips=False,
    never_redirect=True,
    default_timeout=(CALL_SECONDS, CALL_SECONDS),
    user_agent_override=USER_AGENT,
)
BROKEN = (RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError)


@dataclass(frozen=True)
class Answer:
    """What a program answered: any status but a redirect, the first 64 KiB of its body, and how long it took."""

    status: int
    body: bytes
    duration_ms: int

    @property
    def is_success(self):
        return 200 <= self.status < 300

    @property
    def words(self):
        """What was wrong with it, in a sentence; "" when nothing was."""
        return "" if self.is_success else f"It answered {self.status}."


def post(url, body, headers, seconds=CALL_SECONDS):
    """POST `body` (bytes) and return the Answer, after at most `seconds`. Raises a CallFailed with a sentence."""
    call = _Call(url, body, headers)
    try:
        return _within(seconds, call.make)
    finally:
        call.cut()


def _within(seconds, ask):
    """The result of `ask()`. Raises TooSlow; what hangs then is left alone."""
    caller = ThreadPoolExecutor(1, "program-call")
    try:
        return caller.submit(ask).result(timeout=seconds)
    except TimeoutError as error:
        raise TooSlow(f"There was no whole answer within {seconds:.3g} seconds.") from error
    finally:
        caller.shutdown(wait=False)


@dataclass
class _Call:
    """One request, and what is needed to cut it off from outside."""

    url: str
    body: bytes
    headers: dict
    is_cut: bool = False
    wires: list = field(default_factory=list)

    def make(self):
        began = time.monotonic()
        place = place_of(self.url)
        with HTTPSession(HARDENED) as session:
            session.trust_env = False
            session.mount(f"{place.scheme}://", Pinned(place, self.watch))
            status, body = self._ask(session)
        if 300 <= status < 400:
            raise Redirected(f"It answered {status}: it points elsewhere. Enter the address that answers itself.")
        return Answer(status, body, round((time.monotonic() - began) * 1000))

    def _ask(self, session):
        headers = {**self.headers, "Accept-Encoding": "identity"}
        try:
            with session.post(self.url, data=self.body, headers=headers, stream=True) as response:
                # As it comes: what is packed would have to be unpacked to know how large it is.
                return response.status_code, response.raw.read(LARGEST_ANSWER, decode_content=False)
        except BROKEN as error:
            raise _failure(error) from error

    def watch(self, connection):
        """A second handle to the connection: it stays ours, whoever wraps the first one for TLS."""
        self.wires.append(connection.dup())
        if self.is_cut:
            self._drop()
        return connection

    def cut(self):
        self.is_cut = True
        self._drop()

    def _drop(self):
        while self.wires:
            with suppress(OSError), self.wires.pop() as wire:
                wire.shutdown(socket.SHUT_RDWR)


class Pinned(HTTPAdapter):
    """Connects to the address that was judged, whatever the name means by now; name and certificate stay the host's."""

    def __init__(self, place: Place, watch):
        super().__init__()
        self.place, self.watch = place, watch

    def build_connection_pool_key_attributes(self, request, verify, cert=None):
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if self.place.scheme == "https":
            pool |= {"assert_hostname": self.place.host, "server_hostname": self.place.host}
        request.headers["Host"] = _host_header(self.place)
        return {**host, "host": self.place.address, "port": self.place.port}, pool

    def get_connection_with_tls_context(self, *args, **kwargs):
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _watched(pool.ConnectionCls, self.watch)
        return pool


def _watched(kind, watch):
    class Watched(kind):
        def _new_conn(self):
            return watch(super()._new_conn())

    return Watched


def _host_header(place):
    host = f"[{place.host}]" if ":" in place.host else place.host
    is_usual = (place.scheme, place.port) in (("http", 80), ("https", 443))
    return host if is_usual else f"{host}:{place.port}"


def _failure(error):
    """The sentence for what broke underneath."""
    words = f"{type(error).__name__} {error}"
    if "CERTIFICATE_VERIFY_FAILED" in words:
        return Unreachable("Its certificate is not valid for this address.")
    if "SSL" in words:
        return Unreachable("It does not answer by https.")
    if "Timeout" in words or "timed out" in words:
        return TooSlow("There was no whole answer in time.")
    if "refused" in words or "NewConnection" in words:
        return Unreachable("Nobody answers at this address.")
    return Unreachable("The connection broke before there was a whole answer.")
