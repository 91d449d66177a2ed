"""Templates: the check of a send against what is stored, and the life of a template."""

import pytest

from tests.sandbox.conftest import code

LUIS = "351915550122"


def text(*values):
    return [{"type": "text", "text": v} for v in values]


def body(*values):
    return {"type": "body", "parameters": text(*values)}


def template(name, language="en", *components):
    return {"name": name, "language": {"code": language}, "components": list(components)}


URL = {"type": "button", "sub_type": "url", "index": "0", "parameters": text("118-abc")}
QUICK = {
    "type": "button",
    "sub_type": "quick_reply",
    "index": 1,
    "parameters": [{"type": "payload", "payload": "stop:118"}],
}
HEADER = {"type": "header", "parameters": text("HC-118")}
NAMED = {
    "type": "body",
    "parameters": [
        {"type": "text", "parameter_name": "day", "text": "Tuesday"},
        {"type": "text", "parameter_name": "first_name", "text": "Ida"},
    ],
}

SENT = [
    (template("hello_world", "en_US"), "Welcome. This message shows that sending works."),
    (
        template("parcel_arrived", "de", body("Ida", "7", "Montag")),
        "Hallo Ida, Ihr Paket 7 ist da und liegt bis Montag",
    ),
    (template("pickup_planned", "en_US", NAMED), "Dear Ida, we come to collect your parcel on Tuesday"),
    (
        template("parcel_update", "en_US", HEADER, body("Ida", "Hamburg"), URL, QUICK),
        "Hello Ida, your parcel is now in",
    ),
]

REFUSED = [
    (template("nothing_such"), 132001),
    (template("hello_world", "de"), 132001),
    (template("autumn_survey"), 132001),
    (template("storm_notice", "en", body("1")), 132015),
    (template("parcel_arrived", "en", body("only one")), 132000),
    (template("parcel_arrived", "en", body("a", "b", "c", "d")), 132000),
    (template("parcel_update", "en_US", HEADER, body("Ida", "Hamburg")), 132000),
    (template("parcel_arrived", "en", body("a\nb", "b", "c")), 132018),
    (template("parcel_arrived", "en", body("x" * 1100, "b", "c")), 132005),
    (template("pickup_planned", "en_US", body("Ida", "Tuesday")), 132012),
    (template("winter_offer", "en", {"type": "header", "parameters": text("no picture")}, body("20 %")), 132012),
    (template("winter_offer", "en", body("20 %")), 132000),
    ({"name": "hello_world"}, 131008),
]


@pytest.mark.parametrize("content, words", SENT)
def test_a_fitting_template_arrives_outside_the_window_as_its_reader_sees_it(graph, sandbox, content, words):
    assert graph.send(LUIS, "template", content).json()["messages"][0]["message_status"] == "accepted"
    assert sandbox.waits_for_sent(customer="luis", status="delivered")["shown"]["body"].startswith(words)


@pytest.mark.parametrize("content, expected", REFUSED)
def test_a_template_that_does_not_fit_is_refused_with_metas_code(graph, content, expected):
    assert code(graph.send(LUIS, "template", content)) == expected


def test_a_missing_parameter_is_explained_in_metas_words(graph):
    error = graph.send(LUIS, "template", template("parcel_arrived", "en", body("x"))).json()["error"]
    expected = "body: number of localizable_params (1) does not match the expected number of params (3)"
    assert error["error_data"]["details"] == expected


def test_a_quick_reply_carries_the_payload_of_its_send(graph, product, sandbox):
    graph.send(LUIS, "template", template("parcel_update", "en_US", HEADER, body("Ida", "Hamburg"), URL, QUICK))
    sent = sandbox.waits_for_sent(customer="luis", status="delivered")
    sandbox.customer("luis").taps(sent, "Stop updates")
    tapped = product.waits_for(1)[0]
    assert tapped["button"] == {"payload": "stop:118", "text": "Stop updates"}
    assert tapped["context"] == {"from": "493055500142", "id": sent["id"]}


def test_a_list_is_paged_filtered_and_summed(graph):
    first = graph.call("GET", "{waba}/message_templates", params={"limit": 4, "summary": "total_count"}).json()
    assert (len(first["data"]), first["summary"]["total_count"]) == (4, 10)
    seen = list(first["data"])
    page = first
    while "next" in page["paging"]:
        after = page["paging"]["cursors"]["after"]
        page = graph.call("GET", "{waba}/message_templates", params={"limit": 4, "after": after}).json()
        seen += page["data"]
    assert len({t["id"] for t in seen}) == 10
    german = graph.call("GET", "{waba}/message_templates", params={"language": "de", "fields": "name,status"}).json()
    assert [set(t) for t in german["data"]] == [{"id", "name", "status"}]


def test_a_new_template_is_reviewed_and_told_by_webhook(graph, product):
    parts = [{"type": "BODY", "text": "Hello {{1}}, welcome.", "example": {"body_text": [["Ida"]]}}]
    shape = {"category": "UTILITY", "language": "en", "components": parts}
    made = graph.call("POST", "{waba}/message_templates", json={"name": "welcome_note", **shape}).json()
    assert made["status"] == "PENDING"
    graph.call("POST", "{waba}/message_templates", json={"name": "please_reject_this", **shape})
    news = product.waits(lambda: len(found := product.changes("message_template_status_update")) > 1 and found)
    assert {n["message_template_name"]: n["event"] for n in news} == {
        "welcome_note": "APPROVED",
        "please_reject_this": "REJECTED",
    }
    assert news[0]["message_template_id"] == int(made["id"])


BODY = {"type": "BODY", "text": "Hello"}


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Has Capitals"},
        {"category": "FUN"},
        {"language": "english"},
        {"components": []},
        {"components": [{"type": "BODY", "text": "{{1}} first", "example": {"body_text": [["x"]]}}]},
        {"components": [{"type": "BODY", "text": "No {{1}} example"}]},
        {"components": [BODY, {"type": "FOOTER", "text": "x" * 61}]},
        {"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]}]},
        {"name": "parcel_arrived"},
    ],
)
def test_a_malformed_template_is_not_created(graph, change):
    shape = {"name": "fine", "category": "UTILITY", "language": "en", "components": [BODY]}
    assert code(graph.call("POST", "{waba}/message_templates", json={**shape, **change})) == 100


def test_a_decision_about_a_template_is_told_and_holds(graph, product, sandbox):
    found = graph.call("GET", "{waba}/message_templates", params={"name": "hello_world"}).json()["data"][0]
    sandbox.template_changes(found["id"], status="PAUSED", quality="RED", category="MARKETING")
    product.waits(lambda: product.changes("template_category_update"))
    assert product.changes("message_template_quality_update")[0]["new_quality_score"] == "RED"
    assert code(graph.send(LUIS, "template", template("hello_world", "en_US"))) == 132015


def test_all_languages_of_a_name_go_or_only_one(graph):
    german = graph.call("GET", "{waba}/message_templates", params={"language": "de"}).json()["data"][0]
    one = {"name": "parcel_arrived", "hsm_id": german["id"]}
    assert graph.call("DELETE", "{waba}/message_templates", params=one).json() == {"success": True}
    left = graph.call("GET", "{waba}/message_templates", params={"name": "parcel_arrived"}).json()["data"]
    assert [t["language"] for t in left] == ["en"]
    assert graph.call("DELETE", "{waba}/message_templates", params={"name": "parcel_arrived"}).status_code == 200
    assert code(graph.call("DELETE", "{waba}/message_templates", params={"name": "parcel_arrived"})) == 100
