"""What a body says is taken as it stands: a number is no text, and a field that nobody knows is refused, so that a
mistyped name is not silently dropped, and who chose what is not there is told what is. DRF's fields check the rest."""

from collections.abc import Mapping

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

UNKNOWN = ErrorDetail("There is no such field here.", "unknown")
NOT_TEXT = ErrorDetail("This is a text: write it in quotation marks.", "invalid")
NOT_NUMBER = ErrorDetail("This is a whole number: write it without quotation marks.", "invalid")
NOT_FLAG = ErrorDetail("This is true or false.", "invalid")

TEXTS = (
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DateTimeField,
    serializers.SlugRelatedField,
    serializers.UUIDField,
)
NUMBERS = (serializers.IntegerField, serializers.PrimaryKeyRelatedField)


def complaints(field, told, at=""):
    """[(path, ErrorDetail)] for what `told`, as it came in JSON, says in a wrong type or under an unknown name."""
    if told is None or isinstance(told, serializers.empty):
        return []
    if isinstance(field, serializers.Serializer):
        return list(_of_object(field, told, at)) if isinstance(told, Mapping) else []
    if isinstance(field, serializers.ListField | serializers.ListSerializer):
        return list(_of_list(field, told, at)) if isinstance(told, list) else []
    wrong = wrong_type(field, told)
    return [(at, wrong)] if wrong else []


def wrong_type(field, told):
    if isinstance(field, serializers.BooleanField):
        return None if isinstance(told, bool) else NOT_FLAG
    if isinstance(field, NUMBERS):
        return None if is_whole(told) else NOT_NUMBER
    if isinstance(field, TEXTS) and not isinstance(told, str):
        return NOT_TEXT
    if isinstance(field, serializers.ChoiceField) and told not in field.choices and not is_left_blank(field, told):
        return ErrorDetail(f"“{told}” is none of {', '.join(map(str, field.choices))}.", "invalid_choice")
    return None


def is_left_blank(field, told):
    return told == "" and field.allow_blank


def is_whole(told):
    """True for 3 and, as JSON has one kind of number, for 3.0."""
    if isinstance(told, bool):
        return False
    return isinstance(told, int) or (isinstance(told, float) and told.is_integer())


def _of_object(shape, told, at):
    known = {field.field_name: field for field in shape._writable_fields}
    for name, value in told.items():
        path = f"{at}.{sayable(name)}".strip(".")
        if name in known:
            yield from complaints(known[name], value, path)
        else:
            yield path, UNKNOWN


def sayable(name):
    """A name as an answer can repeat it: half of a character has no encoding."""
    return name.encode(errors="backslashreplace").decode()


def _of_list(field, told, at):
    for place, value in enumerate(told):
        yield from complaints(field.child, value, f"{at}.{place}".strip("."))
