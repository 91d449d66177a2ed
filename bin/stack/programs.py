"""The product's own programs: with which settings, in which order they stop."""

import hashlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from stack.places import Places
from stack.supervisor import Program
from stack.web import HOST, open_door

# All that config/settings.py reads; docs/deploy.md explains them.
SETTINGS = (
    "ALLOWED_HOSTS",
    "BROADCAST_COURIERS",
    "BROADCAST_COURIERS_PER_PROCESS",
    "BROADCAST_SENDERS",
    "CELERY_BROKER_URL",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_POOL",
    "DATABASE_POOL_SIZE",
    "DATABASE_PREPARES",
    "DATABASE_URL",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "DEFAULT_PHONE_REGION",
    "EMAIL_URL",
    "FIELD_ENCRYPTION_KEY",
    "MEDIA_ROOT",
    "PROGRAMS_ALLOWED_NETWORKS",
    "PROGRAM_CALLERS_PER_PROCESS",
    "REDIS_URL",
    "SECRET_KEY",
    "SITE_URL",
    "SMS_API_URL",
    "VAR_DIR",
    "WHATSAPP_API_URL",
    "WHATSAPP_API_VERSION",
)
# Whose far end the sandbox plays.
PLAYED = ("SMS_API_URL", "WHATSAPP_API_URL")


@dataclass(frozen=True)
class Installation:
    """One running Switchboard: where it lies, which addresses it has, which stores it uses.

    `has_sandbox` is true on a database that bin/run made itself: only there are demo data, known passwords and the
    sandbox.
    """

    places: Places
    python: Path
    keys: Mapping[str, str]
    port: int
    database_url: str
    redis_url: str
    has_sandbox: bool

    @property
    def local_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{HOST}:{self.port + 1}"

    @property
    def site_url(self) -> str:
        return os.environ.get("SITE_URL") or self.local_url

    def settings(self) -> dict[str, str]:
        """The product's settings. What the operator set wins, but for what bin/run decides."""
        usual = {
            "SECRET_KEY": self.keys["SECRET_KEY"],
            "FIELD_ENCRYPTION_KEY": self.keys["FIELD_ENCRYPTION_KEY"],
            "ALLOWED_HOSTS": ",".join(dict.fromkeys([urlsplit(self.site_url).hostname or HOST, HOST, "localhost"])),
            "DEBUG": "0",
            # Where one tries it out, the programs to be called run on the same machine.
            **({"PROGRAMS_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128"} if self.has_sandbox else {}),
        }
        given = {name: os.environ[name] for name in SETTINGS if os.environ.get(name)}
        decided = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SITE_URL": self.site_url,
            "VAR_DIR": str(self.places.var),
            **(dict.fromkeys(PLAYED, self.sandbox_url) if self.has_sandbox else {}),
        }
        return {**usual, **given, **decided}

    def environment(self) -> dict[str, str]:
        """The environment of every process of the product."""
        return {**surroundings(is_alone=self.has_sandbox), **self.settings()}

    # --- Programs ---

    def manage(self, name: str, *arguments: str | Path) -> Program:
        """One management command; its log carries `name`."""
        return self._program(name, [self.places.root / "manage.py", *arguments])

    def webs(self) -> list[Program]:
        """The web processes, as many as there are cores for them, behind one door."""
        door = open_door(self.port)
        names = ["web", "web-2"][: os.cpu_count()]
        return [replace(self.web("--fd", "0"), name=name, door=door) for name in names]

    def web(self, *at: str) -> Program:
        """One of them alone, unless told where it listens.

        Only a proxy's word is taken for who asks; without one a browser could name itself anew at every log-in.
        """
        listens = at or ("-b", HOST, "-p", str(self.port))
        proxied = ["--proxy-headers"] if self.site_url != self.local_url else []
        serve = ["-m", "daphne", *listens, *proxied, "config.asgi:application"]
        return self._program("web", serve, stop_seconds=5)

    def worker(self) -> Program:
        quiet_start = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        work = ["worker", "-P", "threads", "-c", "6", "-Q", "now,bulk", *quiet_start]
        return self._program("worker", ["-m", "celery", "-A", "config", *work], stage=1, stop_seconds=15)

    def beat(self) -> Program:
        beat = ["beat", "-S", "django", "--pidfile", "", "--loglevel", "INFO"]
        return self._program("beat", ["-m", "celery", "-A", "config", *beat], stop_seconds=2)

    def sandbox(self) -> Program:
        """The stand-in for Meta; stopped after the worker, which may still have something to send."""
        state = self.places.var / "sandbox.json"
        serve = ["sandbox", "--port", str(self.port + 1), "--state", state, "--product-url", self.local_url]
        program = self._program("sandbox", [self.places.root / "manage.py", *serve], stage=2, stop_seconds=5)
        return replace(program, death_signal=signal.SIGTERM)  # it needs no store, and still writes its memory down

    def _program(self, name: str, arguments: list[str | Path], stage: int = 0, stop_seconds: float = 10) -> Program:
        """A program of the product. When the supervisor is killed its stores end as well, and a program that then tries
        to finish its work waits for them in vain, for half a minute. What it leaves half done is a row."""
        return Program(
            name=name,
            command=[self.python, *arguments],
            environment=self.environment(),
            stage=stage,
            stop_seconds=stop_seconds,
            death_signal=signal.SIGKILL,
            directory=self.places.root,
        )


def surroundings(is_alone: bool) -> dict[str, str]:
    """Our own environment without what would mislead the product: another Python's paths; and with a database of our
    own the PG* variables, which PostgreSQL's client library reads."""
    misleading = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in misleading and not (is_alone and name.startswith("PG"))
    }
    return {**kept, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1"}


def static_fingerprint(root: Path, lock: Path) -> str:
    """Changes whenever what `collectstatic` would gather may have changed: our static files, or the packages."""
    folders = [root / "static", *sorted(root.glob("*/static"))]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    marks = [f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in files]
    return hashlib.sha256("\n".join([*marks, lock.read_text()]).encode()).hexdigest()
