"""The small lines between the bubbles, in words: who did what. Pure; lenient, since stored data may be old."""

RETURNED = {
    "absent": "{subject} was absent: back to the line",
    "deactivated": "{subject} no longer works here: back to the line",
    "api": "{program} gave it back to the line",
}
# Who acts over the API, and who by what it answered to a relay, where its name was not noted.
UNNAMED = {"api": "A program", "workflow": "The workflow"}
ASSIGNED_WHY = {"owner": ", who looks after this customer", "last": ", who served last", "load": ""}
HANDED_OVER = {
    "relay_failed": "The workflow failed: handed over to people",
    "bot_silent": "The bot kept silent: handed over to people",
    "bot_has_no_script": "The bot has nothing to say: handed over to people",
    "bot_is_off": "The bot was switched off: handed over to people",
    "bot_did_not_understand": "The bot did not understand the customer: handed over to people",
    "bot_script_changed": "The bot's script was changed meanwhile: handed over to people",
    "bot_script_has_no_end": "The bot's script leads nowhere: handed over to people",
    "bot_script_goes_round": "The bot's script goes round in circles: handed over to people",
    "bot_cannot_say": "The bot's next words cannot be sent on WhatsApp: handed over to people",
    "bot_could_not_send": "The bot could not send its words: handed over to people",
    "bot_failed": "The bot's program failed: handed over to people",
    "bot_wrote_too_much": "The bot wrote too much in ten minutes: handed over to people",
}
OTHER_CHANNELS = {"email": "email", "sms": "SMS"}
OPTED_HOW = {
    "word": ", in their own words",
    "meta": ", chosen in WhatsApp",
    "link": ", by a link in a message",
    "import": ", told by an import",
    "merge": ", as contacts were joined or parted",
}
CLOSED_BY_RULE = {
    "auto_close": "Closed automatically: nothing was left to answer",
    "bot_silence": "Closed: the customer did not answer the bot",
    "bot_complete": "Closed: the bot was done",
    "opt_out": "Closed: the customer opted out",
    "expired": "Closed: the customer did not answer",
    "merged": "Closed: two contacts became one",
}


def sentence(kind, actor, data):
    """One line for an event's kind, its actor's name ("" = nobody) and its data."""
    data = data if isinstance(data, dict) else {}
    write = SENTENCES.get(kind)
    return write(actor, data) if write else kind.replace("_", " ").capitalize()


def _name(data, key):
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _program(data, unnamed="A program"):
    """Who asked over the API; `unnamed` where nobody noted it."""
    return _name(data, "program") or unnamed


def _opened(actor, data):
    bot = _name(data, "bot")
    if bot:
        return f"New conversation, with the bot {bot}"
    if data.get("pending"):
        waits_for = _name(data, "waits_for")
        return f"Waits for the customer{', then goes to ' + waits_for if waits_for else ''}"
    who = actor or _name(data, "program")
    return f"{who} started the conversation" if who else "New conversation"


def _assigned(actor, data):
    to, why = _name(data, "to") or "an agent", _name(data, "why")
    who = actor or (not why and _name(data, "program"))
    return f"{who} assigned it to {to}" if who else f"Assigned to {to}{ASSIGNED_WHY.get(why, '')}"


def _transferred(actor, data):
    to = _name(data, "to") or _name(data, "team") or "someone else"
    return f"{actor or _program(data)} transferred it to {to}"


def _taken_over(actor, data):
    previous = _name(data, "from")
    return f"{actor or 'Somebody'} took over{' from ' + previous if previous else ''}"


def _returned(actor, data):
    subject = _name(data, "from") or _name(data, "agent") or actor or "The agent"
    words = RETURNED.get(_name(data, "why"))
    if words is None:
        return f"{actor or subject} gave it back to the line"
    return words.format(subject=subject, program=_program(data))


def _queued(actor, data):
    return "In queue: everyone who could serve is at the limit"


def _handed_over(actor, data):
    to, why = _name(data, "to") or _name(data, "team") or "people", _name(data, "why")
    if why in UNNAMED:
        return f"{_program(data, UNNAMED[why])} handed over to {to}"
    return HANDED_OVER.get(why, f"Handed over to {to}")


