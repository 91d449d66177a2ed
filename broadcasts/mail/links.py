"""The address by which a recipient stops our emails: signed, without an end, and of no use for anything else."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

SALT = "broadcasts.unsubscribe"


@dataclass(frozen=True)
class Wish:
    """Whose link it is: a contact (None: an address that belonged to nobody), and the recipient whose email it was."""

    contact_id: int | None
    recipient_id: int


class BadLink(Exception):
    """Not signed by us, or cut off on its way."""


def unsubscribe_url(wish: Wish) -> str:
    """A full address. It works for ever: whoever finds an old email may still stop the next."""
    token = signing.Signer(salt=SALT).sign_object([wish.contact_id, wish.recipient_id])
    return settings.SITE_URL + reverse("unsubscribe", args=[token])


def wish_in(token: str) -> Wish:
    """Raises BadLink."""
    try:
        contact_id, recipient_id = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError) as error:
        raise BadLink from error
    return Wish(contact_id, recipient_id)
