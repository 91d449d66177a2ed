"""The Graph client over a real transport: what it sends, what it reads, and what each failure means."""

import io
import socket
import threading

import pytest

from whatsapp import payloads
from whatsapp.client import Accepted, GraphClient, MediaInfo
from whatsapp.content import Text
from whatsapp.errors import NumberFault, Refused, TryLater, Unclear, Unreachable
from whatsapp.transport import retry_after_seconds

TOKEN = "EAAG-test-token"
NUMBER = "109000000000017"
WABA = "208000000000042"
PAYLOAD = payloads.message(Text("Hi"), to="491725550137", callback_data="message:5571")
ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+491725550137", "wa_id": "491725550137"}],
    "messages": [{"id": "wamid.OUT7"}],
}


@pytest.fixture
def client(far_end):
    return GraphClient(TOKEN, far_end.url, "v25.0")


@pytest.fixture
def impatient(far_end):
    return GraphClient(TOKEN, far_end.url, "v25.0", timeout_seconds=(1.0, 0.05))


def test_a_message_is_posted_with_the_token_and_answered_with_metas_id(client, far_end):
    far_end.answer(ACCEPTED)
    assert client.send_message(NUMBER, PAYLOAD) == Accepted("wamid.OUT7", "491725550137")
    (seen,) = far_end.seen
    assert (seen.method, seen.path, seen.json) == ("POST", f"/v25.0/{NUMBER}/messages", PAYLOAD)
    assert seen.headers["Authorization"] == f"Bearer {TOKEN}"
    assert "python" not in seen.headers["User-Agent"].lower()


def test_a_template_may_be_held_and_a_customer_known_by_user_id_only(client, far_end):
    contacts = [{"input": "DE.1", "user_id": "DE.1"}]
    messages = [{"id": "wamid.OUT8", "message_status": "held_for_quality_assessment"}]
    far_end.answer({"contacts": contacts, "messages": messages})
    accepted = client.send_message(NUMBER, PAYLOAD)
    assert accepted == Accepted("wamid.OUT8", "", "DE.1", "held_for_quality_assessment")


def test_address_and_version_come_from_the_settings_by_default(settings):
    settings.WHATSAPP_API_URL, settings.WHATSAPP_API_VERSION = "https://graph.example.test/", "v99.0"
    client = GraphClient(TOKEN)
    assert (client.api_url, client.version) == ("https://graph.example.test", "v99.0")


def test_calls_of_one_thread_share_a_connection_and_other_threads_have_their_own(client, far_end):
    for _ in range(3):
        far_end.answer({"success": True})
    client.mark_read(NUMBER, "wamid.A1")
    client.mark_read(NUMBER, "wamid.A2", typing=True)
    other = threading.Thread(target=client.mark_read, args=(NUMBER, "wamid.A3"))
    other.start()
    other.join()
    first, second, third = far_end.seen
    assert first.port == second.port != third.port
    assert second.json == payloads.read("wamid.A2", typing=True)


def test_cookies_are_neither_kept_nor_sent(client, far_end):
    far_end.answer({"success": True}, Set_Cookie="account=other; Path=/")
    far_end.answer({"success": True})
    client.mark_read(NUMBER, "wamid.A1")
    client.mark_read(NUMBER, "wamid.A2")
    assert "Cookie" not in far_end.seen[1].headers


