"""A gateway of Twilio's shape, whoever runs it: SMS_API_URL names it.

Source: twilio.com/docs/messaging/api/message-resource and .../guides/track-outbound-message-status.
"""

from urllib.parse import quote

import requests
from django.conf import settings

from broadcasts import failures
from broadcasts.sms.gateway import Answer, BadSignature, Call, Credentials, Malformed, Report, Text
from broadcasts.sms.signature import fits
from broadcasts.sms.words import REFUSED, SENDER_FAULTS, TRY_LATER, sentence
from whatsapp.errors import Unreachable
from whatsapp.transport import retry_after_seconds, session, transport_error, usable_json

TIMEOUT_SECONDS = (5, 20)
# Whatever it does with a text that it has taken, for us it is sent.
STATUSES = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
SID_LIMIT = 64
BODY_LIMIT = 10_000


class Twilio:
    name = "Twilio, or a gateway of its shape"

    def send(self, credentials: Credentials, text: Text) -> str:
        form = {"To": text.to, "From": credentials.sender, "Body": text.body}
        form |= {"StatusCallback": text.report_url} if text.report_url else {}
        try:
            answer = session().post(
                f"{settings.SMS_API_URL}/2010-04-01/Accounts/{quote(credentials.account, safe='')}/Messages.json",
                data=form,
                auth=(credentials.account.encode(), credentials.secret.encode()),
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise _no_answer(error) from error
        body = usable_json(answer)
        told = body if isinstance(body, dict) else {}
        if answer.status_code in (200, 201) and isinstance(told.get("sid"), str):
            return told["sid"][:SID_LIMIT]
        raise _refusal(answer, told)

    def news_in(self, call: Call, secrets: list[str]) -> Report | Answer:
        if not any(fits(call.signed, secret, call.urls, call.fields) for secret in secrets):
            raise BadSignature
        said = {name: values[-1].replace("\x00", "") for name, values in call.fields.items()}
        sid = said.get("MessageSid") or said.get("SmsSid") or ""
        if not sid:
            raise Malformed("It names no message (MessageSid).")
        word = said.get("MessageStatus") or said.get("SmsStatus") or ""
        if word in ("received", "receiving") or (not word and "Body" in said):
            return _answer(sid, said)
        return _report(sid, word, said)

    def account_in(self, call: Call) -> str:
        return (call.fields.get("AccountSid") or [""])[-1].replace("\x00", "")


def _answer(sid: str, said: dict[str, str]) -> Answer:
    if not said.get("From") or not said.get("To"):
        raise Malformed("A text came in without From or To.")
    return Answer(sid[:SID_LIMIT], said["From"], said["To"], said.get("Body", "")[:BODY_LIMIT])


def _report(sid: str, word: str, said: dict[str, str]) -> Report:
    status = STATUSES.get(word)
    if status is None:
        raise Malformed(f"Its status is none that we know: {word[:40]!r}.")
    code = said.get("ErrorCode", "")[:20] if status == "failed" else ""
    return Report(sid[:SID_LIMIT], status, code, sentence(code) if status == "failed" else "")


def _no_answer(error: requests.RequestException) -> failures.NotSent:
    if isinstance(transport_error(error), Unreachable):
        return failures.TryLater("", "The SMS gateway could not be reached.")
    return failures.Unclear("", "The SMS gateway did not answer, so this may or may not have been sent.")


def _refusal(answer: requests.Response, told: dict) -> failures.NotSent:
    """By Twilio's code where it is known, else by the HTTP status. Something between us and it may have answered."""
    status, code = answer.status_code, str(told.get("code") or "")[:20]
    words = sentence(code or (str(status) if not told else ""))
    if code in SENDER_FAULTS or status in (401, 403, 404):
        return failures.SenderFault(code or str(status), words)
    if code in REFUSED:
        return failures.Refused(code, words)
    if code in TRY_LATER or status == 429:
        wait = retry_after_seconds(answer.headers)
        return failures.TryLater(code or str(status), sentence(code or "20429"), wait)
    if 400 <= status < 500:
        return failures.Refused(code or str(status), words)
    if code or status == 503:
        return failures.TryLater(code or "503", words, retry_after_seconds(answer.headers))
    return failures.Unclear(str(status), "What answered was not the gateway, so this may or may not have been sent.")
