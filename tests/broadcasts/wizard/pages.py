"""What the tests of the wizard's pages share: addresses, the words on a page, a customer who is seen."""

from django.urls import reverse

from tests.factories import make_contact, make_thread

HTMX = {"HTTP_HX_REQUEST": "true"}


def known(number, name="Amira Haddad", **fields):
    """A customer of this number, so that its supervisors see them."""
    contact = make_contact(name, **fields)
    make_thread(contact, number)
    return contact


def at(step, draft, *more):
    return reverse(f"broadcast_{step}", args=[draft.pk, *more])


def words_of(response):
    return " ".join(response.content.decode().split())
