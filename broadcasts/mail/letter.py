"""One recipient's email: headers, text and HTML out of the same source, files, and the way to stop it."""

from dataclasses import dataclass, field
from email.utils import formataddr

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from broadcasts.mail.body import blocks, plain, subject

REFERENCE = "broadcast-recipient-"
ONE_CLICK = "List-Unsubscribe=One-Click"


@dataclass(frozen=True)
class From:
    """Who writes: a name that people know, an address, and where answers go ("" for the address itself)."""

    name: str
    address: str
    reply_to: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True)
class Letter:
    """What is written to whom. `reference` names this one letter for ever: a repeated try is seen to be the same."""

    to: str
    subject: str
    message: str
    reference: str
    unsubscribe_url: str = ""
    # (file name, bytes, MIME type)
    files: list[tuple[str, bytes, str]] = field(default_factory=list)


def reference_of(recipient_id: int) -> str:
    return f"{REFERENCE}{recipient_id}"


def recipient_in(reference: str) -> int | None:
    """The recipient's id in a reference; None in what is none of ours."""
    number = reference.removeprefix(REFERENCE)
    return int(number) if reference != number and number.isdecimal() and len(number) < 19 else None


def email(writer: From, letter: Letter) -> EmailMultiAlternatives:
    """A Django email with stable Message-ID and, with an unsubscribe address, one-click headers (RFC 8058)."""
    context = {"writer": writer, "subject": subject(letter.subject), "unsubscribe_url": letter.unsubscribe_url}
    text = render_to_string("broadcasts/mail/letter.txt", {**context, "words": plain(letter.message)})
    html = render_to_string("broadcasts/mail/letter.html", {**context, "blocks": blocks(letter.message)})
    made = EmailMultiAlternatives(
        subject=context["subject"],
        body=text,
        from_email=formataddr((writer.name, writer.address)),
        to=[letter.to],
        reply_to=[writer.reply_to] if writer.reply_to else None,
        headers=_headers(writer, letter),
        attachments=list(letter.files),
    )
    made.attach_alternative(html, "text/html")
    # django-anymail hands it to the provider and gets it back with every event.
    made.metadata = {"reference": letter.reference}
    return made


def _headers(writer: From, letter: Letter) -> dict[str, str]:
    headers = {"Message-ID": f"<{letter.reference}@{writer.domain}>", "Auto-Submitted": "auto-generated"}
    if letter.unsubscribe_url:
        headers |= {"List-Unsubscribe": f"<{letter.unsubscribe_url}>", "List-Unsubscribe-Post": ONE_CLICK}
    return headers
