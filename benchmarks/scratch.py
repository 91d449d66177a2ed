"""A database of our own beside the running installation's, gone when the benchmark ends. Import before any model."""

from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connection
from redis import Redis

from benchmarks import installation

NAME = "benchmark"
SETTINGS = installation.scratch_settings(NAME)
installation.configure(SETTINGS)


@contextmanager
def database():
    """An empty, migrated database for the length of the block; left-overs of a broken run go first."""
    _ask("drop database if exists benchmark with (force)", "create database benchmark")
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        connection.close_pool()
        _ask("drop database benchmark with (force)")
        Redis.from_url(SETTINGS["REDIS_URL"]).flushdb()


def _ask(*statements):
    with psycopg.connect(installation.read()["database_url"], autocommit=True) as database:
        for statement in statements:
            database.execute(statement)


def analyze():
    """Let the planner know what was filled in."""
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def execute(statement, **values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
