"""Step two: the message and its personalisation (S4-38, S4-39). What is posted becomes the content, whole or not."""

from broadcasts.drafts.previews import tags_used, template_of
from broadcasts.models import Broadcast
from broadcasts.rules.template_values import components_of, is_file, values_of
from whatsapp.message_templates import variables

Channel = Broadcast.Channel
VALUE, DEFAULT = "value-", "default-"
# What a subject line and a text may hold; mail programs cut a subject after some seventy characters anyway.
MOST_SUBJECT, MOST_EMAIL, MOST_SMS = 200, 50_000, 1600
MOST_VALUE, MOST_LINK, MOST_DEFAULT = 1024, 1024, 200


def read_message(broadcast, posted):
    """Put what was posted into the draft's `content` and `params`. Nothing is saved."""
    READERS[broadcast.channel](broadcast, posted)
    used = tags_used(broadcast)
    fields = {name: f"{DEFAULT}{name}" for name in used}
    given = {name: _text(posted, field, MOST_DEFAULT) for name, field in fields.items() if field in posted}
    # A default whose tag is gone for a moment is kept: it may come back with the next letter.
    kept = broadcast.params | given
    broadcast.params = {name: value for name, value in kept.items() if value}


def _whatsapp(broadcast, posted):
    template = template_of(broadcast)
    if template is None:
        return
    kept = values_of(template.components, broadcast.content.get("components", []))
    values = {}
    for variable in variables(template.components):
        if variable.kind == "location":
            values[variable.key] = _place(posted, variable.key)
        elif is_file(variable):
            values[variable.key] = _file(broadcast, posted, variable.key, kept.get(variable.key))
        else:
            values[variable.key] = _text(posted, f"{VALUE}{variable.key}", MOST_VALUE)
    broadcast.content = broadcast.content | {"components": components_of(template.components, values)}


def _file(broadcast, posted, key, kept):
    """A link that was written goes before the file that was chosen; none of it leaves the file."""
    field = f"{VALUE}{key}.link"
    if field not in posted:
        return kept
    link = _text(posted, field, MOST_LINK)
    if link:
        broadcast.content = {name: value for name, value in broadcast.content.items() if name != "header_file"}
        return {"link": link}
    return kept if kept and "link" not in kept else None


def _place(posted, key):
    parts = {name: _text(posted, f"{VALUE}{key}.{name}", 200) for name in ("latitude", "longitude", "name", "address")}
    return {name: value for name, value in parts.items() if value}


def _email(broadcast, posted):
    subject = " ".join(_text(posted, "subject", MOST_SUBJECT).split())
    broadcast.content = {"subject": subject, "message": _text(posted, "message", MOST_EMAIL)}


def _sms(broadcast, posted):
    message = _text(posted, "message", MOST_SMS)
    broadcast.content = {"message": message, "offers_stop": bool(posted.get("offers_stop"))}


def _text(posted, name, most):
    return posted.get(name, "").replace("\x00", "").replace("\r\n", "\n").strip()[:most]


READERS = {Channel.WHATSAPP: _whatsapp, Channel.EMAIL: _email, Channel.SMS: _sms}
