"""The way to the product: signature, escaping, order, repetition, restarts, and trouble on demand."""

import hashlib
import hmac
import json

import pytest
import requests

from tests.sandbox.conftest import QUICK, code
from tests.sandbox.phone import Sandbox
from whatsapp.sandbox.payloads import encode, signature
from whatsapp.sandbox.server import start_in_thread

AMIRA = "4915155501301"


def test_the_signature_of_a_fixed_body_is_the_known_one():
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    known = "sha256=b97c64b5b508dc986d31deabbec808d5263e9f9fe6c91eacef27fc253ac2f391"
    assert signature("7c1f0be49a5d2e8836b1f4c7d09a3e52", body) == known


def test_json_is_escaped_as_meta_does():
    assert encode({"a": "é/😀"}) == rb'{"a":"\u00e9\/\ud83d\ude00"}'


def test_every_post_is_signed_over_its_raw_bytes(product, sandbox):
    secret = sandbox.numbers()[0]["app_secret"].encode()
    sandbox.customer("Amira").writes("مرحبا")
    product.waits_for(1)
    headers, body = product.calls[0]
    assert headers["X-Hub-Signature-256"] == "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    assert rb"\u0645" in body
    assert body.isascii()


def test_words_of_one_chat_arrive_in_order(product, sandbox):
    amira = sandbox.customer("Amira")
    for n in range(20):
        amira.writes(str(n))
    assert [m["text"]["body"] for m in product.waits_for(20)] == [str(n) for n in range(20)]


def test_a_bad_answer_is_tried_again_until_it_is_taken(product, sandbox):
    product.answers = [500, 404]
    amira = sandbox.customer("Amira")
    amira.writes("Hello")
    product.waits(lambda: len(product.calls) == 1)
    assert amira.messages()[0]["status"] == "pending"
    sandbox.retry()
    product.waits(lambda: len(product.calls) == 2)
    sandbox.retry()
    product.waits_for(3)
    sandbox.waits_until_taken()
    assert amira.messages()[0]["status"] == "delivered"
    assert sandbox.webhooks()[0]["attempts"] == 3


def test_a_poisoned_webhook_does_not_stop_its_neighbours(product, sandbox):
    product.answers = [500]
    amira = sandbox.customer("Amira")
    amira.writes("poison")
    amira.writes("next")
    assert [m["text"]["body"] for m in product.waits_for(2)] == ["poison", "next"]


def test_a_product_that_is_away_gets_everything_in_order_when_it_returns(product, sandbox):
    product.answers = [503] * 3
    amira = sandbox.customer("Amira")
    for word in ("one", "two", "three"):
        amira.writes(word)
    sandbox.waits_until_taken()
    assert [m["text"]["body"] for m in product.elements()][-3:] == ["one", "two", "three"]


def test_what_was_not_taken_survives_a_restart_of_the_sandbox(product, tmp_path):
    state = tmp_path / "sandbox.json"
    dead = start_in_thread(product_url="http://127.0.0.1:9", state=state, **QUICK)
    client = Sandbox(dead.url)
    client.customer("Amira").writes("Hello")
    client.customer("Ida").sends_media(b"%PDF-1.4", "application/pdf", "a.pdf")
    client.session.close()
    dead.stop()
    rows = json.loads(state.read_text())
    for delivery in rows["deliveries"]:
        delivery["url"] = f"{product.url}/webhooks/whatsapp/"
    state.write_text(json.dumps(rows))
    alive = start_in_thread(product_url=product.url, state=state, **QUICK)
    client = Sandbox(alive.url)
    assert {m["type"] for m in product.waits_for(2)} == {"text", "document"}
    client.waits_until_taken()
    assert client.customer("Ida").messages()[0]["file"]["size"] == 8
    assert client.customer("Amira").messages()[0]["status"] == "delivered"
    client.session.close()
    alive.stop()


def test_raw_bodies_leave_exactly_as_given_and_badly_signed_if_asked(product, sandbox):
    secret = sandbox.numbers()[0]["app_secret"].encode()
    sandbox.raw(body="not json at all")
    sandbox.raw({"object": "x"}, signature="bad")
    product.waits(lambda: len(product.calls) == 2)
    bodies = {body: headers["X-Hub-Signature-256"] for headers, body in product.calls}
    good = [s == "sha256=" + hmac.new(secret, b, hashlib.sha256).hexdigest() for b, s in bodies.items()]
    assert set(bodies) == {b"not json at all", b'{"object":"x"}'}
    assert [good[list(bodies).index(b)] for b in (b"not json at all", b'{"object":"x"}')] == [True, False]


def test_a_callback_override_is_verified_before_it_is_used(graph, product):
    override = {"override_callback_uri": f"{product.url}/other", "verify_token": "wrong"}
    assert code(graph.call("POST", "{waba}/subscribed_apps", json=override)) == 100
    override["verify_token"] = "hafen-x"
    assert graph.call("POST", "{waba}/subscribed_apps", json=override).json() == {"success": True}
    row = graph.call("GET", "{waba}/subscribed_apps").json()["data"][0]
    assert row["override_callback_uri"] == f"{product.url}/other"


