"""The users of a broadcast as they come: thousands at once, so they are read by hand and not by a serializer each."""

from math import isfinite

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from broadcasts.creating import MOST_USERS, User
from inbox.api.strict import sayable

PARAM_LIMIT = 2000
FIELDS = {"phone", "params"}


class BroadcastUser(serializers.Serializer):
    """One of the users of a broadcast."""

    phone = serializers.CharField(help_text="International, with plus sign.")
    params = serializers.DictField(
        required=False, help_text="The user's own values: texts, numbers, true or false; null is no value."
    )


@extend_schema_field(BroadcastUser(many=True))
class Users(serializers.Field):
    """[{"phone": "+49...", "params": {"name": "Ida"}}] as a list of Users."""

    def to_internal_value(self, told):
        if not isinstance(told, list):
            raise serializers.ValidationError("Users are a list.")
        if len(told) > MOST_USERS:
            raise serializers.ValidationError(f"A call takes up to {MOST_USERS:,} users.")
        return [_user(place, one) for place, one in enumerate(told)]

    def to_representation(self, users):
        return [{"phone": user.address, "params": user.params} for user in users]


def _user(place, told):
    if not isinstance(told, dict) or not isinstance(told.get("phone"), str):
        raise _wrong(place, "phone", "A user has a phone: write it in quotation marks.")
    for name in told:
        if name not in FIELDS:
            raise _wrong(place, sayable(name[:40]), "There is no such field here.")
    params = told.get("params") or {}
    if not isinstance(params, dict):
        raise _wrong(place, "params", "Params are an object of names and values.")
    for name, value in params.items():
        _check(place, name, value)
    return User(told["phone"], params)


def _check(place, name, value):
    if not _is_storable(name):
        raise _wrong(place, "params", "A name holds a character that cannot be kept.")
    if isinstance(value, dict | list):
        raise _wrong(place, f"params.{name[:40]}", "A value is a text, a number, or true or false.")
    if isinstance(value, float) and not isfinite(value):
        raise _wrong(place, f"params.{name[:40]}", "This number is too large to be kept.")
    if isinstance(value, str) and (len(value) > PARAM_LIMIT or not _is_storable(value)):
        raise _wrong(place, f"params.{name[:40]}", f"A value has up to {PARAM_LIMIT} characters that can be kept.")


def _is_storable(text):
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _wrong(place, name, words):
    return serializers.ValidationError({str(place): {name: [words]}})
