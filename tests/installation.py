"""A whole Switchboard of real processes for the tests of browser and stack: web, worker, beat, sandbox, own stores.

One for a whole run: between tests everybody is sent home and every conversation is closed.
"""

import os
import shutil
import signal
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connections
from django.utils import timezone
from psycopg import sql
from stack import places, valkey
from stack.environment import Environment
from stack.interrupt import Interrupt
from stack.programs import Installation
from stack.supervisor import Supervisor
from stack.web import Health

from inbox.demo.cast import PASSWORD, email_of
from inbox.management.commands.demo import EMBEDDED_MARK
from inbox.models import Agent, Conversation
from tests.broadcasts.mail.server import MailServer
from tests.sandbox.phone import Sandbox

SECONDS = 60


@dataclass(frozen=True)
class Programs(Installation):
    """With the settings of production, whatever the tests' own environment says; mail goes to a postbox of theirs."""

    mail_port: int = 0

    @property
    def site_url(self):
        return self.local_url

    def settings(self):
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}"}
        fixed = mail | {"DEBUG": "0", "ALLOWED_HOSTS": "127.0.0.1,localhost", "CSRF_TRUSTED_ORIGINS": self.local_url}
        return {**super().settings(), **fixed}


class Running:
    """One running installation. `until` keeps its programs alive while it waits, as bin/run does."""

    def __init__(self):
        self.places = places.temporary()
        self.places.make()
        self.interrupt = Interrupt()
        self.database = f"installation_{os.getpid()}"
        self.supervisor = Supervisor(self.places.log, self.interrupt)
        self.programs = None
        self.mail = MailServer()

    # --- Starting and stopping ---

    def start(self):
        environment = Environment(places.of_checkout(), self.interrupt)
        broker = valkey.find(self.places, environment)
        broker.prepare()
        self.supervisor.start(broker.program())
        self._make_database()
        self.programs = Programs(
            places=self.places,
            python=environment.python,
            keys={"SECRET_KEY": settings.SECRET_KEY, "FIELD_ENCRYPTION_KEY": settings.SALT_KEY[0]},
            port=two_free_ports(),
            database_url=url_of(self.database),
            redis_url=broker.url,
            has_sandbox=True,
            mail_port=self.mail.port,
        )
        self.mail.start()
        self._start_programs(broker)

    def _start_programs(self, broker):
        programs, supervisor = self.programs, self.supervisor
        static = supervisor.begin(programs.manage("static", "collectstatic", "--noinput", "--verbosity", "0"))
        migrations = supervisor.begin(programs.manage("migrate", "migrate", "--noinput", "--verbosity", "0"))
        supervisor.start(programs.sandbox())
        self.until(broker.is_ready, "Valkey did not start")
        supervisor.finish(migrations)
        self.until(Health(programs.port + 1, "/control/health", programs.sandbox_url).is_ready, "No sandbox")
        demo = supervisor.begin(programs.manage("demo", "demo", "--json"))
        for program in (programs.worker(), programs.beat()):
            supervisor.start(program)
        supervisor.finish(static)
        supervisor.start(programs.web())
        supervisor.finish(demo)
        self._silence()
        self.until(self.is_healthy, "The inbox was not ready")

    def _silence(self):
        """Nothing is said that nobody typed, unless a test turns it on."""
        with psycopg.connect(url_of(self.database), autocommit=True) as database:
            database.execute("delete from automation_automation")

    def stop(self):
        self.supervisor.stop()
        self.mail.stop()
        with self._server() as server:
            server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(self.database)))
        shutil.rmtree(self.places.var)

    def _make_database(self):
        name = sql.Identifier(self.database)
        with self._server() as server:
            server.execute(sql.SQL("drop database if exists {} with (force)").format(name))
            server.execute(sql.SQL("create database {} template template0").format(name))
            server.execute(sql.SQL("comment on database {} is {}").format(name, sql.Literal(EMBEDDED_MARK)))

    def _server(self):
        return psycopg.connect(url_of("postgres"), autocommit=True)

    # --- While it runs ---

    def until(self, is_true, what="It did not come about"):
        """Wait for something that the programs bring about, starting again what has died."""
        self.supervisor.wait_until(is_true, what, SECONDS)

    def is_healthy(self):
        return Health(self.programs.port, "/healthz", self.programs.site_url).is_ready()

    def kill(self, name):
        """kill -9 one program: web, worker, beat, sandbox or valkey. `restore` starts it again."""
        child = next(child for child in self.supervisor.children if child.program.name == name)
        child.deaths.clear()  # tests kill more often than a supervisor puts up with
        os.kill(child.process.pid, signal.SIGKILL)
        child.process.wait()

    def stop_and_start(self, name):
        """End one program as bin/run ends it, and start it again."""
        child = next(child for child in self.supervisor.children if child.program.name == name)
        child.process.send_signal(child.program.stop_signal)
        child.process.wait(child.program.stop_seconds)
        self.restore()

    def restore(self):
        """Everything that was killed runs and answers again."""
        self.until(self._is_whole, "Not everything came back")

    def _is_whole(self):
        alive = all(child.is_alive and child.start_again_at is None for child in self.supervisor.children)
        sandbox = Health(self.programs.port + 1, "/control/health", self.programs.sandbox_url)
        return alive and self.is_healthy() and sandbox.is_ready()

    @property
    def url(self):
        return self.programs.local_url

    @contextmanager
    def sandbox(self):
        client = Sandbox(self.programs.sandbox_url)
        yield client
        client.clear_faults()
        client.session.close()

    @contextmanager
    def rows(self):
        """This process's models are those of the installation."""
        default = connections["default"]
        before = default.settings_dict["NAME"]
        _point(default, self.database)
        yield
        _point(default, before)


def _point(connection, name):
    connection.close()
    connection.close_pool()
    connection.settings_dict["NAME"] = name


def url_of(database):
    """The tests' PostgreSQL with another database."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()


def two_free_ports():
    """The first of two neighbours that are free."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def send_everybody_home():
    """Close every conversation; nobody is here, and of the demo's people only the admin may log in."""
    now = timezone.now()
    Conversation.objects.exclude(status="closed").update(
        status="closed", waiting_since=None, unanswered_since=None, closed_at=now
    )
    Agent.objects.exclude(email=email_of("ben")).update(is_active=False)
    Agent.objects.update(availability="away", connected_until=None)


DEMO_LOGIN = (email_of("ben"), PASSWORD)
