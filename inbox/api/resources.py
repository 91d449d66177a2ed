"""What all resources of the API share: a key with scopes, its number, names for writes, pages by cursor."""

import json
from functools import partial
from io import BytesIO

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.viewsets import GenericViewSet

from inbox.actions.refusals import Refusal
from inbox.api.idempotency import once
from inbox.api.problems import TooLarge
from inbox.api.queries import MOST_ROWS, PageQuery, Query
from inbox.api.strict import complaints
from inbox.models import Agent

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

    def paginate_queryset(self, queryset, request, view=None):
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, ValidationError) as error:
            words = "This cursor is none of ours. Take it from `next` or `previous` as it stands."
            raise Refusal("cursor_unknown", words, "cursor", 400) from error


class Body(JSONParser):
    """JSON of up to BODY_LIMIT bytes; what is nested without end is as unreadable as what is none."""

    def parse(self, stream, *args, **options):
        body = stream.read(BODY_LIMIT + 1)
        if len(body) > BODY_LIMIT:
            raise TooLarge(f"A body has up to {BODY_LIMIT // 1024} KiB.")
        try:
            return super().parse(BytesIO(body), *args, **options)
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error


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


class Resource(GenericViewSet):
    """`scopes` says what each action needs: {action: scope}; `queries` what it may be asked: {action: Query}."""

    pagination_class = Pages
    parser_classes = [Body]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    scopes = {}
    queries = {"list": PageQuery}
    lookup_value_converter = "int"

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if self.action is not None:
            self.query = self.read_query(request.query_params)
        name = request.headers.get("Idempotency-Key")
        method = request.method.lower()
        if name and request.method in WRITES and hasattr(self, method):
            setattr(self, method, partial(once, getattr(self, method), name))

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request, "rate_limit", {}).items():
            response[name] = value
        return response

    def of_key(self, rows, path):
        """Only the rows of the key's number, where it has one; `path` leads from a row to its number."""
        number_id = self.request.auth.number_id
        return rows if number_id is None else rows.filter(**{path: number_id})

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

    def told(self, shape):
        """What the body says, in the shape of a serializer. Raises ValidationError."""
        asked = shape(data=self.request.data)
        asked.is_valid()
        wrong = {path: [words] for path, words in complaints(asked, self.request.data)}
        if asked.errors or wrong:
            raise serializers.ValidationError({**asked.errors, **wrong})
        return asked.validated_data

    def agent(self, agent_id):
        return get_object_or_404(Agent, pk=agent_id, is_active=True)
