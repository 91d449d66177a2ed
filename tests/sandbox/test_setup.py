"""Media, numbers, profiles, automation, flows, tokens; and who may come near."""

import pytest
import requests

from tests.sandbox.conftest import code
from whatsapp.sandbox.media import KINDS, check_upload
from whatsapp.sandbox.refusals import Refusal


def test_media_goes_up_and_comes_down_for_its_owner_only(graph, sandbox):
    media = graph.upload(b"%PDF-1.4", "application/pdf", "a.pdf").json()["id"]
    found = graph.call("GET", media).json()
    assert (found["mime_type"], found["file_size"], found["id"]) == ("application/pdf", 8, media)
    got = requests.get(found["url"], headers=graph.headers, timeout=5)
    assert (got.content, got.headers["Content-Type"]) == (b"%PDF-1.4", "application/pdf")
    assert requests.get(found["url"], timeout=5).status_code == 401
    foreign = {"Authorization": f"Bearer {sandbox.numbers()[1]['access_token']}"}
    assert requests.get(found["url"], headers=foreign, timeout=5).status_code == 404
    assert requests.get(found["url"].replace("ext=17", "ext=18"), headers=graph.headers, timeout=5).status_code == 404
    assert graph.call("DELETE", media).json() == {"success": True}
    assert code(graph.call("GET", media)) == 100


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_one_byte_over_its_size_is_refused(kind):
    types, most = KINDS[kind]
    check_upload(types[0], most)
    with pytest.raises(Refusal) as refused:
        check_upload(types[0], most + 1)
    assert refused.value.code == 131053


def test_a_type_meta_does_not_take_is_refused(graph):
    assert code(graph.upload(b"GIF89a", "image/gif")) == 100
    assert code(graph.upload(b"<svg>", "image/svg+xml")) == 100


def test_media_of_the_wrong_kind_fails_later_and_of_another_number_at_once(graph, product, sandbox):
    amira = sandbox.customer("Amira")
    amira.writes("Hello")
    document = graph.upload(b"%PDF-1.4", "application/pdf").json()["id"]
    assert graph.send(amira.phone, "image", {"id": document}).status_code == 200
    assert product.waits_for(1, "statuses")[0]["errors"][0]["code"] == 131053
    graph.number = sandbox.numbers()[1]
    graph.headers = {"Authorization": f"Bearer {graph.number['access_token']}"}
    assert code(graph.send(amira.phone, "document", {"id": document})) == 100


def test_a_link_that_cannot_be_fetched_fails_later(graph, product, sandbox):
    amira = sandbox.customer("Amira")
    amira.writes("Hello")
    graph.send(amira.phone, "image", {"link": f"{product.url}/nothing?hub.verify_token=x&hub.challenge=1"})
    error = product.waits_for(1, "statuses")[0]["errors"][0]
    assert (error["code"], error["error_data"]["details"]) == (
        131053,
        "Downloading media from weblink failed with http code 403.",
    )


def test_a_numbers_fields_are_given_as_asked(graph):
    asked = graph.call("GET", "{number}", params={"fields": "verified_name,throughput,health_status{can_send_message}"})
    assert set(asked.json()) == {"id", "verified_name", "throughput", "health_status"}
    row = graph.call("GET", "{waba}/phone_numbers").json()["data"][0]
    assert (row["display_phone_number"], row["quality_rating"]) == ("+49 30 55500142", "GREEN")


def test_automation_is_replaced_and_read_back(graph):
    given = {
        "prompts": ["Where is my parcel?"],
        "commands": [{"command_name": "status", "command_description": "Show"}],
    }
    assert graph.call("POST", "{number}/conversational_automation", json=given).json() == {"success": True}
    read = graph.call("GET", "{number}", params={"fields": "conversational_automation"}).json()
    assert read["conversational_automation"]["prompts"] == given["prompts"]


