"""The gateway of Twilio's shape against the sandbox: what it takes, and which refusal means what."""

import pytest

from broadcasts.failures import Refused, SenderFault, TryLater, Unclear
from broadcasts.sms.gateway import Answer, BadSignature, Call, Credentials, Malformed, Report, Text
from broadcasts.sms.signature import signature
from broadcasts.sms.twilio import Twilio

AMIRA = "+4915155501301"
URL = "https://inbox.example.com/webhooks/sms/twilio/"


@pytest.fixture
def credentials(texting):
    account = texting.account()
    return Credentials(account["numbers"][0], account["sid"], account["auth_token"])


def send(credentials, to=AMIRA, body="Your parcel is here."):
    return Twilio().send(credentials, Text(to, body, "http://127.0.0.1:9/report"))


def test_a_text_is_sent_and_known_by_the_gateways_id(texting, credentials):
    """S4-35: by SMS."""
    sid = send(credentials)
    (text,) = texting.sent()
    assert (text["sid"], text["to"], text["sender"], text["body"]) == (
        sid,
        AMIRA,
        credentials.sender,
        "Your parcel is here.",
    )


@pytest.mark.parametrize(
    ("fault", "meaning", "code"),
    [
        ({"kind": "refuse", "code": 21211}, Refused, "21211"),
        ({"kind": "refuse", "code": 21610}, Refused, "21610"),
        ({"kind": "refuse", "code": 99999}, Refused, "99999"),
        ({"kind": "refuse", "code": 21606}, SenderFault, "21606"),
        ({"kind": "refuse", "code": 20003}, SenderFault, "20003"),
        ({"kind": "refuse", "code": 20429}, TryLater, "20429"),
        ({"kind": "refuse", "code": 20500}, TryLater, "20500"),
        ({"kind": "outage", "how": "503"}, TryLater, "20503"),
        ({"kind": "outage", "how": "html"}, Unclear, "502"),
        ({"kind": "drop_answer"}, Unclear, ""),
    ],
)
def test_what_the_gateway_says_is_told_apart(texting, credentials, fault, meaning, code):
    texting.fault(**fault, times=1)
    with pytest.raises(meaning) as failure:
        send(credentials)
    assert failure.value.code == code
    assert failure.value.words


def test_a_text_whose_answer_was_lost_has_been_sent_all_the_same(texting, credentials):
    texting.fault("drop_answer", times=1)
    with pytest.raises(Unclear):
        send(credentials)
    assert len(texting.sent()) == 1


def test_a_gateway_that_is_away_certainly_took_nothing(settings, credentials):
    settings.SMS_API_URL = "http://127.0.0.1:9"
    with pytest.raises(TryLater):
        send(credentials)


def test_a_wrong_token_is_the_senders_fault(texting, credentials):
    with pytest.raises(SenderFault):
        send(Credentials(credentials.sender, credentials.account, "wrong"))


def call(secret="s3cret", **fields):
    listed = {name: [value] for name, value in fields.items()}
    return Call([URL], listed, signature(secret, URL, listed))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", "sent"),
        ("queued", "sent"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("undelivered", "failed"),
        ("failed", "failed"),
        ("canceled", "failed"),
    ],
)
def test_reports_are_read(word, status):
    news = Twilio().news_in(call(MessageSid="SM1", MessageStatus=word, ErrorCode="30005"), ["other", "s3cret"])
    assert isinstance(news, Report)
    assert (news.message_id, news.status) == ("SM1", status)
    assert (news.code == "30005") == (status == "failed")


def test_a_text_that_came_in_is_read():
    news = Twilio().news_in(call(MessageSid="SM1", SmsStatus="received", From=AMIRA, To="+49", Body="Stop"), ["s3cret"])
    assert news == Answer("SM1", AMIRA, "+49", "Stop")


@pytest.mark.parametrize("secrets", [[], ["wrong"], [""]])
def test_nobody_without_a_secret_of_ours_is_believed(secrets):
    with pytest.raises(BadSignature):
        Twilio().news_in(call(MessageSid="SM1", MessageStatus="sent"), secrets)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"MessageStatus": "sent"},
        {"MessageSid": "SM1"},
        {"MessageSid": "SM1", "MessageStatus": "levitating"},
        {"MessageSid": "SM1", "SmsStatus": "received", "Body": "Stop"},
    ],
)
def test_what_is_signed_and_of_no_use_says_why(fields):
    with pytest.raises(Malformed):
        Twilio().news_in(call(**fields), ["s3cret"])
