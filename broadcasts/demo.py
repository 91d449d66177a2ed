"""Senders of email and SMS in the demo, and customers who have an email address: so that broadcasts can be tried.

Nothing leaves the machine: emails are files in var/mail, SMS go to the sandbox.
"""

import logging

import requests
from django.conf import settings
from django.dispatch import receiver
from django.utils.text import slugify

from broadcasts.models import EmailSender, SmsSender
from inbox.models import Contact
from inbox.signals import demo_written

logger = logging.getLogger(__name__)

NAME = "Hafen & Co"
DOMAIN = "hafen.example"


@receiver(demo_written)
def write(sender=None, **kwargs):
    if not EmailSender.objects.exists():
        reply_to = f"hello@{DOMAIN}"
        EmailSender.objects.create(name=NAME, address=f"news@{DOMAIN}", reply_to=reply_to)
    if not SmsSender.objects.exists():
        for account in _accounts_of_sandbox():
            _write_sms_sender(account)
    _give_addresses()


def _accounts_of_sandbox():
    """Only where the sandbox plays both far ends: nobody else is asked. Without it the demo has no SMS sender."""
    if settings.SMS_API_URL != settings.WHATSAPP_API_URL:
        return []
    try:
        answer = requests.get(f"{settings.SMS_API_URL}/control/sms/accounts", timeout=10)
        answer.raise_for_status()
    except requests.RequestException as trouble:
        logger.warning("No SMS sender in the demo: %s", trouble)
        return []
    return answer.json()["data"]


def _write_sms_sender(account):
    SmsSender.objects.create(
        name=f"{NAME} by SMS",
        sender=account["numbers"][0],
        account_sid=account["sid"],
        auth_token=account["auth_token"],
    )


def _give_addresses():
    """Each their own, made out of the name as far as that can stand in an address: example.org takes no mail."""
    nameless = Contact.objects.filter(email="").exclude(name="", profile_name="")
    for contact in nameless.order_by("pk"):
        name = slugify(contact.name or contact.profile_name).replace("-", ".")
        own = f"{name}@example.org" if name else f"customer.{contact.pk}@example.org"
        is_taken = Contact.objects.filter(email=own).exists()
        contact.email = f"{name}.{contact.pk}@example.org" if is_taken else own
        contact.save(update_fields=["email"])
