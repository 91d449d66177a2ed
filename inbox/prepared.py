"""Statements that are bound and prepared by PostgreSQL: planned once on a connection, however often they run. For what
is done once for each of very many messages; everything else goes through the ORM."""

from contextlib import contextmanager

import psycopg
from django.db import connection


@contextmanager
def prepared(statement, values):
    """Run it on this thread's connection, within its transaction where there is one; yield the psycopg cursor."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values, prepare=True)
        yield cursor


def run(statement, values):
    """The same for one whose rows nobody wants. Returns how many rows it touched."""
    with prepared(statement, values) as cursor:
        return cursor.rowcount
