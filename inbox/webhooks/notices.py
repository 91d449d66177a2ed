"""Admins hear by mail, once, when a webhook does not get through any more; the admin shows it as long as it is so."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from inbox.models import Agent, Subscription
from inbox.rules.webhooks import owes_notice

logger = logging.getLogger(__name__)

PAUSED = """The webhook {name} does not get through: {trouble}

{url}

Events wait for it. It is tried again every few minutes, and gets everything in order once it answers; what is a day
old is given up. You see its state and its log, and can send a test, here:

{page}
"""
SWITCHED_OFF = """The webhook {name} was switched off: its program answered 410, which means that it wants no more.

{url}

If that was a mistake, switch it on again here; events of the last 30 days can be sent again:

{page}
"""


def tell_admins(now=None):
    """Mail what is owed. Returns how many notices left."""
    now = now or timezone.now()
    in_trouble = Subscription.objects.filter(Q(paused_at__isnull=False) | Q(switched_off_at__isnull=False))
    return sum(_tell(each, now) for each in in_trouble if owes_notice(_trouble_at(each), each.told_at, now))


def _trouble_at(subscription):
    if subscription.switched_off_at and not subscription.is_active:
        return subscription.switched_off_at
    return subscription.paused_at if subscription.is_active else None


def _tell(subscription, now):
    """Whoever marks it first sends the mail; when that fails the mark goes, and the next sweep tries again."""
    unmarked = Subscription.objects.filter(pk=subscription.pk, told_at=subscription.told_at)
    if not unmarked.update(told_at=now):
        return False
    admins = Agent.objects.filter(role=Agent.Role.ADMIN, is_active=True).values_list("email", flat=True)
    try:
        send_mail(_subject(subscription), _words(subscription), None, list(admins))
    except OSError as error:  # smtplib's errors are such
        logger.warning("No mail about webhook %s: %s", subscription.pk, type(error).__name__)
        Subscription.objects.filter(pk=subscription.pk, told_at=now).update(told_at=subscription.told_at)
        return False
    return True


def _subject(subscription):
    what = "does not get through" if subscription.is_active else "was switched off"
    return f"Webhook {_name(subscription)} {what}"


def _words(subscription):
    page = settings.SITE_URL + reverse("admin:inbox_subscription_change", args=[subscription.pk])
    words = PAUSED if subscription.is_active else SWITCHED_OFF
    return words.format(name=_name(subscription), trouble=subscription.trouble, url=subscription.url, page=page)


def _name(subscription):
    """One line, whatever was entered."""
    return " ".join((subscription.name or f"no. {subscription.pk}").split())