def _closed(actor, data):
    if actor:
        return f"Closed by {actor}"
    rule = _name(data, "by_rule")
    if rule in UNNAMED:
        return f"Closed by {_program(data, UNNAMED[rule].lower())}"
    if rule == "auto_close" and isinstance(data.get("minutes"), int):
        return f"Closed automatically: no word for {duration(data['minutes'])}"
    return CLOSED_BY_RULE.get(rule, "Closed automatically" if rule else "Closed")


def duration(minutes):
    """So many minutes as a person says them: 24 hours, 90 minutes, 1 hour."""
    count, unit = (minutes // 60, "hour") if minutes % 60 == 0 and minutes else (minutes, "minute")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _reopened(actor, data):
    if data.get("undone"):
        return f"{actor or 'Somebody'} undid the closing"
    if _name(data, "why") == "api":
        return f"{_program(data)} reopened it for {_name(data, 'to') or 'an agent'}"
    return f"{actor} reopened it" if actor else "The customer wrote again: reopened"


def _tagged(actor, data):
    return f"{actor or _name(data, 'bot') or _program(data)} added the tag {_name(data, 'tag')}"


def _untagged(actor, data):
    return f"{actor or _program(data)} removed the tag {_name(data, 'tag')}"


def _number_changed(actor, data):
    new = _name(data, "new") or _name(data, "to")
    return f"The customer changed their number{' to ' + new if new else ''}"


def _opted_out(actor, data):
    what = "no marketing" if data.get("state", data.get("category")) == "marketing" else "nothing that we start"
    if _name(data, "channel") in OTHER_CHANNELS:
        what = f"{what} by {OTHER_CHANNELS[data['channel']]}"
    return f"The customer wants {what}{_told_by(actor, data)}"


def _opted_in(actor, data):
    way = OTHER_CHANNELS.get(_name(data, "channel"))
    return f"The customer agrees to messages{' by ' + way if way else ''} again{_told_by(actor, data)}"


def _told_by(actor, data):
    if actor:
        return f", noted by {actor}"
    source = _name(data, "source") or ("meta" if data.get("by") == "meta" else "")
    if source == "api":
        return f", told by {_program(data, 'a program')}"
    return OPTED_HOW.get(source, "")


RELAYED = {
    "interaction": "What the customer chose went to {program}",
    "message": "The customer's message went to {program}",
}
WORKFLOW_DID = {
    "none": ": nothing is to be done",
    "hand_over": ": over to people",
    "complete": ": it is done",
}


def _relayed(actor, data):
    if data.get("what") == "no_answer":
        minutes = data.get("minutes")
        waited = f" for {duration(minutes)}" if isinstance(minutes, int) else ""
        return f"The customer did not answer{waited}: {_program(data, 'the workflow')} was told"
    words = RELAYED.get(_name(data, "what"), "What happened was told to {program}")
    return words.format(program=_program(data, "the workflow"))


def _relay_answered(actor, data):
    count, program = data.get("messages"), _program(data, "The workflow")
    if data.get("did") == "message" and isinstance(count, int):
        return f"{program} answered with {'a message' if count == 1 else f'{count} messages'}"
    return f"{program} answered{WORKFLOW_DID.get(_name(data, 'did'), '')}"


def _relay_failed(actor, data):
    words = _name(data, "words").rstrip(".")
    return f"{_program(data, 'The workflow')} failed{': ' + words if words else ''}"


SENTENCES = {
    "opened": _opened,
    "assigned": _assigned,
    "claimed": lambda actor, data: f"{actor or 'Somebody'} claimed it",
    "transferred": _transferred,
    "taken_over": _taken_over,
    "returned": _returned,
    "queued": _queued,
    "handed_over": _handed_over,
    "closed": _closed,
    "reopened": _reopened,
    "tagged": _tagged,
    "untagged": _untagged,
    "followed": lambda actor, data: f"{actor or _name(data, 'to') or 'Somebody'} joined as a helper",
    "unfollowed": lambda actor, data: f"{actor or _name(data, 'to') or 'Somebody'} stopped following",
    "answer_waived": lambda actor, data: f"{actor or _program(data)} marked it as needing no answer",
    "number_changed": _number_changed,
    "joined": lambda actor, data: "Two contacts turned out to be one person",
    "opted_out": _opted_out,
    "opted_in": _opted_in,
    "automation_stopped": lambda actor, data: (
        "Automatic messages stopped: two machines seem to be talking to each other"
    ),
    "relayed": _relayed,
    "relay_answered": _relay_answered,
    "relay_failed": _relay_failed,
    "opened_chat": lambda actor, data: "The customer opened the chat",
}
