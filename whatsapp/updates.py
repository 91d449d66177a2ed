"""What Meta tells about message templates, numbers and accounts, applied to our copies of them."""

import re

from django.utils import timezone

from whatsapp import connection, inbound, signals, standing, template_sync
from whatsapp.errors import NUMBER_FAULTS, sentence
from whatsapp.models import Account, MessageTemplate, Number
from whatsapp.signals import Unusable
from whatsapp.template_sync import SYNC_TASK
from whatsapp.wake import wake

# account_update events after which nothing leaves the account's numbers, and those that end it.
CUT_OFF = {
    "ACCOUNT_DELETED": "Meta has deleted this WhatsApp business account.",
    "ACCOUNT_OFFBOARDED": "This WhatsApp business account was disconnected at Meta. Connect it again.",
    "DISABLE": "Meta has disabled this WhatsApp business account. Appeal in Meta's business settings.",
}
BACK = ("ACCOUNT_RECONNECTED", "REINSTATE")
RESTRICTED, NO_BEGINNING = "ACCOUNT_RESTRICTION", "RESTRICTED_BIZ_INITIATED_MESSAGING"
# What news of a number's quality say of its state.
FLAGS = {"FLAGGED": "FLAGGED", "UNFLAGGED": "CONNECTED"}


def apply(event):
    """Apply an event that concerns the gateway's own rows; others are left to the layers above. Raises Unusable."""
    handler = HANDLERS.get(type(event))
    if handler:
        handler(event)


def account_of(event):
    account = Account.objects.filter(waba_id=event.waba_id).first()
    if account is None:
        raise Unusable(f"No business account with the id {event.waba_id} is connected here.")
    return account


# --- Message templates -----------------------------------------------------------------------------------------------


def template_changed(event):
    """Status, quality and category at once; what Meta tells only in part (components, a new template) by a sync."""
    account = account_of(event)
    template = template_of(account, event)
    if template is None:
        wake(SYNC_TASK, account.pk)
        return
    changed = template_fields(event.changes)
    if changed:
        template_sync.update(template, timezone.now(), changed)
    if "components" in event.changes:
        wake(SYNC_TASK, account.pk)


def template_of(account, event):
    templates = MessageTemplate.objects.filter(account=account)
    found = templates.filter(meta_id=event.template_id).first() if event.template_id else None
    return found or templates.filter(name=event.name, language=event.language).first()


def template_fields(changes):
    told = {name: changes[name] for name in ("status", "quality", "category") if name in changes}
    if "status" in changes:
        told["rejected_reason"] = rejection(changes)
    return {name: fitting(MessageTemplate, name, value) for name, value in told.items()}


def rejection(changes):
    """Meta's words about a rejection or a pause, else its code."""
    info = changes.get("rejection_info", {})
    other = changes.get("other_info", {})
    words = [info.get("reason"), info.get("recommendation"), other.get("description")]
    return " ".join(word for word in words if isinstance(word, str) and word) or changes.get("reason", "")


# --- Numbers ---------------------------------------------------------------------------------------------------------


def number_changed(event):
    """Meta names the number only by its display number, in digits."""
    digits = re.sub(r"\D", "", event.display_phone_number)
    numbers = [one for one in account_of(event).numbers.all() if re.sub(r"\D", "", one.display_phone_number) == digits]
    if not digits or not numbers:
        raise Unusable(f"No number {event.display_phone_number} is connected here.")
    changed = NUMBER_FIELDS.get(event.field, lambda value: {})(event.value)
    changed = {
        name: fitting(Number, name, value) for name, value in changed.items() if isinstance(value, str) and value
    }
    if changed:
        standing.keep(numbers[0], **changed)


def limit_told(value):
    limit = value.get("max_daily_conversations_per_business") or value.get("current_limit")
    return {"messaging_limit": limit, "status": FLAGS.get(str(value.get("event")))}


def name_told(value):
    return {"verified_name": value.get("requested_verified_name")} if value.get("decision") == "APPROVED" else {}


def number_faulted(event):
    """Only faults of the number itself stop its sending; a rate limit, for one, passes."""
    number = Number.objects.filter(phone_number_id=event.phone_number_id).first()
    if number and event.fault.code in NUMBER_FAULTS:
        connection.hold(number, sentence(event.fault.code, event.fault.details))


# --- Accounts --------------------------------------------------------------------------------------------------------


def account_changed(event):
    """An account that Meta cut off holds all its numbers; news without consequence stay in the webhook call."""
    if event.field != "account_update":
        return
    if event.value.get("event") == RESTRICTED:
        account_restricted(event)
    ban = event.value.get("ban_info")
    state = ban.get("waba_ban_state") if isinstance(ban, dict) else event.value.get("event")
    if not isinstance(state, str) or state not in (*CUT_OFF, *BACK):
        return
    for number in account_of(event).numbers.all():
        if state in CUT_OFF:
            connection.hold(number, CUT_OFF[state])
        else:
            connection.resume(number)


def account_restricted(event):
    """Meta lets the account's numbers answer, but not begin."""
    told = event.value.get("restriction_info")
    kinds = [row.get("restriction_type") for row in told if isinstance(row, dict)] if isinstance(told, list) else []
    if NO_BEGINNING in kinds:
        signals.account_restricted.send(Account, account=account_of(event))


def fitting(model, name, value):
    """A text as long as its column takes."""
    return value[: model._meta.get_field(name).max_length]


NUMBER_FIELDS = {"phone_number_quality_update": limit_told, "phone_number_name_update": name_told}
HANDLERS = {
    inbound.AccountChanged: account_changed,
    inbound.NumberChanged: number_changed,
    inbound.NumberFaulted: number_faulted,
    inbound.TemplateChanged: template_changed,
}
