"""What all resources of the API share: a key with scopes, its number, names for writes, pages by cursor."""

import json
from functools import partial
from io import BytesIO

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.viewsets import GenericViewSet

from inbox import acting
from inbox.actions.naming import agent_named, team_named
from inbox.actions.refusals import Refusal
from inbox.api.deprecation import SaysWhatGoes
from inbox.api.idempotency import once
from inbox.api.limits import Counted
from inbox.api.problems import TooLarge
from inbox.api.queries import MOST_ROWS, PageQuery, Query
from inbox.api.strict import complaints
from whatsapp.models import Number

BODY_LIMIT = 1024 * 1024
WRITES = ("POST", "PUT", "PATCH", "DELETE")


class Pages(CursorPagination):
    """`limit` rows and a cursor to the next ones: however far one goes, a page costs the same."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = MOST_ROWS
    ordering = ("-id",)

    def get_ordering(self, request, queryset, view):
        return getattr(view, "ordering", self.ordering)

    def get_paginated_response_schema(self, rows):
        """A page as the API's description has it."""
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "description": "A page of a list.",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {**address, "description": "The address of the next page; null on the last one."},
                "previous": {**address, "description": "The address of the page before; null on the first one."},
                "results": {**rows, "description": "The rows of this page."},
            },
        }

    def paginate_queryset(self, queryset, request, view=None):
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, ValidationError) as error:
            words = "This cursor is none of ours. Take it from `next` or `previous` as it stands."
            raise Refusal("cursor_unknown", words, "cursor", 400) from error


class Body(JSONParser):
    """JSON of up to `limit_bytes`; what is nested without end is as unreadable as what is none."""

    limit_bytes = BODY_LIMIT

    def parse(self, stream, *args, **options):
        body = stream.read(self.limit_bytes + 1)
        if len(body) > self.limit_bytes:
            raise TooLarge(f"A body has up to {self.limit_bytes // 1024} KiB.")
        try:
            return super().parse(BytesIO(body), *args, **options)
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error


def ask_size(request, most_bytes):
    """Raise TooLarge (413) for a body that is longer than that, before it is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > most_bytes:
        raise TooLarge(f"A body has up to {most_bytes // 1024} KiB here.")


class StorableDict(serializers.DictField):
    """A JSON object of any shape, as far as it can be kept: no NUL, no half of a character, no infinite number."""

    def to_internal_value(self, told):
        told = super().to_internal_value(told)
        try:
            written = json.dumps(told, ensure_ascii=False, allow_nan=False)
            written.encode()
        except (ValueError, RecursionError) as error:
            raise serializers.ValidationError("This holds a character or a number that cannot be kept.") from error
        if "\\u0000" in written.replace(r"\\", ""):
            raise serializers.ValidationError("Null characters are not allowed.")
        return told


class Resource(SaysWhatGoes, Counted, GenericViewSet):
    """`scopes` says what each action needs: {action: scope}; `queries` what it may be asked: {action: Query}.

    Actions in `nameless` may happen twice and take long: no transaction is held for an Idempotency-Key.
    """

    pagination_class = Pages
    parser_classes = [Body]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    scopes = {}
    queries = {"list": PageQuery}
    nameless = ()
    lookup_value_converter = "int"

    def initialize_request(self, request, *args, **kwargs):
        """Programs tell in UTF-8 (RFC 8259), whatever charset their Content-Type names; Python knows some that are no
        writing at all."""
        request.encoding = "utf-8"
        return super().initialize_request(request, *args, **kwargs)

    def dispatch(self, request, *args, **kwargs):
        with acting.as_program():
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        acting.name_program(request.auth.name)
        if self.action is not None:
            self.query = self.read_query(request.query_params)
        name = request.headers.get("Idempotency-Key")
        method = request.method.lower()
        if name is not None and request.method in WRITES and hasattr(self, method) and self.action not in self.nameless:
            setattr(self, method, partial(once, getattr(self, method), name))

    def of_key(self, rows, path):
        """Only the rows of the key's number, where it has one; `path` leads from a row to its number."""
        number_id = self.request.auth.number_id
        return rows if number_id is None else rows.filter(**{path: number_id})

    def any_of_key(self, rows, path):
        """The same where `path` leads to several numbers, one of which has to be the key's."""
        number_id = self.request.auth.number_id
        if number_id is None:
            return rows
        return rows.filter(pk__in=rows.model.objects.order_by().filter(**{path: number_id}).values("pk"))

    def filters(self, *fields, **paths):
        """What the address asks of these, as filter() takes it; `paths` names another field: asked="path__to_it"."""
        wanted = {**{name: name for name in fields}, **paths}
        return {path: self.query[name] for name, path in wanted.items() if name in self.query}

    def read_query(self, parameters):
        """What the address asks, in the shape of the action's Query. Raises ValidationError, also for what nobody
        knows: a mistyped filter would answer with everything."""
        asked = self.queries.get(self.action, Query)(data=parameters)
        asked.is_valid(raise_exception=True)
        return asked.validated_data

    def told(self, shape, partial=False):
        """What the body says, in the shape of a serializer, or a part of it. Raises ValidationError."""
        asked = shape(data=self.request.data, partial=partial)
        asked.is_valid()
        wrong = {path: [words] for path, words in complaints(asked, self.request.data)}
        if asked.errors or wrong:
            raise serializers.ValidationError({**asked.errors, **wrong})
        return asked.validated_data

    def number(self, number_id=None):
        """The Number of the key that the body names, or the only one. Raises Refusal where there are several."""
        numbers = self.of_key(Number.objects.select_related("account"), "pk")
        if number_id is not None:
            return self.named(numbers, "number", number_id)
        found = list(numbers[:2])
        if len(found) != 1:
            raise Refusal("number_required", "Name the number: this key may use several.", "number", 400)
        return found[0]

    def named(self, rows, field, pk):
        """The row that the body names in `field`. Raises Refusal (400) that blames the field: the address is there."""
        row = rows.filter(pk=pk).first()
        if row is None:
            raise Refusal(f"{field}_unknown", f"There is no {field} {pk}, or the key may not see it.", field, 400)
        return row

    def agent(self, agent_id, field="agent"):
        """The agent whom the body names in `field`, one who serves the key's number. Raises Refusal."""
        return agent_named(agent_id, self.request.auth.number_id, field)

    def team(self, team_id, field="team"):
        """The same for a team."""
        return team_named(team_id, self.request.auth.number_id, field)
