"""Statements that are made once and run often: written in SQL, or compiled from a queryset when first needed.

For what is done with each of very many messages. Making the ORM's statement costs Python more than carrying it out
costs PostgreSQL; everything that is not asked all day goes through the ORM as usual.

    OPEN_ONES = Prepared(lambda: Conversation.objects.filter(AnyOf("thread", "thread_ids"), status="queued"))
    OPEN_ONES.all(thread_ids=[7, 8])
"""

import copy
from contextlib import contextmanager
from functools import cache, cached_property

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BooleanField, Expression, F, Func
from django.db.models.sql import UpdateQuery

# The place of the ids in an update.
ROW_IDS = "row_ids"


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


class Place(Expression):
    """Where a Prepared query takes the value of this name, each time it is asked."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


class AnyOf(Func):
    """Whether a field is one of a list that is given each time, by name. `field__in` makes another statement of every
    length."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("

    def __init__(self, field, name):
        super().__init__(F(field), Place(name), output_field=BooleanField())


class Prepared:
    """A queryset with places for values. Its rows are those of the queryset, without anything prefetched."""

    def __init__(self, build):
        self._build = build

    @cached_property
    def _compiled(self):
        queryset = self._build()
        compiler = queryset.query.get_compiler(connection=connection)
        statement, places = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda columns: converters
        return queryset, compiler, statement, places

    def all(self, **values):
        """The rows as a list."""
        queryset, compiler, statement, places = self._compiled
        asked = _Asked(queryset, _Query(queryset.query, compiler, statement, _filled(places, values)))
        return list(queryset._iterable_class(asked))

    def first(self, **values):
        """The first row, or None. The queryset says itself how many it reads."""
        return next(iter(self.all(**values)), None)

    def get(self, **values):
        """The only row. Raises the model's DoesNotExist."""
        row = self.first(**values)
        if row is None:
            raise self._compiled[0].model.DoesNotExist
        return row


class _Asked:
    """The queryset, as what makes rows of it sees it, with another query."""

    def __init__(self, queryset, query):
        self._queryset, self.query, self.db = queryset, query, DEFAULT_DB_ALIAS

    def __getattr__(self, name):
        return getattr(self._queryset, name)


class _Query:
    """The query, with a compiler that has its statement already."""

    def __init__(self, query, compiler, statement, values):
        self._query = query
        self._compiler = copy.copy(compiler)
        self._compiler.connection = connections[DEFAULT_DB_ALIAS]
        self._compiler.as_sql = lambda *args, **kwargs: (statement, values)

    def get_compiler(self, *args, **kwargs):
        return self._compiler

    def __getattr__(self, name):
        return getattr(self._query, name)


def update(model, row_ids, values):
    """Write {attname: value or expression} into the rows with these ids, as queryset.update does."""
    told = {name: value for name, value in values.items() if not hasattr(value, "resolve_expression")}
    computed = tuple((name, value) for name, value in values.items() if name not in told)
    statement, places = _update(model, tuple(told), computed)
    stored = {name: model._meta.get_field(name).get_db_prep_save(value, connection) for name, value in told.items()}
    with connection.cursor() as cursor:
        cursor.execute(statement, _filled(places, {**stored, ROW_IDS: list(row_ids)}))


@cache
def _update(model, told, computed):
    """(statement, its places and fixed values); `computed`: ((attname, expression), ...)."""
    query = model.objects.order_by().filter(AnyOf("pk", ROW_IDS)).query.chain(UpdateQuery)
    query.add_update_values({**{name: Place(name) for name in told}, **dict(computed)})
    return query.get_compiler(connection=connection).as_sql()


def _filled(places, values):
    return tuple(values[place.name] if isinstance(place, Place) else place for place in places)
