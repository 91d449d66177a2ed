"""The door to programs: which addresses it refuses, and that no far end can hold it up or fill it."""

import gzip
import socket
import threading
import time
from ipaddress import ip_network

import pytest

from inbox.programs import door
from tests.inbox.programs.far_end import dripping_server, running_program

PUBLIC = "93.184.215.14"
SAYS = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def as_on_a_server(settings):
    settings.PROGRAMS_ALLOWED_NETWORKS = []


@pytest.fixture
def loopback_allowed(as_on_a_server, settings):
    settings.PROGRAMS_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]


@pytest.fixture
def names(monkeypatch):
    """What the DNS says: {name: [answers of the first look-up, answers of the next, ...]}, and every name asked for."""
    known, asked = {}, []
    look_up = socket.getaddrinfo

    def answer(host, *args, **kwargs):
        if host not in known or kwargs.get("flags"):
            return look_up(host, *args, **kwargs)
        asked.append(host)
        addresses = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        return [each for address in addresses for each in look_up(address, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    known["asked"] = asked
    return known


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.8.8",
        "localhost",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.7",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0",
        "①②⑦.⓪.⓪.①",
    ],
)
def test_an_address_that_is_not_public_is_refused_however_it_is_written(host):
    for scheme in ("http", "https"):
        with pytest.raises(door.NotAllowed):
            door.check(f"{scheme}://{host}/hook")
        with pytest.raises(door.NotAllowed):
            door.post(f"{scheme}://{host}:8443/hook", b"{}", SAYS)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "//example.com/hook",
        "ftp://93.184.215.14/",
        "file:///etc/passwd",
        "https://",
        "https:///hook",
        "https://93.184.215.14:99999/",
        "https://93.184.215.14:x/",
        "https://user:word@93.184.215.14/",
        "https://user@93.184.215.14/",
        "https://[::1/",
        "https://" + "a" * 3000,
        "gopher://127.0.0.1:6379/_FLUSHALL",
    ],
)
def test_what_is_no_plain_web_address_is_refused(url):
    with pytest.raises(door.NotAllowed):
        door.check(url)


def test_a_public_address_needs_https():
    door.check(f"https://{PUBLIC}/hook")
    with pytest.raises(door.NotAllowed, match="https"):
        door.check(f"http://{PUBLIC}/hook")


def test_two_parsers_cannot_be_played_against_each_other(names):
    """Whichever host a reader may see in it, the one that is judged is the one that is called."""
    names["good.example"] = [[PUBLIC]]
    for url in (r"https://good.example\@127.0.0.1/", "https://127.0.0.1#@good.example/"):
        with pytest.raises(door.NotAllowed):
            door.check(url)


def test_every_answer_of_the_dns_must_be_public(names):
    names["mixed.example"] = [[PUBLIC, "10.0.0.7"]]
    with pytest.raises(door.NotAllowed, match=r"10\.0\.0\.7"):
        door.post("https://mixed.example/hook", b"{}", SAYS)


def test_in_an_allowed_network_plain_http_is_called(loopback_allowed):
    with running_program(said=b"thanks") as program:
        answer = door.post(program.url, b'{"a": 1}', SAYS)

    assert (answer.status, answer.body, answer.is_success) == (200, b"thanks", True)
    assert answer.duration_ms < 5000
    (received,) = program.received
    assert received.body == b'{"a": 1}'
    assert received.headers["content-type"] == "application/json"
    assert received.headers["host"] in program.url


def test_a_name_with_answers_in_and_out_of_the_allowed_network_is_not_called_by_http(names, loopback_allowed):
    names["mixed.example"] = [["127.0.0.1", PUBLIC]]
    with pytest.raises(door.NotAllowed):
        door.post("http://mixed.example/hook", b"{}", SAYS)


