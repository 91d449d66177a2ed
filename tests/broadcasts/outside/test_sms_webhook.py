"""The SMS gateways' webhook: who is believed, and what becomes of what they tell."""

import pytest
from django.utils import timezone

from broadcasts import ledger
from broadcasts.channels.sms import report_url
from broadcasts.models import BadCall, Recipient, SmsAnswer, SmsSender
from broadcasts.sms.signature import signature
from inbox.models import Consent, Contact
from tests import factories
from tests.broadcasts.senders import make_sms, only

pytestmark = pytest.mark.django_db

AMIRA, TOKEN = "+4915155501301", "s3cret"
SITE = "https://inbox.example.com"
INBOUND = "/webhooks/sms/twilio/"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE


@pytest.fixture
def sender():
    return SmsSender.objects.create(name="Texts", sender="+4930555", account_sid="AC1", auth_token=TOKEN)


@pytest.fixture
def recipient(sender):
    """One who was just written to."""
    broadcast = make_sms(sender, [AMIRA])
    ledger.move([only(broadcast)], "sending", timezone.now(), left_at=timezone.now())
    return only(broadcast)


@pytest.fixture
def post(client):
    def post(path, token=TOKEN, signed_for=None, **fields):
        fields = {"AccountSid": "AC1", "MessageSid": "SM1", **fields}
        listed = {name: [value] for name, value in fields.items()}
        header = {"X-Twilio-Signature": signature(token, signed_for or SITE + path, listed)}
        return client.post(path, fields, headers=header)

    return post


@pytest.fixture
def report(post, sender, recipient):
    def report(word, **more):
        path = report_url(sender, recipient).removeprefix(SITE)
        answer = post(path, MessageStatus=word, **more)
        recipient.refresh_from_db()
        return answer

    return report


def test_a_report_moves_its_recipient(report, recipient):
    for word, status in (("queued", "sent"), ("sent", "sent"), ("delivered", "delivered")):
        assert report(word).status_code == 200
        assert recipient.status == status
    assert (recipient.external_id, ledger.totals(recipient.broadcast)["delivered"]) == ("SM1", 1)
    assert recipient.sent_at is not None


def test_reports_come_twice_early_and_late_and_change_nothing(report, recipient):
    """Idempotent, forward only."""
    for word in ("delivered", "sent", "queued", "delivered", "undelivered"):
        report(word, ErrorCode="30005")
        assert recipient.status == "delivered"
    assert ledger.totals(recipient.broadcast)["delivered"] == 1


def test_a_failure_has_its_code_and_words(report, recipient):
    report("undelivered", ErrorCode="30005")
    assert (recipient.status, recipient.reason) == ("failed", "sms_30005")
    assert recipient.words == "This number does not exist any more."


def test_a_report_ends_a_doubt(report, recipient):
    ledger.move([recipient], "failed", timezone.now(), reason="unconfirmed", words="May have been sent.")
    report("sent")
    assert (recipient.status, recipient.reason, recipient.words) == ("sent", "", "")


def test_the_failure_of_an_earlier_try_says_nothing_of_this_one(post, report, sender, recipient):
    earlier = report_url(sender, recipient).removeprefix(SITE)
    Recipient.objects.update(left_at=timezone.now(), external_id="SM2")
    post(earlier, MessageStatus="undelivered", ErrorCode="30005")
    recipient.refresh_from_db()
    assert recipient.status == "sending"
    post(earlier, MessageStatus="delivered")
    recipient.refresh_from_db()
    assert recipient.status == "delivered"


@pytest.mark.parametrize("forgery", ["no signature", "another token", "another address", "another account"])
def test_nobody_is_believed_without_the_senders_token(client, post, sender, recipient, forgery):
    path = report_url(sender, recipient).removeprefix(SITE)
    if forgery == "no signature":
        answer = client.post(path, {"AccountSid": "AC1", "MessageSid": "SM1", "MessageStatus": "delivered"})
    elif forgery == "another token":
        answer = post(path, token="guessed", MessageStatus="delivered")
    elif forgery == "another address":
        answer = post(path, signed_for=SITE + INBOUND, MessageStatus="delivered")
    else:
        answer = post(path, MessageStatus="delivered", AccountSid="AC2")
    recipient.refresh_from_db()
    assert (answer.status_code, recipient.status) == (403, "sending")
    assert not BadCall.objects.exists()


