"""The users of a broadcast as they come: thousands at once, so they are read by hand and not by a serializer each."""

from dataclasses import dataclass
from math import isfinite

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from broadcasts.creating import MOST_USERS, User
from inbox.actions.refusals import Refusal
from inbox.api.attached import Attachments
from inbox.api.strict import sayable
from inbox.models import Attachment

PARAM_LIMIT = 2000
MOST_ID = 2**63 - 1
FIELDS = {"phone", "params", "attachments"}


@dataclass(frozen=True)
class Told:
    """One user as told, with the ids of uploads that are yet to be found."""

    address: str
    params: dict
    upload_ids: list


class BroadcastUser(serializers.Serializer):
    """One of the users of a broadcast."""

    phone = serializers.CharField(help_text="International, with plus sign.")
    params = serializers.DictField(
        required=False, help_text="The user's own values: texts, numbers, true or false; null is no value."
    )
    attachments = Attachments(
        "The id of an upload (POST media/) that stands above this user's text, in place of that of the template."
    )


@extend_schema_field(BroadcastUser(many=True))
class Users(serializers.Field):
    """[{"phone": "+49...", "params": {"name": "Ida"}, "attachments": [17]}] as a list of Told."""

    def to_internal_value(self, told):
        if not isinstance(told, list):
            raise serializers.ValidationError("Users are a list.")
        if len(told) > MOST_USERS:
            raise serializers.ValidationError(f"A call takes up to {MOST_USERS:,} users.")
        return [_user(place, one) for place, one in enumerate(told)]

    def to_representation(self, users):
        return [{"phone": told.address, "params": told.params, "attachments": told.upload_ids} for told in users]


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
    return Told(told["phone"], params, _upload_ids(place, told.get("attachments") or []))


def _upload_ids(place, told):
    if not isinstance(told, list) or len(told) > 1:
        raise _wrong(place, "attachments", "Attachments are a list with the id of one upload.")
    if not all(type(one) is int and 0 < one <= MOST_ID for one in told):
        raise _wrong(place, "attachments", "An upload has a number as its id.")
    return told


def with_uploads(key, users):
    """What was Told as creating.Users, with the uploads of this key that they name. Raises Refusal (400) naming the
    user whose upload is not there."""
    wanted = {upload_id for told in users for upload_id in told.upload_ids}
    found = Attachment.objects.filter(api_key=key, message=None).in_bulk(wanted) if wanted else {}
    return [User(told.address, told.params, _upload(place, told, found)) for place, told in enumerate(users)]


def _upload(place, told, found):
    if not told.upload_ids:
        return None
    if told.upload_ids[0] not in found:
        words = f"There is no such upload of this key that was not sent yet. User {place}, {told.address}."
        raise Refusal("attachment_gone", words, f"users.{place}.attachments", 400)
    return found[told.upload_ids[0]]


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
