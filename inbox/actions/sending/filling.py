"""What a program says, made into content: a message template with its places filled, a file that is somewhere."""

from inbox.actions.refusals import refusing_content
from whatsapp import content as contents
from whatsapp import message_templates
from whatsapp.models import MessageTemplate


def template_of(account_id, asked):
    """The Template content of `asked` (name, language, components), with what the team will see of it. Raises Refusal
    naming what does not fit."""
    return filled_in(MessageTemplate.of(account_id, asked["name"], asked["language"]), asked)


def filled_in(stored, asked):
    """The same of a MessageTemplate at hand (None: there is none)."""
    with refusing_content():
        preview = message_templates.shown(stored.components, asked["components"]) if stored else {}
        return contents.Template(asked["name"], asked["language"], tuple(asked["components"]), preview)


def free_form(kind, told):
    """The content of a free-form message. A file that a program names is at Meta or on the web already. Raises Refusal
    naming the part that WhatsApp would not take."""
    with refusing_content():
        content = contents.load(kind, told)
        if isinstance(content, contents.Media) and not (content.media_id or content.link):
            raise contents.ContentError("media_id", "Say which file: its id at WhatsApp, or a public HTTPS link.")
        return content
