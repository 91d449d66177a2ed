"""`manage.py demo`: fills the demo once, into a database that bin/run made itself."""

import json

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from inbox.demo import cast
from inbox.demo.writer import DemoWriter
from inbox.models import Agent
from inbox.signals import demo_written
from whatsapp.models import Account
from whatsapp.template_sync import sync_quietly

EMBEDDED_MARK = "switchboard: embedded database"


class Command(BaseCommand):
    help = "Fill the demo (once) and print its logins. Refuses any database that bin/run did not create."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="Print logins and numbers as JSON.")

    def handle(self, *args, **options):
        if database_mark() != EMBEDDED_MARK:
            raise CommandError("The demo has known passwords, so it is written only into bin/run's own database.")
        numbers = self._ask_sandbox("numbers")
        if not Agent.objects.exists():
            self._fill(numbers)
        logins = [
            {"name": name, "email": cast.email_of(key), "password": cast.PASSWORD, "role": role}
            for key, name, role, *_ in cast.AGENTS
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"logins": logins, "numbers": numbers}))
        else:
            for login in logins:
                self.stdout.write(f"{login['role']:<11} {login['email']:<24} {login['password']}")

    def _fill(self, numbers):
        writer = DemoWriter(numbers, self._ask_sandbox("customers"), timezone.now())
        with transaction.atomic():
            writer.write()
            demo_written.send(None)
            self._tell_sandbox(writer.history)
        for account in Account.objects.all():
            sync_quietly(account.pk)

    def _ask_sandbox(self, what):
        try:
            answer = requests.get(f"{settings.WHATSAPP_API_URL}/control/{what}", timeout=10)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise CommandError(f"The sandbox does not answer at {settings.WHATSAPP_API_URL}: {error}") from error
        return answer.json()["data"]

    def _tell_sandbox(self, history):
        answer = requests.post(f"{settings.WHATSAPP_API_URL}/control/history", json={"messages": history}, timeout=30)
        if not answer.ok:
            raise CommandError(f"The sandbox did not take the demo's history: {answer.text[:300]}")


def database_mark():
    """The comment on this database; `bin/run` marks the one it creates."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"
        )
        return cursor.fetchone()[0]