@pytest.mark.parametrize(
    "given",
    [
        {"prompts": ["a"] * 5},
        {"prompts": ["x" * 81]},
        {"prompts": ["Hello 👋"]},
        {"commands": [{"command_name": "x" * 33, "command_description": "y"}]},
        {"commands": [{"command_name": "has space", "command_description": "y"}]},
        {"commands": [{"command_name": "a", "command_description": "x" * 257}]},
    ],
)
def test_automation_beyond_its_limits_is_refused(graph, given):
    assert code(graph.call("POST", "{number}/conversational_automation", json=given)) == 100


def test_a_profile_is_changed_within_its_limits(graph):
    path = "{number}/whatsapp_business_profile"
    assert graph.call("POST", path, json={"messaging_product": "whatsapp", "about": "New"}).json() == {"success": True}
    assert graph.call("GET", path, params={"fields": "about,vertical"}).json()["data"][0]["about"] == "New"
    assert code(graph.call("POST", path, json={"messaging_product": "whatsapp", "about": "x" * 140})) == 100
    assert code(graph.call("POST", path, json={"about": "No product"})) == 100


def test_an_unregistered_number_sends_nothing(graph, sandbox):
    assert graph.call("POST", "{number}/deregister").json() == {"success": True}
    assert code(graph.send(sandbox.customer("Amira").phone)) == 133010
    assert code(graph.call("POST", "{number}/register", json={"messaging_product": "whatsapp", "pin": "12"})) == 100
    pin = {"messaging_product": "whatsapp", "pin": "123456"}
    assert graph.call("POST", "{number}/register", json=pin).json() == {"success": True}


def test_a_flow_goes_from_draft_to_deprecated_and_says_so(graph, product):
    made = graph.call("POST", "{waba}/flows", json={"name": "Visit", "categories": ["OTHER"]}).json()["id"]
    assert code(graph.call("POST", f"{made}/publish")) == 139002
    broken = graph.call("POST", f"{made}/assets", files={"file": ("flow.json", b"{")}).json()
    assert (broken["success"], broken["validation_errors"][0]["error"]) == (True, "INVALID_JSON")
    good = b'{"version": "7.2", "screens": [{"id": "FIRST"}]}'
    assert graph.call("POST", f"{made}/assets", files={"file": ("flow.json", good)}).json()["validation_errors"] == []
    assert graph.call("POST", f"{made}/publish").json() == {"success": True}
    assert code(graph.call("DELETE", made)) == 139004
    assert graph.call("GET", made, params={"fields": "status"}).json()["status"] == "PUBLISHED"
    assert graph.call("POST", f"{made}/deprecate").json() == {"success": True}
    news = product.waits(lambda: len(found := product.changes("flows")) > 1 and found)
    assert [n["new_status"] for n in news] == ["PUBLISHED", "DEPRECATED"]
    url = graph.call("GET", f"{made}/assets").json()["data"][0]["download_url"]
    assert requests.get(url, timeout=5).content == good


def test_a_token_tells_which_account_it_reaches(graph):
    token = graph.number["access_token"]
    found = graph.call("GET", "debug_token", params={"input_token": token}).json()["data"]
    assert found["is_valid"]
    assert found["granular_scopes"][0]["target_ids"] == [graph.number["waba_id"]]
    assert not graph.call("GET", "debug_token", params={"input_token": "x"}).json()["data"]["is_valid"]


@pytest.mark.parametrize("path", ["control/numbers", "phone/state", ""])
def test_other_sites_in_the_same_browser_get_nothing(handle, path):
    url = f"{handle.url}/{path}"
    assert requests.get(url, timeout=5).status_code == 200
    assert requests.get(url, headers={"Origin": "https://evil.example"}, timeout=5).status_code == 403
    assert requests.get(url, headers={"Host": "evil.example"}, timeout=5).status_code == 403
    assert "Access-Control-Allow-Origin" not in requests.get(url, timeout=5).headers


def test_a_received_page_of_html_is_never_shown_in_place(handle, sandbox):
    amira = sandbox.customer("Amira")
    amira.sends_media(b"<script>alert(1)</script>", "text/html", "a.html")
    kept = amira.messages()[0]["file"]["id"]
    answer = requests.get(f"{handle.url}/phone/media/{kept}", timeout=5)
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_the_phone_page_allows_no_inline_script(handle):
    policy = requests.get(handle.url, timeout=5).headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
