"""What a contact got of broadcasts stands on a page beside their own: email and SMS are in no thread."""

import pytest
from django.urls import reverse

from broadcasts.models import Broadcast, Recipient, SmsAnswer
from tests.broadcasts.senders import make_email, make_sms, make_sms_sender, run
from tests.factories import make_agent, make_contact, make_number, make_thread

pytestmark = pytest.mark.django_db

AMIRA, AT_HOME = "+4915155501301", "amira@example.org"


@pytest.fixture
def berlin():
    return make_number("Berlin")


@pytest.fixture
def amira(berlin):
    contact = make_contact("Amira", AMIRA, email=AT_HOME)
    make_thread(contact, berlin)
    return contact


@pytest.fixture
def page(client, amira, berlin):
    client.force_login(make_agent(numbers=[berlin], role="supervisor"), "django.contrib.auth.backends.ModelBackend")
    return lambda contact=amira.pk: client.get(reverse("contact_broadcasts"), {"contact": contact})


def test_letters_and_texts_stand_there_with_what_became_of_them(page, amira, postbox, texting):
    """S4-35"""
    sender = make_sms_sender(texting.account())
    texting.fault("refuse", code=21614)
    run(make_email({AT_HOME: {"name": "<b>Amira</b>"}}, name="Parcels"))
    run(make_sms(sender, [AMIRA]))
    SmsAnswer.objects.create(sender=sender, message_id="SM1", phone=AMIRA, contact=amira, body="Thank you")
    shown = page().content.decode()
    assert "Your parcel: Dear &lt;b&gt;Amira&lt;/b&gt;, it is here." in shown
    assert "SMS · Failed · This is no mobile number, so it takes no SMS." in shown
    assert "Thank you" in shown


def test_it_says_so_where_nothing_was_sent(page):
    assert "No broadcast was sent to them yet." in page().content.decode()


def test_what_can_not_be_shown_any_more_leaves_the_rest(page, amira):
    broadcast = make_email([AT_HOME], params={}, message="{{ code }}")
    Recipient.objects.update(contact=amira)
    assert str(broadcast) in page().content.decode()


def test_nobody_looks_at_whom_they_do_not_see(page):
    assert page(make_contact("Stranger").pk).status_code == 404
    assert page("x").status_code == 404


def test_the_contacts_own_page_leads_there(client, page, amira):
    shown = client.get(reverse("contact", args=[amira.pk])).content.decode()
    assert f"{reverse('contact_broadcasts')}?contact={amira.pk}" in shown


def test_what_left_by_a_number_that_one_does_not_serve_stays_there(page, amira, berlin):
    """Who sees what: the customer is known on both numbers, the messages of the other one are not theirs to read."""
    for number, name in ((berlin, "By Berlin"), (make_number("Vienna"), "By Vienna")):
        broadcast = Broadcast.objects.create(number=number, name=name)
        Recipient.objects.create(broadcast=broadcast, contact=amira, address=AMIRA)
    shown = page().content.decode()
    assert "By Berlin" in shown
    assert "By Vienna" not in shown
