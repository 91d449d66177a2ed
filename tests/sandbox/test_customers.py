"""What customers do, as it reaches the product: every kind of inbound message by shape."""

import json

import pytest

from tests.sandbox.conftest import code


@pytest.fixture
def amira(sandbox):
    return sandbox.customer("Amira")


def test_a_text_comes_with_everything_meta_sends(product, amira):
    wamid = amira.writes("Is it open today?")
    product.waits_for(1)
    value = product.changes()[0]
    assert value["metadata"] == {"display_phone_number": "493055500142", "phone_number_id": "109000000000017"}
    assert value["contacts"] == [{"profile": {"name": "Amira Haddad"}, "wa_id": amira.phone, "user_id": amira.user_id}]
    element = value["messages"][0]
    assert (element["id"], element["from"], element["from_user_id"]) == (wamid, amira.phone, amira.user_id)
    assert (element["type"], element["text"]) == ("text", {"body": "Is it open today?"})
    assert element["timestamp"].isdigit()


KINDS = [
    ("location", {"latitude": 52.51, "longitude": 13.37, "name": "Gate"}),
    ("contacts", [{"name": {"formatted_name": "Ida", "first_name": "Ida"}}]),
    ("order", {"catalog_id": "5501", "product_items": [{"product_retailer_id": "SKU-9", "quantity": 2}]}),
    ("hologram", {"anything": ["at", "all"]}),
    ("unsupported", {"type": "poll_creation"}),
]


@pytest.mark.parametrize("kind, content", KINDS)
def test_any_kind_passes_as_it_was_given(product, amira, kind, content):
    amira.says(kind, content)
    element = product.waits_for(1)[0]
    assert (element["type"], element[kind]) == (kind, content)


def test_half_a_character_breaks_neither_the_webhook_nor_the_next(product, sandbox, amira):
    amira.writes("broken \ud83d")
    sandbox.raw(body='"\ud83d"')
    amira.writes("whole")
    assert [m["text"]["body"] for m in product.waits_for(2)] == ["broken \ud83d", "whole"]


def test_what_may_be_missing_can_be_left_out(product, amira):
    amira.writes("one", omit=["from"])
    amira.writes("two", omit=["from_user_id"])
    amira.writes("three", omit=["contacts"])
    rows = product.waits_for(3)
    assert ["from" in r for r in rows] == [False, True, True]
    assert ["from_user_id" in r for r in rows] == [True, False, True]
    assert ["contacts" in v for v in product.changes()] == [True, True, False]


def test_a_username_user_shows_no_phone_number(product, sandbox, graph):
    robin = sandbox.customer("Robin")
    robin.writes("Hoi")
    assert "from" not in product.waits_for(1)[0]
    assert product.changes()[0]["contacts"][0] == {
        "profile": {"name": "Robin", "username": "robin.vd"},
        "user_id": robin.user_id,
    }
    graph.send(robin.user_id)
    assert "recipient_id" not in product.waits_for(1, "statuses")[0]


def test_context_referral_and_time_stand_beside_the_content(product, amira):
    first = amira.writes("first")
    amira.writes("answer", quote=first, at=1795000000, referral={"source_type": "ad", "source_id": "1"})
    element = product.waits_for(2)[1]
    assert element["context"] == {"from": amira.phone, "id": first}
    assert (element["timestamp"], element["referral"]["source_id"]) == ("1795000000", "1")


@pytest.mark.parametrize(
    "mime_type, kind, more",
    [
        ("image/jpeg", "image", {"caption": "the crack"}),
        ("video/mp4", "video", {}),
        ("audio/ogg", "audio", {"voice": True}),
        ("image/webp", "sticker", {}),
        ("application/zip", "document", {}),
    ],
)
def test_a_file_comes_as_the_kind_its_type_says(product, amira, graph, mime_type, kind, more):
    amira.sends_media(b"bytes", mime_type, "file.bin", **more)
    element = product.waits_for(1)[0]
    media = element[kind]
    assert (element["type"], media["mime_type"], media.get("caption")) == (kind, mime_type, more.get("caption"))
    assert kind != "audio" or media["voice"] is True
    assert graph.call("GET", media["id"]).json()["file_size"] == 5


def test_buttons_and_rows_are_tapped_by_title_or_id(product, sandbox, graph, amira):
    amira.writes("Hello")
    action = {"buttons": [{"type": "reply", "reply": {"id": "slot:keep", "title": "Keep it"}}]}
    graph.send(amira.phone, "interactive", {"type": "button", "body": {"text": "?"}, "action": action})
    rows = [{"id": "t:late", "title": "Late", "description": "Track"}]
    listing = {"type": "list", "body": {"text": "?"}, "action": {"button": "Open", "sections": [{"rows": rows}]}}
    graph.send(amira.phone, "interactive", listing)
    first, second = sandbox.sent(amira)
    amira.taps(first, "Keep it")
    amira.taps(second, "t:late")
    tapped, chosen = product.waits_for(3)[1:]
    assert tapped["interactive"] == {"type": "button_reply", "button_reply": {"id": "slot:keep", "title": "Keep it"}}
    assert chosen["interactive"]["list_reply"] == rows[0]
    assert chosen["context"] == {"from": "493055500142", "id": second["id"]}
    with pytest.raises(AssertionError, match="no button"):
        amira.taps(first, "Something else")


