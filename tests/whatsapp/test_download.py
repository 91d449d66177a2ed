"""Fetching files: the bytes come, and the token goes nowhere else."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.whatsapp import far_end as far_ends
from whatsapp.client import GraphClient
from whatsapp.download import checked, is_trusted
from whatsapp.errors import Refused, TryLater, Unreachable

TOKEN = "EAAG-test-token"
API = "https://graph.facebook.com"


@pytest.fixture
def client(far_end):
    return GraphClient(TOKEN, far_end.url, "v25.0")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1 that nobody vouches for, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(
        made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    return file


@pytest.fixture
def secure_far_end(certificate, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = far_ends.started(context)
    yield server
    far_ends.stopped(server)


def bytes_of(client, url):
    with client.download(url) as pieces:
        return b"".join(pieces)


def test_a_file_is_read_in_pieces_with_the_token(client, far_end):
    far_end.answer(raw=b"x" * 200_000, Content_Type="image/jpeg")
    with client.download(f"{far_end.url}/files/1?hash=AbC") as pieces:
        sizes = [len(piece) for piece in pieces]
    assert (sum(sizes), max(sizes)) == (200_000, 64 * 1024)
    assert far_end.seen[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_redirect_to_another_host_is_followed_without_the_token(
    client, far_end, secure_far_end, certificate, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    far_end.answer({}, status=302, Location=f"{secure_far_end.url}/stored/1")
    secure_far_end.answer(raw=b"bytes")
    assert bytes_of(client, f"{far_end.url}/files/1") == b"bytes"
    assert "Authorization" in far_end.seen[0].headers
    assert "Authorization" not in secure_far_end.seen[0].headers


def test_a_redirect_at_the_same_host_keeps_the_token(client, far_end):
    far_end.answer({}, status=302, Location="/files/2")
    far_end.answer(raw=b"bytes")
    assert bytes_of(client, f"{far_end.url}/files/1") == b"bytes"
    assert "Authorization" in far_end.seen[1].headers


def test_an_unknown_certificate_means_that_nothing_was_sent(client, secure_far_end):
    with pytest.raises(Unreachable):
        bytes_of(client, f"{secure_far_end.url}/files/1")
    assert secure_far_end.seen == []


def test_endless_redirects_are_refused(client, far_end):
    for _ in range(4):
        far_end.answer({}, status=302, Location="/again")
    with pytest.raises(Refused):
        bytes_of(client, f"{far_end.url}/files/1")


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:1/x", "http://localhost/x", "file:///etc/passwd", "http://[broken/x", "//a@b/x"]
)
def test_a_redirect_to_a_place_without_tls_or_sense_is_refused(client, far_end, location):
    far_end.answer({}, status=302, Location=location)
    with pytest.raises(Refused):
        bytes_of(client, f"{far_end.url}/files/1")
    assert len(far_end.seen) == 1


@pytest.mark.parametrize(
    "url", ["", "http://example.test/x", "https://a b/", "https://a@b/", "https://a\\@b/", "https://a:99999/", "x"]
)
def test_an_address_that_is_not_plain_https_is_refused(url):
    with pytest.raises(Refused):
        checked(url, API)


@pytest.mark.parametrize(
    "url, trusted",
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", True),
        ("https://LOOKASIDE.fbsbx.com:443/x", True),
        ("https://graph.facebook.com/x", True),
        ("https://lookaside.fbsbx.com:8443/x", False),
        ("https://lookaside.fbsbx.com.example.test/x", False),
        ("https://example.test/lookaside.fbsbx.com", False),
    ],
)
def test_only_meta_learns_the_token(url, trusted):
    assert is_trusted(checked(url, API), API) is trusted


@pytest.mark.parametrize("status, kind", [(404, Refused), (401, Refused), (429, TryLater), (500, TryLater)])
def test_a_download_that_fails_says_whether_to_ask_again(client, far_end, status, kind):
    far_end.answer(raw=b"gone", status=status)
    with pytest.raises(kind) as raised:
        bytes_of(client, f"{far_end.url}/files/1")
    assert raised.value.http_status == status


def test_a_download_that_breaks_off_is_no_whole_file(client, far_end):
    far_end.break_off()
    with pytest.raises(Unreachable):
        bytes_of(client, f"{far_end.url}/files/1")


def test_a_host_that_is_away_is_unreachable(client, far_end):
    far_ends.stopped(far_end)
    with pytest.raises(Unreachable):
        bytes_of(client, f"{far_end.url}/files/1")


def test_a_stray_netrc_signs_nothing(client, far_end, secure_far_end, certificate, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    secure_far_end.answer(raw=b"bytes")
    assert bytes_of(client, f"{secure_far_end.url}/files/1") == b"bytes"
    assert "Authorization" not in secure_far_end.seen[0].headers