def test_a_stray_netrc_does_not_overrule_the_token(client, far_end, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    far_end.answer({"success": True})
    client.mark_read(NUMBER, "wamid.A1")
    assert far_end.seen[0].headers["Authorization"] == f"Bearer {TOKEN}"


# What each failure means


def test_a_refused_connection_means_that_nothing_was_sent():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        client = GraphClient(TOKEN, f"http://127.0.0.1:{bound.getsockname()[1]}", "v25.0")
        with pytest.raises(Unreachable):
            client.send_message(NUMBER, PAYLOAD)


def test_an_unknown_host_means_that_nothing_was_sent(monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable):
        GraphClient(TOKEN, "http://graph.invalid", "v25.0").send_message(NUMBER, PAYLOAD)


@pytest.mark.parametrize("api_url", ["graph.facebook.com", "ftp://graph.facebook.com", "http://"])
def test_a_wrong_address_in_the_settings_means_that_nothing_was_sent(api_url):
    with pytest.raises(Unreachable):
        GraphClient(TOKEN, api_url, "v25.0").send_message(NUMBER, PAYLOAD)


def test_silence_after_sending_leaves_the_outcome_unclear(impatient, far_end):
    far_end.say_nothing()
    with pytest.raises(Unclear):
        impatient.send_message(NUMBER, PAYLOAD)
    assert far_end.is_silent.wait(10)
    assert len(far_end.seen) == 1


def test_a_connection_reset_in_the_middle_of_the_answer_leaves_the_outcome_unclear(client, far_end):
    far_end.break_off()
    with pytest.raises(Unclear):
        client.send_message(NUMBER, PAYLOAD)
    assert len(far_end.seen) == 1


@pytest.mark.parametrize(
    "status, raw",
    [
        (502, b"<html>Bad gateway</html>"),
        (503, b""),
        (200, b"<html>Welcome to this hotel</html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"messages": "odd"}'),
        (200, b'{"messages": [{}], "contacts": [7]}'),
        (200, b"[" * 100_000),
    ],
)
def test_an_answer_that_is_not_metas_leaves_the_outcome_unclear(client, far_end, status, raw):
    far_end.answer(raw=raw, status=status)
    with pytest.raises(Unclear):
        client.send_message(NUMBER, PAYLOAD)


@pytest.mark.parametrize(
    "status, error, kind",
    [
        (400, {"code": 131009, "message": "(#131009) Parameter value is not valid"}, Refused),
        (401, {"code": 190, "message": "Invalid OAuth access token"}, NumberFault),
        (400, {"code": 100, "error_subcode": 33, "message": "Object does not exist"}, NumberFault),
        (500, {"code": 131000, "message": "Something went wrong"}, TryLater),
        (503, {"code": 777, "message": "A code of the future"}, TryLater),
        (200, {"code": 131047, "message": "An error with 200"}, Refused),
    ],
)
def test_metas_own_errors_say_what_to_do_next(client, far_end, status, error, kind):
    far_end.answer({"error": error}, status=status)
    with pytest.raises(kind) as raised:
        client.send_message(NUMBER, PAYLOAD)
    assert (raised.value.code, raised.value.http_status) == (error["code"], status)


@pytest.mark.parametrize("location", ["/elsewhere", "http://[broken/", "https://example.test/"])
def test_a_redirect_is_not_followed_with_the_token(client, far_end, location):
    far_end.answer({}, status=302, Location=location)
    with pytest.raises(Refused):
        client.send_message(NUMBER, PAYLOAD)
    assert len(far_end.seen) == 1


def test_throttling_may_name_the_time_to_wait(client, far_end):
    far_end.answer({"error": {"code": 130429, "message": "Rate limit hit"}}, status=429, Retry_After="7")
    with pytest.raises(TryLater) as raised:
        client.send_message(NUMBER, PAYLOAD)
    assert raised.value.retry_after_seconds == 7.0
    far_end.answer(raw=b"slow down", status=429)
    with pytest.raises(TryLater) as raised:
        client.send_message(NUMBER, PAYLOAD)
    assert raised.value.retry_after_seconds is None


USAGE = "X-Business-Use-Case-Usage"


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, 0.0),
        ({"Retry-After": "999999999"}, 24 * 3600),
        ({"Retry-After": "Thu, 01 Jan 2015 00:00:00 GMT"}, 0.0),
        ({"Retry-After": "Thu, 01 Jan 2015 00:00:00 -0000"}, 0.0),
        ({"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}, 24 * 3600),
        ({USAGE: '{"208": [{"call_count": 100, "estimated_time_to_regain_access": 2}]}'}, 120.0),
        ({USAGE: '{"208": {"estimated_time_to_regain_access": "3"}}', "Retry-After": "5"}, 180.0),
        ({USAGE: '{"208": [{"estimated_time_to_regain_access": 0}, 7]}'}, None),
        ({USAGE: "[]"}, None),
        ({USAGE: "odd"}, None),
    ],
)
def test_the_time_to_wait_is_read_from_either_header(headers, seconds):
    assert retry_after_seconds(headers) == seconds


@pytest.mark.parametrize("token", ["", "two\nlines", "sch\u00f6n", "with\x00null"])
def test_a_token_that_cannot_be_one_is_the_numbers_fault_and_is_never_sent(far_end, token):
    with pytest.raises(NumberFault) as raised:
        GraphClient(token, far_end.url, "v25.0").send_message(NUMBER, PAYLOAD)
    assert raised.value.code == 190
    assert far_end.seen == []


@pytest.mark.parametrize("media_id", ["", "..", "1/../../me", "1?fields=x", "x" * 256, "1#2"])
def test_an_id_that_would_lead_elsewhere_is_refused(client, far_end, media_id):
    with pytest.raises(Refused):
        client.media(media_id)
    assert far_end.seen == []


def test_a_read_without_an_answer_changed_nothing_and_may_be_repeated(impatient, far_end):
    far_end.say_nothing()
    far_end.break_off()
    far_end.answer(raw=b"<html>Bad gateway</html>", status=502)
    for _ in range(3):
        with pytest.raises(Unreachable):
            impatient.number(NUMBER)


# Media


def test_a_file_is_uploaded_in_pieces_with_its_name_and_type(client, far_end):
    far_end.answer({"id": 7740011223344})
    file = io.BytesIO(b"%PDF-1.7 " + b"x" * 200_000)
    file.seek(3)
    assert client.upload_media(NUMBER, file, "application/pdf", 'Rechnung "März".pdf') == "7740011223344"
    (seen,) = far_end.seen
    assert seen.path == f"/v25.0/{NUMBER}/media"
    assert int(seen.headers["Content-Length"]) == len(seen.body)
    boundary = seen.headers["Content-Type"].partition("boundary=")[2].encode()
    before, product, kind, upload, after = seen.body.split(b"--" + boundary)
    assert (before, after) == (b"", b"--\r\n")
    assert product == b'\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
    assert kind == b'\r\nContent-Disposition: form-data; name="type"\r\n\r\napplication/pdf\r\n'
    head, _, data = upload.partition(b"\r\n\r\n")
    assert head.decode() == (
        '\r\nContent-Disposition: form-data; name="file"; filename="Rechnung %22März%22.pdf"'
        "\r\nContent-Type: application/pdf"
    )
    assert data == file.getvalue() + b"\r\n"


def test_an_upload_without_an_id_is_unclear(client, far_end):
    far_end.answer({"success": True})
    with pytest.raises(Unclear):
        client.upload_media(NUMBER, io.BytesIO(b"x"), "text/plain", "x.txt")


@pytest.mark.parametrize("size, size_bytes", [(48213, 48213), ("48213", 48213), ("large", None), (None, None)])
def test_a_files_whereabouts_tolerate_a_size_as_text(client, far_end, size, size_bytes):
    told = {"url": "https://lookaside.fbsbx.com/x", "mime_type": "image/jpeg", "sha256": "5f2c", "file_size": size}
    far_end.answer(told)
    assert client.media("77") == MediaInfo("https://lookaside.fbsbx.com/x", "image/jpeg", size_bytes, "5f2c")


def test_a_file_without_an_address_may_be_asked_for_again(client, far_end):
    far_end.answer({"id": "77"})
    with pytest.raises(Unreachable):
        client.media("77")


def test_a_file_that_is_gone_is_not_the_numbers_fault(client, far_end):
    far_end.answer({"error": {"code": 100, "error_subcode": 33, "message": "Object does not exist"}}, status=400)
    with pytest.raises(Refused):
        client.media("77")


def test_a_file_can_be_deleted(client, far_end):
    far_end.answer({"success": True})
    client.delete_media("77")
    assert (far_end.seen[0].method, far_end.seen[0].path) == ("DELETE", "/v25.0/77")


# Lists, numbers, accounts


def page(*names, after=""):
    paging = {"cursors": {"after": after}, "next": "https://elsewhere.test/steals-the-token"} if after else {}
    return {"data": [{"name": name} for name in names], "paging": paging}


def test_templates_are_read_page_by_page_at_our_own_address(client, far_end):
    far_end.answer(page("one", "two", after="QTI"))
    far_end.answer(page("three"))
    assert [template["name"] for template in client.templates(WABA)] == ["one", "two", "three"]
    assert [seen.path for seen in far_end.seen] == [
        f"/v25.0/{WABA}/message_templates?limit=100",
        f"/v25.0/{WABA}/message_templates?limit=100&after=QTI",
    ]


def test_a_cursor_that_stands_still_ends_the_list(client, far_end):
    far_end.answer(page("one", after="QTI"))
    far_end.answer(page("two", after="QTI"))
    assert len(list(client.templates(WABA))) == 2


@pytest.mark.parametrize(
    "answer", [{}, {"data": "odd"}, {"data": [7], "paging": 7}, {"data": [], "paging": {"next": "x", "cursors": 7}}]
)
def test_an_odd_list_is_an_empty_one(client, far_end, answer):
    far_end.answer(answer)
    assert list(client.numbers(WABA)) == []


def test_what_comes_back_can_be_stored(client, far_end):
    far_end.answer(raw=b'{"data": [{"name": "null \\u0000 half \\ud83d"}]}')
    assert list(client.templates(WABA)) == [{"name": "null \ufffd half \ufffd"}]


def test_a_number_is_read_with_its_fields(client, far_end):
    far_end.answer({"id": NUMBER, "quality_rating": "GREEN"})
    assert client.number(NUMBER)["quality_rating"] == "GREEN"
    assert "quality_rating" in far_end.seen[0].path


def test_the_business_profile_is_read_and_changed(client, far_end):
    far_end.answer({"data": [{"about": "Parcels since 1988"}]})
    far_end.answer({"data": []})
    far_end.answer({"success": True})
    assert client.business_profile(NUMBER) == {"about": "Parcels since 1988"}
    assert client.business_profile(NUMBER) == {}
    client.update_business_profile(NUMBER, {"about": "New"})
    assert far_end.seen[2].json == {"messaging_product": "whatsapp", "about": "New"}


def test_ice_breakers_and_commands_are_read_and_replaced(client, far_end):
    stored = {"prompts": ["Where is my parcel?"], "commands": []}
    far_end.answer({"conversational_automation": stored, "id": NUMBER})
    far_end.answer({"id": NUMBER})
    far_end.answer({"success": True})
    assert client.conversational_automation(NUMBER) == stored
    assert client.conversational_automation(NUMBER) == {}
    client.set_conversational_automation(NUMBER, ["Opening hours"], [])
    assert far_end.seen[2].json == {"prompts": ["Opening hours"], "commands": []}


def test_webhooks_are_subscribed_to(client, far_end):
    far_end.answer({"success": True})
    far_end.answer({"data": [{"whatsapp_business_api_data": {"id": "1"}}]})
    client.subscribe(WABA)
    assert client.subscriptions(WABA) == [{"whatsapp_business_api_data": {"id": "1"}}]
    assert [seen.method for seen in far_end.seen] == ["POST", "GET"]


def test_a_list_that_never_ends_is_left_after_so_many_pages(client, far_end, monkeypatch):
    monkeypatch.setattr("whatsapp.client.MAX_PAGES", 2)
    far_end.answer(page("one", after="QTE"))
    far_end.answer(page("two", after="QTI"))
    assert len(list(client.templates(WABA))) == 2