def test_a_finished_flow_returns_the_token_or_not(product, sandbox, graph, amira):
    amira.writes("Hello")
    parameters = {"flow_id": "66", "flow_cta": "Book", "flow_token": "ft-118"}
    flow = {"type": "flow", "body": {"text": "Book"}, "action": {"name": "flow", "parameters": parameters}}
    graph.send(amira.phone, "interactive", flow)
    sent = sandbox.sent(amira)[0]
    amira.finishes_flow(sent, rating="5")
    amira.finishes_flow(sent, rating="4", flow_token=None)
    answers = [json.loads(m["interactive"]["nfm_reply"]["response_json"]) for m in product.waits_for(3)[1:]]
    assert answers == [{"flow_token": "ft-118", "rating": "5"}, {"rating": "4"}]


def test_reactions_come_and_go(product, amira):
    wamid = amira.writes("Hello")
    amira.reacts(wamid, "😮")
    amira.reacts(wamid, "")
    rows = product.waits_for(3)[1:]
    assert [r["reaction"] for r in rows] == [{"message_id": wamid, "emoji": "😮"}, {"message_id": wamid}]


def test_edits_and_deletions_are_told_where_the_number_announces_them(product, sandbox, amira):
    wamid = amira.writes("today?")
    amira.edits(wamid, "tomorrow?")
    amira.deletes(wamid)
    assert product.waits_for(2)[1]["unsupported"] == {"type": "edit"}
    sandbox.number_is(announces_edits=True)
    wamid = amira.writes("today?")
    amira.edits(wamid, "tomorrow?")
    amira.deletes(wamid)
    edit, revoke = product.waits_for(5)[3:]
    assert edit["edit"] == {"original_message_id": wamid, "message": {"type": "text", "text": {"body": "tomorrow?"}}}
    assert revoke["revoke"] == {"original_message_id": wamid}


def test_a_first_look_at_a_chat_asks_for_the_welcome_once(product, sandbox):
    ida = sandbox.customer("Ida")
    ida.opens_chat()
    ida.opens_chat()
    ida.writes("Hello")
    assert [m["type"] for m in product.waits_for(2)] == ["request_welcome", "text"]


def test_no_welcome_is_asked_for_where_it_is_off_or_somebody_wrote(product, sandbox, graph, amira):
    amira.writes("Hello")
    amira.opens_chat()
    graph.call("POST", "{number}/conversational_automation", json={"enable_welcome_message": False})
    sandbox.customer("Ida").opens_chat()
    amira.writes("Again")
    assert [m["type"] for m in product.waits_for(2)] == ["text", "text"]


def test_a_changed_number_is_told_twice_and_the_person_is_found_anew(product, amira):
    old, old_id = amira.phone, amira.user_id
    amira.writes("Hello")
    amira.changes_number("+49 151 5550 9999")
    product.waits(lambda: product.changes("user_id_update"))
    system = product.elements()[1]
    assert (system["from"], system["system"]["type"], system["system"]["wa_id"]) == (
        old,
        "user_changed_number",
        "4915155509999",
    )
    update = product.changes("user_id_update")[0]["user_id_update"][0]["user_id"]
    assert update == {"previous": old_id, "current": amira.user_id}
    amira.writes("It's me")
    assert product.waits_for(3)[2]["from"] == "4915155509999"


def test_stopping_marketing_is_told_and_holds(product, amira, graph):
    amira.stops_marketing()
    product.waits(lambda: product.changes("user_preferences"))
    row = product.changes("user_preferences")[0]["user_preferences"][0]
    assert (row["value"], row["category"], row["user_id"]) == ("stop", "marketing_messages", amira.user_id)
    picture = graph.upload(b"\x89PNG", "image/png").json()["id"]
    header = {"type": "header", "parameters": [{"type": "image", "image": {"id": picture}}]}
    body = {"type": "body", "parameters": [{"type": "text", "text": "20 %"}]}
    template = {"name": "winter_offer", "language": {"code": "en"}, "components": [header, body]}
    assert code(graph.send(amira.phone, "template", template)) == 0
    assert product.waits_for(1, "statuses")[0]["errors"][0]["code"] == 131050


def test_a_past_can_be_written_that_tells_nobody_and_opens_the_window(product, sandbox, graph, amira):
    now = sandbox.get("health")["now"]
    rows = [
        {"from": "customer", "timestamp": now - 7200, "content": {"text": "Hello"}, "wamid": "wamid.past1"},
        {"from": "business", "timestamp": now - 7000, "content": {"text": "Good morning"}},
    ]
    about = {"phone_number_id": "109000000000017", "user_id": amira.user_id}
    sandbox.call("history", {"messages": [{**about, **row} for row in rows]})
    assert [m["direction"] for m in amira.messages()] == ["in", "out"]
    graph.send(amira.phone)
    assert product.waits_for(2, "statuses")[-1]["status"] == "delivered"
    assert product.elements() == []


def test_a_new_customer_has_what_was_given_and_the_rest_made_up(sandbox):
    new = sandbox.new_customer("Mina", phone="+351 910 000 001", traits=["receipts_off"])
    assert (new.phone, new.user_id[:3]) == ("351910000001", "PT.")
    with pytest.raises(AssertionError, match="already"):
        sandbox.new_customer("Other", phone="351910000001")
    with pytest.raises(AssertionError, match="Unknown traits"):
        sandbox.new_customer("Other", traits=["flies"])


def test_reset_brings_everybody_back_to_the_beginning(sandbox, amira, graph):
    amira.writes("Hello")
    sandbox.fault("outage")
    sandbox.reset()
    assert sandbox.customer("Amira").messages() == []
    assert graph.call("GET", "{number}").status_code == 200