def test_a_name_that_changes_its_mind_is_called_where_it_was_judged(names, loopback_allowed):
    """The DNS is asked once; its next answer, a private address, is never used."""
    names["fickle.example"] = [["127.0.0.1"], ["10.0.0.7"]]
    with running_program() as program:
        url = program.url.replace("127.0.0.1", "fickle.example")
        assert door.post(url, b"{}", SAYS).is_success

    assert names["asked"] == ["fickle.example"]
    assert program.received[0].headers["host"].startswith("fickle.example:")


def test_a_redirect_is_a_failure_and_nobody_follows_it(loopback_allowed):
    with (
        running_program() as inside,
        running_program(status=307, headers={"Location": inside.url}) as program,
        pytest.raises(door.Redirected, match="307"),
    ):
        door.post(program.url, b"{}", SAYS)

    assert len(program.received) == 1
    assert inside.received == []


def test_no_proxy_of_the_environment_is_used(loopback_allowed, monkeypatch):
    with running_program() as program, running_program() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert door.post(program.url, b"{}", SAYS).is_success

    assert proxy.received == []


def test_of_a_huge_answer_only_the_beginning_is_read(loopback_allowed):
    with running_program(said=b"x" * 5_000_000) as program:
        answer = door.post(program.url, b"{}", SAYS)

    assert answer.body == b"x" * 64 * 1024


def test_a_packed_answer_is_not_unpacked(loopback_allowed):
    bomb = gzip.compress(b"x" * 1_000_000)
    with running_program(said=bomb, headers={"Content-Encoding": "gzip"}) as program:
        assert door.post(program.url, b"{}", SAYS).body == bomb

    assert program.received[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "first, drop",
    [
        (b"", b""),
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Header: word\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["silence", "status", "headers", "one header", "continues", "body", "chunks"],
)
def test_whoever_drips_is_cut_off(first, drop, loopback_allowed):
    with dripping_server(first, drop) as (port, has_left):
        began = time.monotonic()
        with pytest.raises((door.TooSlow, door.Unreachable)):
            door.post(f"http://127.0.0.1:{port}/", b"{}", SAYS, seconds=0.3)
        assert time.monotonic() - began < 2
        assert has_left.wait(5) or not drop, "The connection was left open."


def test_whoever_drips_while_tls_is_agreed_upon_is_cut_off(loopback_allowed):
    with dripping_server(b"\x16\x03\x03\x20\x00", b"\x02") as (port, has_left):
        with pytest.raises((door.TooSlow, door.Unreachable)):
            door.post(f"https://127.0.0.1:{port}/", b"{}", SAYS, seconds=0.3)
        assert has_left.wait(5)


def test_a_dns_that_never_answers_holds_nobody_up(monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: is_over.wait(10) and [])
    try:
        with pytest.raises(door.TooSlow):
            door.post("https://slow.example/hook", b"{}", SAYS, seconds=0.2)
    finally:
        is_over.set()


def test_each_failure_says_in_a_sentence_what_is_wrong(names, loopback_allowed):
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    with pytest.raises(door.Unreachable, match="Nobody answers"):
        door.post(f"http://127.0.0.1:{closed}/", b"{}", SAYS)
    with pytest.raises(door.Unreachable, match="not found"):
        door.post("https://nowhere.invalid/", b"{}", SAYS)
    with dripping_server(b"SSH-2.0-OpenSSH\r\n", b"\r\n") as (port, _), pytest.raises(door.CallFailed):
        door.post(f"https://127.0.0.1:{port}/", b"{}", SAYS, seconds=1)


def test_a_name_may_be_stored_before_the_dns_knows_it(names):
    """What it means is asked when it is called, so storing it is quick."""
    names["tomorrow.example"] = [["10.0.0.7"]]
    door.check("https://tomorrow.example/hook")
    assert names["asked"] == []
    with pytest.raises(door.NotAllowed):
        door.post("https://tomorrow.example/hook", b"{}", SAYS)


def test_a_name_by_plain_http_may_be_stored_only_where_networks_are_allowed(settings):
    with pytest.raises(door.NotAllowed):
        door.check("http://program.example/hook")
    settings.PROGRAMS_ALLOWED_NETWORKS = [ip_network("10.0.0.0/8")]
    door.check("http://program.example/hook")
