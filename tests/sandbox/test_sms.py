"""The sandbox's SMS gateway: what it takes and refuses, its signed callbacks, STOP and START, trouble on demand."""

from urllib.parse import parse_qsl

import pytest
import requests

from tests.sandbox.conftest import QUICK
from tests.sandbox.phone import Sandbox
from tests.sandbox.texting import Texting
from whatsapp.sandbox.server import start_in_thread
from whatsapp.sandbox.sms.signature import signature

AMIRA = "+4915155501301"


@pytest.fixture
def texting(sandbox):
    return Texting(sandbox)


class Business:
    """A client of the gateway: plain requests with the account's sid and token."""

    def __init__(self, url, account):
        self.url, self.account, self.sender = url, account, account["numbers"][0]

    def send(self, to=AMIRA, body="Your parcel is here.", auth=None, **fields):
        form = {"To": to, "From": self.sender, "Body": body, **fields}
        sid, token = auth or (self.account["sid"], self.account["auth_token"])
        path = f"{self.url}/2010-04-01/Accounts/{self.account['sid']}/Messages.json"
        return requests.post(path, data=form, auth=(sid, token), timeout=20)


@pytest.fixture
def business(handle, texting):
    return Business(handle.url, texting.account())


def fields_of(call):
    return dict(parse_qsl(call[1].decode(), keep_blank_values=True))


def statuses(product):
    return [fields_of(call).get("MessageStatus") for call in list(product.calls)]


def test_the_signature_is_the_one_of_twilios_own_example():
    """Token, address, fields and signature as Twilio's libraries test theirs."""
    fields = {
        "To": "+18005551212",
        "From": "+14158675309",
        "Caller": "+14158675309",
        "Digits": "1234",
        "CallSid": "CA1234567890ABCDE",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_text_is_taken_with_201_and_twilios_own_answer(business, texting):
    answer = business.send()
    assert answer.status_code == 201
    message = answer.json()
    assert (message["status"], message["direction"], message["num_segments"]) == ("queued", "outbound-api", "1")
    assert message["sid"].startswith("SM")
    assert len(message["sid"]) == 34
    assert [(t["to"], t["body"]) for t in texting.sent()] == [(AMIRA, "Your parcel is here.")]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"To": "12"}, 400, 21211),
        ({"To": "+15005550001"}, 400, 21211),
        ({"To": "+15005550009"}, 400, 21614),
        ({"To": "+15005550004"}, 400, 21610),
        ({"To": ""}, 400, 21604),
        ({"From": ""}, 400, 21603),
        ({"From": "+4915700000000"}, 400, 21606),
        ({"From": "A name of many letters"}, 400, 21212),
        ({"Body": ""}, 400, 21602),
        ({"Body": "x" * 1601}, 400, 21617),
        ({"StatusCallback": "nowhere"}, 400, 21609),
    ],
)
def test_it_refuses_as_twilio_does(business, texting, fields, status, code):
    answer = business.send(**fields)
    body = answer.json()
    assert (answer.status_code, body["code"], body["status"]) == (status, code, status)
    assert str(code) in body["more_info"]
    assert texting.sent() == []


def test_a_wrong_token_is_refused(business):
    answer = business.send(auth=(business.account["sid"], "wrong"))
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_more_than_the_account_may_is_too_many_requests(business, texting):
    texting.account_is(per_second=1)
    assert business.send().status_code == 201
    answer = business.send()
    assert (answer.status_code, answer.json()["code"]) == (429, 20429)


def test_callbacks_come_signed_and_in_order(business, product):
    callback = f"{product.url}/status?recipient=7"
    business.send(StatusCallback=callback)
    product.waits(lambda: len(product.calls) >= 3)
    assert statuses(product) == ["queued", "sent", "delivered"]
    headers, _ = product.calls[0]
    fields = fields_of(product.calls[0])
    assert headers["X-Twilio-Signature"] == signature(business.account["auth_token"], callback, fields)
    assert fields["To"] == AMIRA


def test_a_text_that_the_network_refuses_is_undelivered_with_its_code(business, texting, product):
    texting.fault("fail", code=30005)
    business.send(StatusCallback=f"{product.url}/status")
    product.waits(lambda: "undelivered" in statuses(product))
    assert fields_of(product.calls[-1])["ErrorCode"] == "30005"


def test_stop_unsubscribes_and_start_undoes_it(business, texting, product):
    texting.says(AMIRA, "Stop")
    product.waits(lambda: product.calls)
    came = fields_of(product.calls[0])
    assert (came["From"], came["To"], came["Body"]) == (AMIRA, business.sender, "Stop")
    assert business.send().json()["code"] == 21610
    texting.says(AMIRA, "START")
    assert business.send().status_code == 201


def test_a_dropped_answer_has_sent_all_the_same(business, texting):
    texting.fault("drop_answer", times=1)
    with pytest.raises(requests.ConnectionError):
        business.send()
    assert len(texting.sent()) == 1


def test_trouble_on_demand_repeats_and_delays_callbacks(business, texting, product):
    texting.fault("delay", seconds=0.15, times=1)
    texting.fault("repeat", copies=2, times=1)
    business.send(StatusCallback=f"{product.url}/status")
    product.waits(lambda: len(product.calls) >= 4)
    assert statuses(product) == ["sent", "sent", "delivered", "queued"]


def test_texts_and_unsubscriptions_survive_a_restart(tmp_path):
    state = tmp_path / "sandbox.json"
    for first in (True, False):
        handle = start_in_thread(state=state, **QUICK)
        client = Sandbox(handle.url)
        texting = Texting(client)
        business = Business(handle.url, texting.account())
        if first:
            business.send()
            texting.says(AMIRA, "STOP")
        else:
            assert [t["body"] for t in texting.sent()] == ["Your parcel is here."]
            assert business.send().json()["code"] == 21610
        client.session.close()
        handle.stop()
