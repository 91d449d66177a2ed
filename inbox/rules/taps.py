"""What a tap on a button or a row says: the id that its sender put there (product: "on_answer")."""

TAPS = ("button_reply", "list_reply")
# What a customer does with a message of ours, rather than writes.
INTERACTIONS = (*TAPS, "flow_reply")
# Kinds of message that offer something to tap.
OFFERS = ("buttons", "list", "template")
# `on_answer` of a message whose buttons and rows are only recorded.
RECORD_TAPS = {"record_only": "taps"}


def tapped(kind, content):
    """The id of what was tapped, "" for any other word."""
    return str(content.get("id") or "") if kind in TAPS else ""


def ids_offered(kind, content):
    """The ids of all that a message of ours offers to tap; a template message's are its buttons' payloads."""
    if kind == "buttons":
        return {button["id"] for button in content["buttons"]}
    if kind == "list":
        return {row["id"] for section in content["sections"] for row in section["rows"]}
    if kind == "template":
        parameters = [each for part in content.get("components", []) for each in part.get("parameters", [])]
        return {parameter["payload"] for parameter in parameters if "payload" in parameter}
    return set()


def is_recorded_only(on_answer, kind):
    """True where the sender of a message wants what answers it only recorded. {"record_only": "taps"}: its buttons and
    rows; what the customer writes themselves is a word like any other."""
    wanted = on_answer.get("record_only")
    return bool(wanted) and (wanted != "taps" or kind in TAPS)