def test_the_product_verifies_with_each_accounts_token(sandbox):
    assert [row["ok"] for row in sandbox.call("verify", {})["verified"]] == [True, True]


# Faults


@pytest.fixture
def amira(sandbox):
    return sandbox.customer("Amira")


def test_repeat_sends_the_same_bytes_again(product, sandbox, amira):
    sandbox.fault("repeat", copies=3, times=1)
    amira.writes("Hello")
    product.waits_for(3)
    assert len({body for _, body in product.calls}) == 1


def test_reorder_turns_a_group_round(product, sandbox, amira):
    sandbox.fault("reorder", count=3, wait=5, times=1)
    for word in ("one", "two", "three"):
        amira.writes(word)
    assert [m["text"]["body"] for m in product.waits_for(3)] == ["three", "two", "one"]


def test_batch_puts_many_of_both_accounts_and_kinds_into_one_post_each(product, sandbox, amira):
    berlin, lisbon = sandbox.numbers()
    sandbox.fault("batch", count=4, wait=5, times=1)
    amira.writes("one")
    amira.writes("two")
    sandbox.customer("Ida").writes("three")
    amira.writes("four", number=lisbon["phone_number_id"])
    product.waits_for(4)
    sizes = sorted(len(json.loads(b)["entry"][0]["changes"][0]["value"]["messages"]) for _, b in product.calls)
    assert sizes == [1, 3]
    assert {json.loads(b)["entry"][0]["id"] for _, b in product.calls} == {berlin["waba_id"], lisbon["waba_id"]}


def test_hold_keeps_webhooks_until_it_is_cleared(product, sandbox, amira):
    sandbox.fault("hold")
    amira.writes("Hello")
    assert sandbox.get("webhooks")["held"] == 1
    sandbox.clear_faults()
    assert product.waits_for(1)


def test_delay_lets_later_words_overtake(product, sandbox, amira):
    sandbox.fault("delay", seconds=0.3, times=1)
    amira.writes("slow")
    amira.writes("quick")
    assert [m["text"]["body"] for m in product.waits_for(2)] == ["quick", "slow"]


def test_refuse_answers_with_the_asked_code(graph, sandbox, amira):
    sandbox.fault("refuse", code=131016, times=1)
    answer = graph.send(AMIRA)
    assert (answer.status_code, code(answer)) == (503, 131016)
    assert graph.send(AMIRA).status_code == 200


def test_fail_accepts_and_fails_later(graph, product, sandbox, amira):
    amira.writes("Hello")
    sandbox.fault("fail", code=131053, details="Broken picture", times=1)
    assert graph.send(AMIRA).status_code == 200
    error = product.waits_for(1, "statuses")[0]["errors"][0]
    assert (error["code"], error["error_data"]["details"]) == (131053, "Broken picture")


def test_drop_answer_sends_the_message_but_cuts_the_line(graph, sandbox, amira):
    amira.writes("Hello")
    sandbox.fault("drop_answer", times=1)
    with pytest.raises(requests.ConnectionError):
        graph.send(AMIRA, biz_opaque_callback_data="mine")
    assert sandbox.waits_for_sent(callback="mine", status="delivered")


@pytest.mark.parametrize("how, status", [("503", 503), ("html", 502)])
def test_an_outage_answers_as_a_broken_meta_would(graph, sandbox, how, status):
    sandbox.fault("outage", how=how)
    assert graph.send(AMIRA).status_code == status
    assert graph.call("GET", "{number}").status_code == status


def test_a_cut_outage_does_nothing_at_all(graph, sandbox, amira):
    sandbox.fault("outage", how="cut")
    with pytest.raises(requests.ConnectionError):
        graph.send(AMIRA)
    assert sandbox.sent() == []


def test_status_first_overtakes_the_answer(graph, product, sandbox, amira):
    amira.writes("Hello")
    sandbox.fault("status_first", times=1)
    wamid = graph.send(AMIRA).json()["messages"][0]["id"]
    assert [s["id"] for s in product.elements("statuses")][:1] == [wamid]


def test_an_unknown_fault_is_refused_in_words(sandbox):
    with pytest.raises(AssertionError, match="Unknown fault"):
        sandbox.fault("earthquake")


def test_manual_statuses_come_only_when_told(graph, product, sandbox, amira):
    amira.writes("Hello")
    sandbox.settings(statuses="manual")
    wamid = graph.send(AMIRA).json()["messages"][0]["id"]
    sandbox.status(wamid, "delivered")
    sandbox.status(wamid, "sent", again=True)
    assert [s["status"] for s in product.waits_for(2, "statuses")] == ["delivered", "sent"]
    with pytest.raises(AssertionError, match="can't become"):
        sandbox.status(wamid, "sent")
