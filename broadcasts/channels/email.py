"""Email: a subject and a message per recipient, text and HTML out of the same source, with one click to stop."""

from dataclasses import dataclass
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from broadcasts import senders
from broadcasts.channels.direct import Direct
from broadcasts.mail.letter import Letter, email, reference_of
from broadcasts.mail.links import Wish, unsubscribe_url
from broadcasts.mail.post import post
from broadcasts.models import Broadcast
from broadcasts.rules.personalise import fill
from inbox.actions.refusals import Refusal

SUBJECT_LIMIT = 300
MESSAGE_LIMIT = 100_000


@dataclass(frozen=True)
class Written:
    subject: str
    message: str

    def __str__(self):
        return f"{self.subject}: {self.message}"


def mailbox(typed):
    """One address in small letters, "" where that is none, or several."""
    given = typed.strip().lower()
    try:
        validate_email(given)
    except ValidationError:
        return ""
    return given


class Email(Direct):
    kind = Broadcast.Channel.EMAIL
    hopeless = frozenset({"email_invalid", "email_spam", "email_unsubscribed"})

    def sender(self, broadcast):
        return broadcast.email_sender

    def address(self, typed, broadcast):
        """In small letters: nobody has two mailboxes that differ by them."""
        given = mailbox(typed)
        if not given:
            raise Refusal("address", f"{typed!r} is not an email address.", "email", 400)
        return given

    def address_of(self, contact):
        return mailbox(contact.email)

    def check(self, broadcast):
        """S4-38: a subject, then a message."""
        super().check(broadcast)
        for name, limit in (("subject", SUBJECT_LIMIT), ("message", MESSAGE_LIMIT)):
            text = broadcast.content.get(name, "")
            if not text.strip():
                raise Refusal("content", f"An email needs a {name}.", name, 400)
            if len(text) > limit:
                raise Refusal("content", f"The {name} is longer than {limit:,} characters.", name, 400)

    def written(self, broadcast, values):
        content = broadcast.content
        return Written(fill(content["subject"], values, "subject"), fill(content["message"], values, "message"))

    def request(self, recipient, message):
        letter = Letter(
            to=recipient.address,
            subject=message.subject,
            message=message.message,
            reference=reference_of(recipient.pk),
            unsubscribe_url=unsubscribe_url(Wish(recipient.contact_id, recipient.pk)),
            files=self._files(recipient),
        )
        return partial(post, email(senders.writer_of(self.sender(recipient.broadcast)), letter))

    def _files(self, recipient):
        """Everybody's, and those that are this recipient's own. Raises OSError where one is gone."""
        known = {kept.pk: kept for kept in recipient.broadcast.files.all()}
        if not known.keys() >= set(recipient.files):
            raise FileNotFoundError(f"Recipient {recipient.pk} has a file that is gone.")
        meant = [kept for kept in known.values() if not kept.is_personal or kept.pk in recipient.files]
        return [(kept.name, kept.read(), kept.mime_type) for kept in meant]
