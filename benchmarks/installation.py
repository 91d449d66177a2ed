"""The running installation that is measured: var/run.json of a `bin/run`, or the one that RUN_JSON names."""

import json
import os
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
RUN_JSON = Path(os.environ.get("RUN_JSON", ROOT / "var" / "run.json"))
# Our wake-ups must not reach the installation's workers, nor theirs ours.
SCRATCH_REDIS = "15"


def read():
    """What run.json says: addresses, numbers with their secrets, settings. Ends with a word when nothing runs."""
    try:
        return json.loads(RUN_JSON.read_text())
    except FileNotFoundError:
        raise SystemExit(f"{RUN_JSON} does not exist: start bin/run first, or name another one by RUN_JSON.") from None


def settings():
    return read()["settings"]


def scratch_settings(database):
    """The installation's settings, but for a database and a Redis number of our own on the same servers."""
    given = settings()
    return given | {
        "DATABASE_URL": f"{given['DATABASE_URL'].rpartition('/')[0]}/{database}",
        "REDIS_URL": f"{given['REDIS_URL'].partition('?')[0]}?db={SCRATCH_REDIS}",
    }


def surroundings():
    """The environment of programs that we start."""
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}


def configure(values):
    """Set Django up in this process with these settings."""
    os.environ.update(values, DJANGO_SETTINGS_MODULE="config.settings")
    django.setup()
