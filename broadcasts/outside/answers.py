"""What people answer to our SMS: STOP and START go to the registry of consent, the rest is kept (S3-51 to S3-55)."""

from django.db import IntegrityError, transaction

from broadcasts import people
from broadcasts.models import SmsAnswer
from inbox.consent import Said
from inbox.models import Consent
from inbox.rules.consent import OPT_IN, OPT_OUT, OPTIN_WORDS, OPTOUT_WORDS, heard

# What gateways and networks obey by themselves, beside the words that WhatsApp numbers listen to.
STOP_WORDS = (*OPTOUT_WORDS, "stopall", "cancel", "end", "quit")
START_WORDS = (*OPTIN_WORDS, "start", "unstop")


def take(sender, answer):
    """Keep one inbound SMS and do what it says. Returns the SmsAnswer, None where it was told before."""
    meaning = heard(answer.body, STOP_WORDS, START_WORDS)
    try:
        with transaction.atomic():
            kept = SmsAnswer.objects.create(
                sender=sender, message_id=answer.message_id, phone=answer.sender, body=answer.body, meaning=meaning
            )
    except IntegrityError:
        return None
    _obey(kept)
    return kept


def _obey(kept):
    said = Said(Consent.Source.WORD, at=kept.received_at)
    if kept.meaning == OPT_OUT:
        concerned = people.refuse_at(Consent.Channel.SMS, kept.phone, said)
    elif kept.meaning == OPT_IN:
        concerned = people.agree_at(Consent.Channel.SMS, kept.phone, said)
    else:
        concerned = []
    contact = concerned[0] if concerned else people.contacts_at(Consent.Channel.SMS, kept.phone).first()
    SmsAnswer.objects.filter(pk=kept.pk).update(contact=contact)
