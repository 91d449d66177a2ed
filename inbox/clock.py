"""PostgreSQL's time: one clock for every process that sweeps."""

from django.db import connection


def database_time():
    """The time now, also inside a transaction that began earlier."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
