"""Is a number connected? Ask Meta, keep what it says, and put the number on hold or let it send again."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from whatsapp import reengagement, signals, standing
from whatsapp.client import GraphClient
from whatsapp.errors import GraphError, NumberFault
from whatsapp.models import Number
from whatsapp.number_states import CUT_OFF
from whatsapp.wake import wake


@dataclass(frozen=True)
class Check:
    """`is_connected`: messages can be sent and webhooks are subscribed. `words` say so, or what to do."""

    is_connected: bool
    words: str


def check(number):
    """Ask Meta about the number, subscribe to its account's webhooks if need be, and store what it says.

    A number on hold may send again after a good check; the number's own fault puts it on hold. Never raises GraphError.
    """
    client = GraphClient(number.account.access_token)
    try:
        told = client.number(number.phone_number_id)
        profile = client.business_profile(number.phone_number_id)
        _subscribe(client, number.account.waba_id)
    except NumberFault as error:
        _remember(number, {}, None)
        hold(number, error.sentence)
        return Check(False, error.sentence)
    except GraphError as error:
        return Check(False, error.sentence)
    _remember(number, told, profile)
    if number.status in CUT_OFF:
        words = f"Meta says that this number is {number.status.lower()}. Finish its registration at Meta."
        return Check(False, words)
    resume(number)
    if number.wants_reengagement:
        wake(reengagement.SUBMIT, number.account_id)
    return Check(True, f"Connected as {number.verified_name or number.display_phone_number}.")


def _subscribe(client, waba_id):
    if not client.subscriptions(waba_id):
        client.subscribe(waba_id)


def _remember(number, told, profile):
    changed = standing.fields_of(told)
    if profile is not None:
        changed["profile"] = {key: value for key, value in profile.items() if key != "messaging_product"}
    standing.keep(number, checked_at=timezone.now(), **changed)


def hold(number, reason, now=None):
    """Stop sending by this number; `reason` is a sentence. True when it was not on hold before."""
    with transaction.atomic():
        held = {"held_at": now or timezone.now(), "held_reason": reason}
        is_new = bool(Number.objects.filter(pk=number.pk, held_at=None).update(**held))
        if is_new:
            number.held_at, number.held_reason = held["held_at"], reason
            signals.number_held.send(Number, number=number)
    return is_new


def resume(number):
    """Let this number send again. True when it was on hold."""
    with transaction.atomic():
        is_new = bool(Number.objects.filter(pk=number.pk).exclude(held_at=None).update(held_at=None, held_reason=""))
        number.held_at, number.held_reason = None, ""
        if is_new:
            signals.number_resumed.send(Number, number=number)
    return is_new
