"""No more emails: with one click from a mail program, or with a button on a page."""

import re

import pytest
from django.test import Client

from broadcasts.mail.links import BadLink, Wish, unsubscribe_url, wish_in
from inbox.models import Consent, Contact, ContactMerge
from tests import factories
from tests.broadcasts.senders import fates, make_email, run

pytestmark = pytest.mark.django_db

AMIRA = "amira@example.org"


@pytest.fixture
def link(postbox):
    """The address in a letter's header, as a mail program finds it."""
    factories.make_contact("Amira", email=AMIRA)
    run(make_email([AMIRA]))
    return re.fullmatch(r"<https?://[^/]+(/.*)>", postbox.letters[0]["List-Unsubscribe"].strip())[1]


def optout():
    return Contact.objects.get(email=AMIRA).email_optout


def test_opening_the_link_changes_nothing(client, link):
    """Mail scanners open every link."""
    page = client.get(link)
    assert page.status_code == 200
    assert client.head(link).status_code == 200
    shown = page.content.decode()
    assert "Unsubscribe</button>" in shown
    assert "a…a@example.org" in shown
    assert AMIRA not in shown
    assert optout() == ""


def test_the_button_unsubscribes_and_can_be_undone(client, link):
    """S3-54 for email; no log-in, and no token of a form: the link is the proof."""
    done = Client(enforce_csrf_checks=True).post(link)
    assert "Done: no more emails" in done.content.decode()
    assert optout() == "all"
    undone = client.post(link, {"undo": "1"})
    assert "You are back on the list" in undone.content.decode()
    assert optout() == ""
    assert list(Consent.objects.order_by("pk").values_list("channel", "state", "source")) == [
        ("email", "all", "link"),
        ("email", "opted_in", "link"),
    ]


def test_a_mail_program_unsubscribes_with_one_click(client, link):
    """RFC 8058: one POST with exactly this body, answered without a redirect."""
    answer = client.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, optout()) == (200, "all")
    assert answer.content == b"Unsubscribed."


def test_whoever_unsubscribed_gets_no_more(client, link, postbox):
    client.post(link)
    broadcast = make_email([AMIRA])
    run(broadcast)
    assert fates(broadcast) == {AMIRA: ("skipped", "opted_out")}
    assert len(postbox.letters) == 1


def test_twice_is_once(client, link):
    client.post(link)
    assert client.post(link).status_code == 200
    assert Consent.objects.count() == 1


def test_the_mailbox_is_what_is_unsubscribed_whoever_shares_it(client, link):
    other = factories.make_contact(email=AMIRA.upper())
    client.post(link)
    other.refresh_from_db()
    assert other.email_optout == "all"


def test_a_merged_contacts_link_speaks_for_who_they_are_now(client, link):
    amira, kept = Contact.objects.get(email=AMIRA), factories.make_contact()
    Contact.objects.filter(pk=amira.pk).update(merged_into=kept)
    ContactMerge.objects.create(kept=kept, absorbed=amira)
    client.post(link)
    kept.refresh_from_db()
    assert kept.email_optout == "all"


def test_an_address_that_belongs_to_nobody_is_remembered_all_the_same(client, link, postbox):
    Contact.objects.all().delete()
    client.post(link)
    assert optout() == "all"
    run(broadcast := make_email([AMIRA]))
    assert fates(broadcast) == {AMIRA: ("skipped", "opted_out")}


def test_a_broken_link_says_so_and_does_nothing(client, link):
    for broken in (link[:-5] + "/", link[:-2] + "x/", "/unsubscribe/abc/"):
        answer = client.post(broken)
        assert answer.status_code == 404
        assert "This link does not work" in answer.content.decode()
    assert optout() == ""


def test_a_link_outlives_its_broadcast(client, link):
    """Whoever finds an old email may still stop the next."""
    from_broadcast = wish_in(link.split("/")[2])
    Contact.objects.get(pk=from_broadcast.contact_id).broadcast_recipients.all().delete()
    client.post(link)
    assert optout() == "all"


def test_the_page_has_a_strict_policy_and_is_kept_by_nobody(client, link):
    page = client.get(link)
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "no-store" in page["Cache-Control"]
    assert "<script" not in page.content.decode()
    assert " style=" not in page.content.decode()


def test_a_link_cannot_be_made_up():
    with pytest.raises(BadLink):
        wish_in("WzEsMV0:forged")
    assert wish_in(unsubscribe_url(Wish(3, 7)).split("/")[-2]) == Wish(3, 7)
