"""What templates ask of relays: where they went, what was answered, how a try went."""

from urllib.parse import urlsplit

from django import template

register = template.Library()

DID = {
    "none": "nothing to do",
    "message": "what to say",
    "hand_over": "over to people",
    "complete": "done",
    "later": "later",
    "free": "in its own words",
}


@register.filter
def host(url):
    """Only whose program it is: the rest of an address may hold a secret."""
    return urlsplit(url).hostname or "nowhere"


@register.filter
def did(relay):
    """What the program answered, in a word or two; "" before."""
    action = relay.answer.get("action") if isinstance(relay.answer, dict) else None
    return DID.get(action, "") if isinstance(action, str) else ""


@register.filter
def how(one):
    """How a try went: "200 in 35 ms", or why there was no answer."""
    words, status = one.get("words") or "", one.get("status")
    if status is None:
        return words or "No answer."
    took = f"{status} in {one['duration_ms']} ms" if one.get("duration_ms") is not None else str(status)
    return f"{took}: {words}" if words and not words.startswith("It answered") else took
