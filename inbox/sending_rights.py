"""The four sending rights, asked with what is stored now."""

from inbox.models import Thread
from inbox.rules import rights
from whatsapp.content import Template
from whatsapp.models import MessageTemplate
from whatsapp.prepared import Place, Prepared


def as_stored(thread):
    """The thread as it is stored now, with all that the rights look at but for the template."""
    return STORED.get(pk=thread.pk)


STORED = Prepared(
    lambda: Thread.objects.select_related("contact", "number__account", "reply_identity").filter(pk=Place("pk"))
)


def refusal(thread, content, now, template=None):
    """The rules.rights.Reason why `content` may not be sent into `thread` at `now`, or None.

    `thread` was just read (as_stored, or with the same rows); so was `template`, the MessageTemplate that a Template
    names: without it, it is looked up.
    """
    stored = None
    if isinstance(content, Template):
        stored = of_template(template) if template else stored_template(thread.number.account, content)
    return rights.refusal(facts_at_hand(thread, stored), content, now)


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
    return stored and of_template(stored)


def of_template(stored):
    """A MessageTemplate as the rights look at it."""
    return rights.StoredTemplate(stored.status, stored.category, stored.components)
