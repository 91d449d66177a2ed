"""Message templates as Meta has them, copied into MessageTemplate: on demand, every few hours, and when Meta tells."""

import logging

from django.db import transaction
from django.utils import timezone

from whatsapp.client import GraphClient
from whatsapp.errors import GraphError
from whatsapp.models import Account, MessageTemplate
from whatsapp.signals import template_changed
from whatsapp.wake import wake

logger = logging.getLogger(__name__)
SYNC_TASK = "whatsapp.tasks.sync_templates"
# What we keep of one that Meta no longer lists: whatever named it still can, and nobody can choose it.
DELETED = "DELETED"
# What decides whether, and as what, a template can be sent.
STATE = ("status", "category", "quality")


def sync(account_id):
    """Copy an account's templates from Meta; returns how many there are. Raises GraphError with nothing changed.

    Meta: `GET /{waba_id}/message_templates` (templates/template-management).
    """
    account = Account.objects.get(pk=account_id)
    begun_at = timezone.now()
    told = [row for row in GraphClient(account.access_token).templates(account.waba_id) if is_usable(row)]
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account_id)
        for row in told:
            store(account, row, begun_at)
        for gone in account.message_templates.filter(synced_at__lt=begun_at).exclude(status=DELETED):
            update(gone, begun_at, {"status": DELETED})
        Account.objects.filter(pk=account_id).update(templates_synced_at=begun_at)
    return len(told)


def sync_quietly(account_id):
    """As a task: a failure is logged by its code and left to the next time."""
    try:
        sync(account_id)
    except Account.DoesNotExist:
        logger.info("Account %s is gone: nothing to sync", account_id)
    except GraphError as error:
        logger.warning("Templates of account %s: %s %s", account_id, type(error).__name__, error.code)


def sync_all():
    """Wake a sync of every account that has a token."""
    for account in Account.objects.only("pk", "access_token"):
        if account.access_token:
            wake(SYNC_TASK, account.pk)


def store(account, row, synced_at):
    """Create or update the copy of one of Meta's template objects; one that Meta told of later stays."""
    template, is_new = MessageTemplate.objects.get_or_create(
        account=account,
        name=row["name"],
        language=language_of(row),
        defaults={**fields_of(row), "synced_at": synced_at},
    )
    if is_new:
        template_changed.send(MessageTemplate, template=template)
    elif template.synced_at <= synced_at:
        update(template, synced_at, fields_of(row))


def update(template, synced_at, told):
    """Write what Meta tells of a template into our copy, and tell whoever plans with it when its state is another."""
    is_other = any(name in told and told[name] != getattr(template, name) for name in STATE)
    MessageTemplate.objects.filter(pk=template.pk).update(**told, synced_at=synced_at)
    if is_other:
        template.refresh_from_db()
        template_changed.send(MessageTemplate, template=template)


def is_usable(row):
    return bool(text(row, "name") and text(row, "language") and text(row, "status"))


def language_of(row):
    """Webhooks write en-US, lists en_US."""
    return fitting("language", text(row, "language").replace("-", "_"))


def fields_of(row):
    components = row.get("components")
    quality = row.get("quality_score")
    return {
        "meta_id": fitting("meta_id", text(row, "id")),
        "status": fitting("status", text(row, "status").upper()),
        "category": fitting("category", text(row, "category").upper()),
        "rejected_reason": text(row, "rejected_reason"),
        "quality": fitting("quality", text(quality if isinstance(quality, dict) else {}, "score")),
        "parameter_format": fitting("parameter_format", text(row, "parameter_format").upper() or "POSITIONAL"),
        "components": components if isinstance(components, list) else [],
    }


def text(row, key):
    value = row.get(key)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def fitting(name, value):
    return value[: MessageTemplate._meta.get_field(name).max_length]
