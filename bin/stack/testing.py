"""`bin/test`: the same set-up as `bin/run`, on stores that live as long as the tests."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stack import places, postgres, record, stores, valkey
from stack.console import Stop, Stopped, say, step
from stack.environment import STORES, TEST, Environment, Refused
from stack.interrupt import Interrupt
from stack.places import ROOT, Places
from stack.processes import die_with_parent
from stack.programs import SETTINGS, Installation
from stack.supervisor import Supervisor

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOWHERE = 9  # nothing listens on this port and the next: a test that calls out by mistake fails at once
# Two at once, where all of it runs.
WHOLE_SUITE = ["-p", "stack.workers", "-n", "2", "--dist", "loadgroup"]
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

    def __post_init__(self) -> None:
        self.browser = find_browser()

    def go(self, arguments: list[str]) -> int:
        is_command = arguments[:1] == ["--"]
        if not is_command:
            self._insist_on_browser()
        environment = self._install()
        self.places.make()
        with Supervisor(self.places.log, self.interrupt) as supervisor:
            installation = self._start_stores(supervisor, environment, is_command)
            if is_command:
                return self._run(supervisor, installation.manage("command", *arguments[1:]).command, installation)
            _forget_settings()
            self._gather_static_files(supervisor, installation)
            status = self._run(supervisor, self._pytest(environment.python, arguments), installation)
        if not self.browser:
            say(f"\n{WITHOUT_BROWSER.format(names=', '.join(BROWSERS))}")
        return status

    def _insist_on_browser(self) -> None:
        is_required = os.environ.get("CI") == "true" or os.environ.get("REQUIRE_BROWSER") == "1"
        if is_required and not self.browser:
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

    def _start_stores(self, supervisor: Supervisor, environment: Environment, for_command: bool) -> Installation:
        """Start the stores. A management command gets the settings of a server: Meta instead of a sandbox."""
        keys = record.keys(self.places)
        cluster = replace(postgres.find(self.places, environment, keys["name"]), is_durable=False)
        broker = valkey.find(self.places, environment)
        step(f"Starting PostgreSQL {cluster.server.version} and Valkey for the tests")
        stores.start(supervisor, (cluster, broker))
        return Installation(
            places=self.places,
            python=environment.python,
            keys=keys,
            port=NOWHERE,
            database_url=cluster.url,
            redis_url=broker.url,
            has_sandbox=not for_command,
        )

    def _gather_static_files(self, supervisor: Supervisor, installation: Installation) -> None:
        """As on a server, so that a page that names a file which is not there fails its test."""
        step("Gathering the static files")
        supervisor.call(installation.manage("static", "collectstatic", "--noinput", "--verbosity", "0"))

    def _pytest(self, python: Path, arguments: list[str]) -> list[str]:
        without = [] if self.browser else ["-p", "stack.without_browser"]
        together = [] if arguments else WHOLE_SUITE
        return [str(python), "-m", "pytest", *without, *together, *arguments]

    def _run(self, supervisor: Supervisor, command: Sequence[str | Path], installation: Installation) -> int:
        """Run in our own session, so that Ctrl-C reaches it, while the stores are kept; its exit status."""
        settings = {
            **installation.environment(),
            "TEST_DATABASE_NAME": "test_switchboard",
            "CHROMIUM": self.browser or "",
            "PYTHONPATH": str(ROOT / "bin"),
        }
        process = subprocess.Popen(command, env=settings, cwd=ROOT, preexec_fn=die_with_parent())
        try:
            while process.poll() is None:
                supervisor.tick()
                self.interrupt.sleep()
        finally:
            process.terminate()
            process.wait()
        return process.returncode


def _forget_settings() -> None:
    """The tests bring their own: what an operator's shell has exported must not change their outcome."""
    for name in SETTINGS:
        os.environ.pop(name, None)


def find_browser() -> str | None:
    """The path of a Chromium of this machine."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)
