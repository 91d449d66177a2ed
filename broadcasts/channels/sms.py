"""SMS: a text per recipient through an HTTP gateway."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from broadcasts import people, senders
from broadcasts.channels.direct import Direct, outcome_of
from broadcasts.failures import Refused
from broadcasts.models import Broadcast
from broadcasts.rules.forward import mark_of_try
from broadcasts.rules.personalise import fill
from broadcasts.sms.gateway import Text
from broadcasts.sms.kinds import GATEWAYS
from broadcasts.sms.stopping import STOP_HINT, with_hint
from broadcasts.sms.words import HOPELESS, UNSUBSCRIBED
from inbox.actions.refusals import Refusal
from inbox.actions.sending.starting import valid_phone
from inbox.consent import Said
from inbox.models import Consent

MESSAGE_LIMIT = 1600
AT_ONCE = 8
# A gateway takes its time for each answer: so many wait for theirs together. They ask no database.
HANDS = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sms")


@dataclass(frozen=True)
class Written:
    body: str

    def __str__(self):
        return self.body


class Sms(Direct):
    kind = Broadcast.Channel.SMS
    hopeless = frozenset(f"sms_{code}" for code in HOPELESS)
    at_once = AT_ONCE

    def sender(self, broadcast):
        return broadcast.sms_sender

    def address(self, typed, broadcast):
        return valid_phone(typed)

    def address_of(self, contact):
        return contact.phone

    def check(self, broadcast):
        super().check(broadcast)
        text = broadcast.content.get("message", "")
        if not text.strip():
            raise Refusal("content", "A text message needs a text.", "message", 400)
        if len(text) > MESSAGE_LIMIT:
            raise Refusal("content", f"The text is longer than {MESSAGE_LIMIT:,} characters.", "message", 400)
        if broadcast.content.get("offers_stop") and not self.sender(broadcast).takes_answers:
            words = f"Nobody can reply to “{self.sender(broadcast).sender}”: leave out “{STOP_HINT}”."
            raise Refusal("content", words, "offers_stop", 400)

    def written(self, broadcast, values):
        return Written(with_hint(fill(broadcast.content["message"], values, "message"), broadcast.content))

    def request(self, recipient, message):
        sender = self.sender(recipient.broadcast)
        text = Text(recipient.address, message.body, report_url(sender, recipient))
        return partial(GATEWAYS[sender.kind].send, senders.credentials_of(sender), text)

    def hand_over(self, requests):
        futures = {recipient_id: HANDS.submit(outcome_of, request) for recipient_id, request in requests.items()}
        return {recipient_id: future.result() for recipient_id, future in futures.items()}

    def settle(self, recipient, outcome):
        """Who told the gateway STOP has told us."""
        super().settle(recipient, outcome)
        if isinstance(outcome, Refused) and outcome.code == UNSUBSCRIBED:
            people.refuse_at(Consent.Channel.SMS, recipient.address, Said(Consent.Source.WORD), recipient.contact)


def report_url(sender, recipient):
    """Where the gateway tells what became of it. The recipient and the try stand in the address, which is signed with
    every call: so a report finds its recipient before we have written down the gateway's id."""
    query = urlencode({"recipient": recipient.pk, "try": mark_of_try(recipient.left_at)})
    return f"{settings.SITE_URL}{reverse('sms_webhook', args=[sender.kind])}?{query}"
