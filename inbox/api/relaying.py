"""How a message of a program behaves: silent or not, and what happens to the customer's response (S0-12, S0-15)."""

import json

from rest_framework import serializers

from inbox.actions.refusals import Refusal
from inbox.api.queries import Flag, Query
from inbox.api.resources import StorableDict
from inbox.models.keys import URL_LIMIT, validate_program_url

CORRELATION_BYTES = 4096
MOST_MINUTES = 7 * 24 * 60
NO_ENDPOINT = (
    "There is no address for the responses. Name one as relay.callback, or set the key's workflow address in the admin."
)
NO_SECRET = "This key has no secret to sign its relays with. Make a new secret for it in the admin."


class Correlation(serializers.JSONField):
    """Any JSON of the caller's own, as far as it can be kept, up to 4 KiB."""

    def to_internal_value(self, told):
        StorableDict().to_internal_value({"correlation": told})
        if len(json.dumps(told, ensure_ascii=False).encode()) > CORRELATION_BYTES:
            raise serializers.ValidationError(f"Correlation data has up to {CORRELATION_BYTES} bytes.")
        return told


class RelayWishes(serializers.Serializer):
    """What happens to the responses to this message; only together with `relay_response=true`."""

    callback = serializers.CharField(
        required=False,
        max_length=URL_LIMIT,
        validators=[validate_program_url],
        help_text="Where they go, by https. Left out: the key's own address.",
    )
    correlation = Correlation(required=False, help_text="Any JSON of yours up to 4 KiB; comes with each response.")
    next_message = serializers.BooleanField(
        default=False,
        help_text="The customer's next free-form message goes there too, and hands over nothing.",
    )
    no_answer_minutes = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_MINUTES,
        help_text="Tell the workflow when the customer has written nothing for so many minutes.",
    )


class Silence(Query):
    """The query parameters of a message (S0-12, S0-15): each of its own, stored with the message."""

    relay_response = Flag(default=False, help_text="true: what the customer taps goes to your workflow.")
    bump = Flag(default=True, help_text="false: sending moves no list.")
    bump_response = Flag(default=True, help_text="false: what the customer taps moves no list.")


def behaviour_of(silence, wishes, key):
    """{"bump": ..., "on_answer": {...}} of a message that `key` sends: as Silence says, with the RelayWishes of its
    body (or None). Raises Refusal for a relay that was not asked for, or has nowhere to go."""
    if wishes is not None and not silence["relay_response"]:
        words = "`relay` says what happens to relayed responses: ask for them with relay_response=true."
        raise Refusal("relay_not_asked", words, "relay", 400)
    silently = {} if silence["bump_response"] else {"bump": False}
    relayed = _relayed(wishes or {}, key) if silence["relay_response"] else {}
    return {"bump": silence["bump"], "on_answer": {**silently, **relayed}}


def _relayed(wishes, key):
    if not (wishes.get("callback") or key.relay_url):
        raise Refusal("relay_endpoint_missing", NO_ENDPOINT, "relay.callback", 400)
    if not key.relay_secret:
        raise Refusal("relay_endpoint_missing", NO_SECRET, "relay", 400)
    asked = {name: value for name, value in wishes.items() if name != "next_message" or value}
    return {"relay": True, **asked}
