"""Where a program may be called: its name is looked up once, every answer is judged, and the one that is used is kept.

Whoever enters an address of a program could otherwise make us ask what only we can reach: our database's machine, a
cloud's metadata service. What the name means a second later does not matter, because nobody asks again.
"""

import ipaddress
import socket
from dataclasses import dataclass

from django.conf import settings
from requests import PreparedRequest
from requests.exceptions import RequestException
from requests_hardened.ip_filter import InvalidIPAddress, filter_host
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from inbox.programs.failures import NotAllowed, Unreachable

PORTS = {"http": 80, "https": 443}
LONGEST_URL = 2000
HTTPS_ONLY = "Only https:// addresses are called."


@dataclass(frozen=True)
class Place:
    """A host as the URL names it, and the IP address that is called."""

    scheme: str
    host: str
    port: int
    address: str


def check(url):
    """Raise NotAllowed for an address that will certainly be refused. Quick: it asks no DNS; `place_of` does."""
    scheme, host, port = _parts(url)
    try:
        found = _look_up(host, port, socket.AI_NUMERICHOST)
    except Unreachable:  # a name: what it means is seen when it is called
        if host == "localhost" or host.endswith(".localhost"):
            _judge(scheme, [ipaddress.ip_address("127.0.0.1")])
        elif scheme != "https" and not settings.PROGRAMS_ALLOWED_NETWORKS:
            raise NotAllowed(HTTPS_ONLY) from None
    else:
        _judge(scheme, found)


def place_of(url):
    """Look up who is to be called. Raises NotAllowed or Unreachable. Slow: it asks the DNS."""
    scheme, host, port = _parts(url)
    found = _look_up(host, port)
    _judge(scheme, found)
    # Not every server has a way into the IPv6 internet.
    return Place(scheme, host, port, str(min(found, key=lambda address: address.version)))


def _judge(scheme, addresses):
    """Raises NotAllowed unless all of them may be called in this way."""
    outside = [address for address in addresses if not _is_in_allowed_network(address)]
    for address in outside:
        _refuse_if_private(address)
    if outside and scheme != "https":
        raise NotAllowed(HTTPS_ONLY)


def _parts(url):
    """(scheme, host, port), read by the very parser that will make the call."""
    try:
        if len(url) > LONGEST_URL:
            raise NotAllowed(f"An address has up to {LONGEST_URL} characters.")
        if "\\" in url or not url.isprintable() or " " in url:
            raise NotAllowed("This address holds characters that belong to no address.")
        request = PreparedRequest()
        request.prepare_url(url, None)
        parsed = parse_url(request.url)
    except (RequestException, LocationParseError, ValueError) as error:
        raise NotAllowed("This is not an address of the form https://host/path.") from error
    if parsed.scheme not in PORTS or not parsed.host:
        raise NotAllowed("This is not an address of the form https://host/path.")
    if parsed.auth:
        raise NotAllowed("An address must not carry a user name or a password.")
    return parsed.scheme, parsed.host.strip("[]"), parsed.port or PORTS[parsed.scheme]


def _look_up(host, port, flags=0):
    """All IP addresses of a host, an IPv4 one in IPv6's clothes as what it is."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"The name {host} was not found.") from error
    addresses = [ipaddress.ip_address(answer[4][0]) for answer in answers]
    return [getattr(address, "ipv4_mapped", None) or address for address in addresses]


def _is_in_allowed_network(address):
    return any(address in network for network in settings.PROGRAMS_ALLOWED_NETWORKS)


def _refuse_if_private(address):
    """Everything that is not plainly the public internet."""
    if not address.is_global or address.is_reserved or getattr(address, "is_site_local", False):
        raise _private(address)
    try:
        filter_host(str(address), 0, allow_loopback=False)
    except InvalidIPAddress as error:
        raise _private(address) from error


def _private(address):
    return NotAllowed(f"The address leads to {address}, which is not on the public internet.")
