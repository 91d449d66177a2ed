"""`bin/test`: the same set-up as `bin/run`, on stores that live as long as the tests."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from stack import places, postgres, record, valkey
from stack.console import Stop, Stopped, say, step
from stack.environment import STORES, TEST, Environment, Refused
from stack.interrupt import Interrupt
from stack.places import ROOT, Places
from stack.processes import die_with_parent
from stack.programs import Installation
from stack.supervisor import Supervisor

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOWHERE = "http://127.0.0.1:9"  # nothing listens on the discard port: a test that calls out by mistake fails at once
STORES_SECONDS = 60
WITHOUT_BROWSER = (
    "Left out: the browser tests, because no Chromium is on PATH (looked for {names}).\n"
    "Install one (Debian: apt-get install chromium) to run them too."
)


def main(arguments: list[str]) -> int:
    """Run pytest with these arguments (or after `--` one management command); the exit status for the shell."""
    interrupt = Interrupt()
    interrupt.listen()
    fresh = places.temporary()
    try:
        return Run(fresh, interrupt).go(arguments)
    except Stop as reason:
        print(f"\n{reason}", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        return 130
    finally:
        shutil.rmtree(fresh.var)


@dataclass
class Run:
    """One run of the tests in temporary places."""

    places: Places
    interrupt: Interrupt

    def go(self, arguments: list[str]) -> int:
        browser = find_browser()
        self._insist_on_browser(browser)
        environment = self._install()
        self.places.make()
        with Supervisor(self.places.log, self.interrupt) as supervisor:
            installation = self._start_stores(supervisor, environment)
            settings = {**installation.environment(), **self._test_settings(browser)}
            status = self._run(supervisor, self._command(environment.python, arguments, browser), settings)
        if not browser:
            say(f"\n{WITHOUT_BROWSER.format(names=', '.join(BROWSERS))}")
        return status

    def _insist_on_browser(self, browser: str | None) -> None:
        is_required = os.environ.get("CI") == "true" or os.environ.get("REQUIRE_BROWSER") == "1"
        if is_required and not browser:
            raise Stop(
                f"No Chromium is on PATH (looked for {', '.join(BROWSERS)}), and here the browser tests must run."
            )

    def _install(self) -> Environment:
        """The packages belong to the checkout, not to these places."""
        checkout = places.of_checkout()
        checkout.make()
        environment = Environment(checkout, self.interrupt)
        try:
            environment.prepare(TEST, STORES)
        except Refused as reason:
            raise Stop(str(reason)) from None
        return environment

    def _start_stores(self, supervisor: Supervisor, environment: Environment) -> Installation:
        keys = record.keys(self.places)
        cluster = replace(postgres.find(self.places, environment, keys["name"]), is_durable=False)
        broker = valkey.find(self.places, environment)
        step(f"Starting PostgreSQL {cluster.server.version} and Valkey for the tests")
        for store in (cluster, broker):
            store.prepare()
            supervisor.start(store.program())
        is_ready = lambda: cluster.is_ready() and broker.is_ready()  # noqa: E731
        supervisor.wait_until(is_ready, "The stores of the tests did not start", STORES_SECONDS)
        return Installation(
            places=self.places,
            python=environment.python,
            keys=keys,
            port=9,
            database_url=cluster.url,
            redis_url=broker.url,
            has_sandbox=True,
        )

    def _test_settings(self, browser: str | None) -> dict[str, str]:
        return {
            "WHATSAPP_API_URL": NOWHERE,
            "TEST_DATABASE_NAME": "test_switchboard",
            "CHROMIUM": browser or "",
            "PYTHONPATH": str(ROOT / "bin"),
        }

    def _command(self, python: Path, arguments: list[str], browser: str | None) -> list[str]:
        if arguments[:1] == ["--"]:
            return [str(python), str(ROOT / "manage.py"), *arguments[1:]]
        without = [] if browser else ["-p", "stack.without_browser"]
        return [str(python), "-m", "pytest", *without, *arguments]

    def _run(self, supervisor: Supervisor, command: list[str], settings: dict[str, str]) -> int:
        """Run in our own session, so that Ctrl-C reaches it, while the stores are kept; its exit status."""
        process = subprocess.Popen(command, env=settings, cwd=ROOT, preexec_fn=die_with_parent())
        try:
            while process.poll() is None:
                supervisor.tick()
                self.interrupt.sleep()
        finally:
            process.terminate()
            process.wait()
        return process.returncode


def find_browser() -> str | None:
    """The path of a Chromium of this machine."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)
