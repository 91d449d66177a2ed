"""Numbers and the agents who serve them, written straight into the database."""

from datetime import timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from inbox.models import Agent, Reception
from whatsapp import template_sync
from whatsapp.models import Account, Number

SECRET = "benchmark"
EMAIL_DOMAIN = "benchmark.example"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def make_number(**reception):
    """A connected number that hands nothing out by itself, unless told so; its run.json entry is `entry_of`."""
    count = Number.objects.count() + 1
    name = f"Number {count}"
    account = Account.objects.create(name=name, waba_id=f"2{count:05}", access_token="-", app_secret=SECRET)
    number = Number.objects.create(
        account=account, phone_number_id=f"1{count:05}", name=name, display_phone_number=f"+49 30 {count:06}"
    )
    Reception.objects.create(number=number, **{"picking": Reception.Picking.MANUAL, **reception})
    return number


def connect_number(far_end):
    """The same for the first number of a sandbox (benchmarks.far_end), with its message templates."""
    row = far_end.numbers()[0]
    keys = ("waba_id", "access_token", "app_secret", "verify_token")
    account = Account.objects.create(name="Hafen", **{key: row[key] for key in keys})
    number = make_number()
    Number.objects.filter(pk=number.pk).update(
        account=account, phone_number_id=row["phone_number_id"], status="CONNECTED"
    )
    number.refresh_from_db()
    template_sync.sync(account.pk)
    return number


def entry_of(number):
    account = number.account
    return {
        "phone_number_id": number.phone_number_id,
        "waba_id": account.waba_id,
        "app_secret": account.app_secret,
    }


def make_agents(count, numbers, **fields):
    """`count` agents, present for the next day, who serve all these numbers."""
    present = {"connected_until": timezone.now() + timedelta(days=1), "password": "!", **fields}
    start = Agent.objects.count()
    made = Agent.objects.bulk_create(
        Agent(email=f"agent{start + place}@{EMAIL_DOMAIN}", name=f"Agent {start + place}", **present)
        for place in range(count)
    )
    for number in numbers:
        number.reception.agents.add(*made)
    return made


def session_of(agent):
    """The session key of a browser that logged in."""
    session = SessionStore()
    session.update(
        {SESSION_KEY: str(agent.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: agent.get_session_auth_hash()}
    )
    session.save()
    return session.session_key
