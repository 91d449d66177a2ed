"""The way to stop, said at the end of a text where it is wished. Pure: what is previewed and counted is what leaves."""

STOP_HINT = "Reply STOP to opt out."


def with_hint(text: str, content: dict) -> str:
    """`content` of the broadcast says by "offers_stop" whether it is wished."""
    return f"{text}\n{STOP_HINT}" if text and content.get("offers_stop") else text