def test_another_accounts_token_says_nothing_of_our_recipients(post, sender, recipient):
    SmsSender.objects.create(name="Other", sender="+4930556", account_sid="AC2", auth_token="other")
    path = report_url(sender, recipient).removeprefix(SITE)
    answer = post(path, token="other", AccountSid="AC2", MessageStatus="delivered")
    recipient.refresh_from_db()
    assert (answer.status_code, recipient.status) == (400, "sending")


@pytest.mark.parametrize("fields", [{"MessageStatus": "levitating"}, {"MessageSid": ""}, {"Body": "Hi", "From": ""}])
def test_what_is_signed_and_of_no_use_is_kept_with_the_reason(post, sender, fields):
    assert post(INBOUND, **fields).status_code == 400
    kept = BadCall.objects.get()
    assert kept.reason
    assert "Body" not in kept.fields


def test_there_is_nothing_for_other_gateways_and_other_methods(client):
    assert client.post("/webhooks/sms/pigeon/").status_code == 404
    assert client.get(INBOUND).status_code == 405


def says(post, words, sid="SM9", **more):
    return post(INBOUND, MessageSid=sid, From=AMIRA, To="+4930555", Body=words, SmsStatus="received", **more)


@pytest.mark.parametrize("words", ["STOP", "stop", " Stop! ", "Stopall", "UNSUBSCRIBE", "cancel", "Optout"])
def test_stop_goes_to_the_registry_of_consent(post, sender, words):
    """S3-51, S3-53: the whole message, in any case."""
    amira = factories.make_contact(phone=AMIRA)
    answer = says(post, words)
    amira.refresh_from_db()
    assert (answer.status_code, amira.sms_optout) == (200, "all")
    kept = Consent.objects.get(contact=amira)
    assert (kept.channel, kept.state, kept.source) == ("sms", "all", "word")
    assert SmsAnswer.objects.get().contact == amira


def test_start_undoes_it(post, sender):
    amira = factories.make_contact(phone=AMIRA)
    says(post, "STOP")
    says(post, "START", sid="SM10")
    amira.refresh_from_db()
    assert amira.sms_optout == ""


def test_other_words_are_kept_and_refuse_nothing(post, sender):
    amira = factories.make_contact(phone=AMIRA)
    says(post, "Please stop by tomorrow")
    amira.refresh_from_db()
    assert amira.sms_optout == ""
    assert SmsAnswer.objects.get().body == "Please stop by tomorrow"


def test_stop_of_somebody_unknown_is_remembered(post, sender):
    says(post, "STOP")
    assert Contact.objects.get(phone=AMIRA).sms_optout == "all"


def test_an_answer_that_is_told_twice_is_kept_once(post, sender):
    """A repeated START from before a later STOP must not undo it."""
    factories.make_contact(phone=AMIRA)
    says(post, "START", sid="SM1")
    says(post, "STOP", sid="SM2")
    assert says(post, "START", sid="SM1").status_code == 200
    assert SmsAnswer.objects.count() == 2
    assert Contact.objects.get(phone=AMIRA).sms_optout == "all"


def test_a_text_to_none_of_our_senders_is_kept_as_of_no_use(post, sender):
    answer = post(INBOUND, From=AMIRA, To="+4930999", Body="STOP", SmsStatus="received")
    assert answer.status_code == 400
    assert BadCall.objects.count() == 1


@pytest.mark.parametrize("account", ["AC\x00", "\x00", "A" * 5000])
def test_an_account_that_is_none_proves_nothing(client, account):
    """No 503, for which gateways call again."""
    assert client.post(INBOUND, {"AccountSid": account, "MessageSid": "SM1"}).status_code == 403


def test_what_cannot_be_kept_is_left_out_of_a_call_of_no_use(post, sender):
    answer = post(INBOUND, MessageStatus="strange", Other="a\x00b")
    assert answer.status_code == 400
    assert BadCall.objects.get().fields["Other"] == ["ab"]
