"""Careful reading of JSON that may hold anything. Each function has a fallback instead of an exception."""

import json
import math
import re
from datetime import UTC, datetime

from whatsapp.inbound.events import Fault

MAX_DEPTH = 64
TOO_DEEP = "(nested too deeply)"
TOO_LARGE = "(number too large)"
REPLACEMENT = "�"
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
PHONE = re.compile(r"[1-9][0-9]{5,14}")
SECONDS = re.compile(r"[0-9]{1,12}")
ID_LIMIT = 255
NAME_LIMIT = 255
INTEGER_LIMIT = 2**63
CODE_LIMIT = 2**31
SOMETHING_WENT_WRONG = 131000
EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class Undecodable(ValueError):
    """The body of a webhook is not JSON that we take; the message says why."""


def decode(body: bytes) -> object:
    """The JSON value of a webhook's raw body. Raises Undecodable, whatever the bytes are."""
    try:
        return json.loads(body)
    except RecursionError as error:
        raise Undecodable("nested too deeply") from error
    except UnicodeDecodeError as error:
        raise Undecodable("not UTF-8") from error
    except ValueError as error:
        raise Undecodable(f"not JSON: {error}"[:ID_LIMIT]) from error


def storable(value: object, depth: int = 0) -> object:
    """A copy that PostgreSQL's jsonb and text take: without NUL, lone surrogates, NaN, giant integers and endless
    nesting. What cannot be kept is replaced visibly."""
    if isinstance(value, str):
        return UNSTORABLE.sub(REPLACEMENT, value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < INTEGER_LIMIT else TOO_LARGE
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= MAX_DEPTH:
        return TOO_DEEP
    if isinstance(value, dict):
        return {storable(str(key)): storable(item, depth + 1) for key, item in value.items()}
    return [storable(item, depth + 1) for item in value] if isinstance(value, list) else None


def mapping(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def items(value: object) -> list:
    return value if isinstance(value, list) else []


def text(value: object, limit: int | None = None) -> str:
    return value[:limit] if isinstance(value, str) else ""


def identifier(value: object) -> str:
    """An id as text: Meta writes most ids as strings and some as numbers. "" for what cannot be one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value.strip() and len(value) <= ID_LIMIT else ""


def wa_id(value: object) -> str:
    """A WhatsApp id: digits with country code, always without the plus sign that some payloads write."""
    return identifier(value).removeprefix("+")


def phone(wa_id: str) -> str:
    """ "491725550137" -> "+491725550137"; "" where it is not a number with country code."""
    return f"+{wa_id}" if PHONE.fullmatch(wa_id) else ""


def moment(value: object) -> datetime | None:
    """Unix seconds, as text or number. None before 2009 (WhatsApp's first year) and from 2100 on: never clamped, since
    a made-up time would put a message into a made-up place of its thread."""
    seconds = whole_seconds(value)
    if seconds is None or not EARLIEST.timestamp() <= seconds < LATEST.timestamp():
        return None
    return datetime.fromtimestamp(seconds, UTC)


def whole_seconds(value: object) -> int | None:
    if isinstance(value, str) and SECONDS.fullmatch(value):
        return int(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def amount(value: object) -> int | float | None:
    """A number, or a text that is one: `"12.50"` -> 12.5. None for what is not finite."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        number = float(text(value, ID_LIMIT))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def language(value: object) -> str:
    """Meta writes `en_US` and sometimes `en-US`; the first is ours."""
    return text(value, ID_LIMIT).replace("-", "_")


def fault(error: object) -> Fault:
    """An element of Meta's `errors`. A code that is none becomes 131000, "something went wrong"."""
    told = mapping(error)
    code = told.get("code")
    usable = isinstance(code, int) and not isinstance(code, bool) and 0 <= code < CODE_LIMIT
    title = text(told.get("title"), NAME_LIMIT) or text(told.get("message"), NAME_LIMIT)
    details = text(mapping(told.get("error_data")).get("details")) or text(told.get("details"))
    return Fault(code if usable else SOMETHING_WENT_WRONG, title, details)


def first_fault(errors: object) -> Fault | None:
    listed = items(errors)
    return fault(listed[0]) if listed else None
