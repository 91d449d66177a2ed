"""Agents and customers of a benchmark on the running installation, taken away when it ends."""

import time
from contextlib import contextmanager

import requests
from django.contrib.sessions.models import Session
from django.db import transaction

from benchmarks import customers, staff
from inbox.models import Agent, Contact, Conversation, Thread
from whatsapp.models import Number, WebhookCall

PATIENCE_SECONDS = 300


@contextmanager
def agents(count, entry):
    """Session keys of `count` agents of the number, who are away, so that nothing is handed to them."""
    number = Number.objects.get(phone_number_id=entry["phone_number_id"])
    made = staff.make_agents(count, [number], availability=Agent.Availability.AWAY)
    keys = [staff.session_of(agent) for agent in made]
    try:
        yield keys
    finally:
        Session.objects.filter(pk__in=keys).delete()
        Agent.objects.filter(email__endswith=f"@{staff.EMAIL_DOMAIN}").delete()
        forget_customers()


def forget_customers():
    """With their threads, which receipts may still reach: locked by id first. The webhook calls stay, as all do."""
    all_processed()
    leaving = Contact.objects.filter(phone__startswith=f"+{customers.FIRST_PHONE // 100_000}")
    with transaction.atomic():
        list(Thread.objects.select_for_update().filter(contact__in=leaving).order_by("pk").values_list("pk"))
        leaving.delete()


def conversation_of(customer, run):
    """The id of the open conversation of customer no. `customer`, who writes once to begin it."""
    body, headers = customers.text_from(customer, run["numbers"][0])
    requests.post(f"{run['web_url']}/webhooks/whatsapp/", body, headers=headers, timeout=10).raise_for_status()
    all_processed()
    phone = f"+{customers.FIRST_PHONE + customer}"
    return Conversation.objects.exclude(status="closed").get(thread__contact__phone=phone).pk


def all_processed():
    """Wait until the workers have done with every webhook call."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while WebhookCall.objects.filter(processed_at=None).exists():
        if time.monotonic() > deadline:
            raise SystemExit("The workers do not get on with the webhook calls.")
        time.sleep(0.1)
