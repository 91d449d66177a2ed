"""What one recipient will see of a broadcast: on the phone, or in their mail. With nobody chosen the tags stay tags."""

from dataclasses import dataclass, field

from broadcasts import audience
from broadcasts.models import Broadcast
from broadcasts.rules import personalise, template_values
from broadcasts.rules.template_values import values_of
from broadcasts.senders import sender_of
from broadcasts.sms.stopping import with_hint
from whatsapp import message_templates
from whatsapp.message_templates.structure import VARIABLE
from whatsapp.models import MessageTemplate

Channel = Broadcast.Channel


@dataclass(frozen=True)
class Preview:
    """`missing`: the tags for which this recipient has no value; a variable that is not filled in yet is no tag.
    WhatsApp: header {"type", "text" or a file}, body, footer, buttons. Email: subject, body. SMS: body."""

    channel: str
    sender: object
    body: str = ""
    subject: str = ""
    header: dict = field(default_factory=dict)
    footer: str = ""
    buttons: tuple = ()
    missing: tuple = ()

    @property
    def is_empty(self):
        return not (self.body or self.subject or self.header)


def preview_of(broadcast, values=None):
    """The Preview of a broadcast for one recipient's personalise.Values (None: for nobody)."""
    parts = _whatsapp(broadcast) if broadcast.channel == Channel.WHATSAPP else _words(broadcast)
    missing = tuple(name for name in tags_used(broadcast) if values and not values.get(name))
    return Preview(broadcast.channel, sender_of(broadcast), missing=missing, **_personal(parts, values))


def values_for(broadcast, contact):
    """What the tags stand for with this contact: their own values, then the defaults."""
    return personalise.Values(audience.values_of(contact), broadcast.params)


def tags_used(broadcast):
    """The personalisation tags of a draft's message, in order."""
    content = broadcast.content
    if broadcast.channel == Channel.WHATSAPP:
        return list(dict.fromkeys(place.name for place in personalise.places(content.get("components", []))))
    texts = (content.get("subject", ""), content.get("message", ""))
    return list(dict.fromkeys(name for text in texts for name in personalise.names(text)))


def link_tag(broadcast):
    """The tag that stands for the whole link of the file above the text, "" where there is none."""
    parts = broadcast.content.get("components", []) if broadcast.channel == Channel.WHATSAPP else []
    for link in template_values.header_links(parts):
        if found := personalise.PLACEHOLDER.fullmatch(link.strip()):
            return personalise.name_in(found)
    return ""


def template_of(broadcast):
    """The message template that a WhatsApp broadcast names, None where it names none (any more)."""
    content = broadcast.content
    if not broadcast.number or not content.get("name"):
        return None
    return MessageTemplate.of(broadcast.number.account_id, content["name"], content.get("language", ""))


def _words(broadcast):
    content = broadcast.content
    body = content.get("message", "")
    is_sms = broadcast.channel == Channel.SMS
    return {"body": with_hint(body, content) if is_sms else body, "subject": content.get("subject", "")}


def _whatsapp(broadcast):
    template = template_of(broadcast)
    if template is None:
        return {}
    shown = message_templates.outline(template.components)
    given = values_of(template.components, broadcast.content.get("components", []))
    header = dict(shown.get("header") or {})
    if header.get("text"):
        header["text"] = _put_in(header["text"], "header", given)
    elif header:
        header["file"] = given.get(f"header.{header['type']}")
    buttons = [button | _url(button, given.get(f"button.{place}")) for place, button in enumerate(shown["buttons"])]
    body = _put_in(shown["body"], "body", given)
    return {"header": header, "body": body, "footer": shown.get("footer", ""), "buttons": tuple(buttons)}


def _put_in(text, where, given):
    return VARIABLE.sub(lambda match: given.get(f"{where}.{match[1]}") or match[0], text)


def _url(button, end):
    return {"url": f"{button['url']}{end}"} if end and button.get("url") else {}


def _personal(parts, values):
    """The same parts with this recipient's values; a tag without one stays as it is, to be seen."""
    if values is None:
        return parts

    def said(text):
        return personalise.PLACEHOLDER.sub(lambda match: values.get(personalise.name_in(match)) or match[0], text)

    personal = {name: said(text) if isinstance(text, str) else text for name, text in parts.items()}
    if parts.get("header", {}).get("text"):
        personal["header"] = parts["header"] | {"text": said(parts["header"]["text"])}
    if parts.get("buttons"):
        personal["buttons"] = tuple(b | ({"url": said(b["url"])} if b.get("url") else {}) for b in parts["buttons"])
    return personal
