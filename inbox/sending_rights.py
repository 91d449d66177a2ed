"""The four sending rights, asked with what is stored now."""

from inbox.models import Thread
from inbox.rules import rights
from whatsapp.content import Template
from whatsapp.models import MessageTemplate


def refusal(thread, content, now):
    """The rules.rights.Reason why `content` may not be sent into `thread` at `now`, or None. Three queries at most."""
    return rights.refusal(facts(thread, content), content, now)


def facts(thread, content):
    thread = Thread.objects.select_related("contact", "number__account", "reply_identity").get(pk=thread.pk)
    template = stored_template(thread.number.account, content) if isinstance(content, Template) else None
    return facts_at_hand(thread, template)


def facts_at_hand(thread, template):
    """The facts of a thread that was just read, with contact, number and account; asks for nothing."""
    return rights.Facts(
        window_until=thread.window_until,
        optout=thread.contact.whatsapp_optout,
        number_status=thread.number.status,
        has_token=bool(thread.number.account.access_token),
        has_address=bool(thread.reply_identity_id or thread.contact.phone),
        template=template,
    )


def stored_template(account, content):
    """The rights.StoredTemplate that a Template names, or None."""
    stored = MessageTemplate.of(account, content.name, content.language)
    return stored and rights.StoredTemplate(stored.status, stored.category, stored.components)
