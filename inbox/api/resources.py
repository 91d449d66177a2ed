"""What all resources of the API share: a key with scopes, its number, names for writes, pages by cursor."""

import json
from functools import partial

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.viewsets import GenericViewSet

from inbox.api.idempotency import once
from inbox.models import Agent
from whatsapp.inbound import storable

WRITES = ("POST", "PUT", "PATCH", "DELETE")


class Pages(CursorPagination):
    """`limit` rows and a cursor to the next ones: however far one goes, a page costs the same."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = ("-id",)

    def get_ordering(self, request, queryset, view):
        return getattr(view, "ordering", self.ordering)

    def paginate_queryset(self, queryset, request, view=None):
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError) as error:  # a cursor that is none of ours
            raise NotFound(self.invalid_cursor_message) from error


class Body(JSONParser):
    """JSON; what is nested without end is as unreadable as what is none."""

    def parse(self, *args, **options):
        try:
            return super().parse(*args, **options)
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
    """`scopes` says what each action needs: {action: scope}."""

    pagination_class = Pages
    parser_classes = [Body]
    scopes = {}
    lookup_value_converter = "int"

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
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

    def asked(self, name):
        """What the address asks under a name, in characters that the database takes; None where it does not."""
        found = self.request.query_params.get(name)
        return found if found is None else storable(found)

    def told(self, shape):
        """What the body says, in the shape of a serializer. Raises ValidationError."""
        asked = shape(data=self.request.data)
        asked.is_valid(raise_exception=True)
        return asked.validated_data

    def agent(self, agent_id):
        return get_object_or_404(Agent, pk=agent_id, is_active=True)
