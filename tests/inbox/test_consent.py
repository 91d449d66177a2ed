"""The registry: what customers refused and agreed to, per channel, with source and time; whoever tells us of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox import consent
from inbox.actions.joining import join, undo_join
from inbox.consent import Channel, Said, Source
from inbox.models import Consent, Contact, Event, FeedKind
from tests.factories import make_agent, make_contact, make_number, make_thread
from tests.inbox.listening import make_subscription, told

pytestmark = pytest.mark.django_db


def registry(contact):
    rows = contact.consents.order_by("pk").values_list("channel", "state", "source")
    return [tuple(str(value) for value in row) for row in rows]


def lines(contact):
    return list(Event.objects.filter(thread__contact=contact).order_by("pk").values_list("kind", "data__channel"))


def test_everybody_counts_as_opted_in_by_default():
    """S3-50"""
    ida = make_contact("Ida")
    assert (ida.whatsapp_optout, ida.email_optout, ida.sms_optout) == ("", "", "")
    assert registry(ida) == []


@pytest.mark.parametrize("channel", list(Channel))
def test_a_refusal_is_in_force_kept_with_its_source_and_shown_in_every_thread(channel):
    """S3-53"""
    lena, number = make_agent("Lena"), make_number()
    ida = make_thread(make_contact("Ida"), number).contact
    make_thread(ida, make_number())
    assert consent.refuse(ida, channel, Said(Source.AGENT, by=lena))
    ida.refresh_from_db()
    assert consent.stored(ida, channel) == "all"
    assert registry(ida) == [(str(channel), "all", "agent")]
    assert consent.newest(ida, channel).by == lena
    assert lines(ida) == [("opted_out", str(channel))] * 2
    others = set(Channel) - {channel}
    assert all(consent.stored(ida, other) == "" for other in others)


def test_the_same_refusal_again_is_no_news_and_marketing_never_lowers_all():
    ida = make_thread().contact
    consent.refuse(ida, Channel.WHATSAPP, Said(Source.WORD))
    assert not consent.refuse(ida, Channel.WHATSAPP, Said(Source.WORD))
    assert not consent.refuse(ida, Channel.WHATSAPP, Said(Source.META), "marketing")
    assert (Contact.objects.get().whatsapp_optout, len(registry(ida))) == ("all", 1)


def test_agreeing_takes_it_back_and_nothing_of_the_history_is_lost():
    ida = make_thread().contact
    consent.refuse(ida, Channel.EMAIL, Said(Source.LINK))
    assert consent.agree(ida, Channel.EMAIL, Said(Source.API))
    assert Contact.objects.get().email_optout == ""
    assert registry(ida) == [("email", "all", "link"), ("email", "opted_in", "api")]


def test_who_agrees_in_so_many_words_is_kept_as_agreed_once():
    ida = make_contact()
    assert consent.agree(ida, Channel.WHATSAPP, Said(Source.WORD))
    assert not consent.agree(ida, Channel.WHATSAPP, Said(Source.WORD))
    assert registry(ida) == [("whatsapp", "opted_in", "word")]


def test_what_a_customer_said_earlier_and_arrives_late_is_kept_and_changes_nothing():
    ida, now = make_contact(), timezone.now()
    consent.agree(ida, Channel.WHATSAPP, Said(Source.WORD, at=now))
    assert not consent.refuse(ida, Channel.WHATSAPP, Said(Source.WORD, at=now - timedelta(minutes=1)))
    assert Contact.objects.get().whatsapp_optout == ""
    assert len(registry(ida)) == 2
    assert consent.newest(ida, Channel.WHATSAPP).state == "opted_in"


@pytest.mark.parametrize(
    "was, wanted, states",
    [
        ("", "all", ["all"]),
        ("all", "", ["opted_in"]),
        ("all", "marketing", ["opted_in", "marketing"]),
        ("marketing", "all", ["all"]),
    ],
)
def test_any_state_can_be_chosen_from_any_other(was, wanted, states):
    ida = make_contact(whatsapp_optout=was)
    consent.choose(ida, Channel.WHATSAPP, wanted, Said(Source.ADMIN))
    assert Contact.objects.get().whatsapp_optout == wanted
    assert [row[1] for row in registry(ida)] == states


def test_the_refusal_of_either_wins_where_two_turn_out_to_be_one_on_each_channel():
    keep, absorb = make_contact(email_optout="marketing"), make_contact(email_optout="all", sms_optout="all")
    merge = join(keep, absorb, timezone.now())
    keep.refresh_from_db()
    assert (keep.whatsapp_optout, keep.email_optout, keep.sms_optout) == ("", "all", "all")
    assert registry(keep) == [("email", "all", "merge"), ("sms", "all", "merge")]
    undo_join(merge.pk, timezone.now())
    keep.refresh_from_db()
    assert (keep.email_optout, keep.sms_optout) == ("marketing", "")


@pytest.mark.parametrize("has_thread", [True, False])
def test_programs_hear_what_a_merge_or_its_undoing_makes_of_a_refusal(has_thread):
    make_subscription()
    keep, absorb = make_contact(), make_contact(sms_optout="all")
    if has_thread:
        make_thread(keep, make_number())
    merge = join(keep, absorb, timezone.now())
    undo_join(merge.pk, timezone.now())
    heard = told(FeedKind.CONTACT_OPTED_OUT, FeedKind.CONTACT_OPTED_IN)
    assert [event.kind for event in heard] == ["contact.opted_out", "contact.opted_in"]
    assert [event.data["contact"]["sms_optout"] for event in heard] == ["all", ""]
    assert heard[0].data["details"]["source"] == "merge"
    assert lines(keep) == ([("opted_out", "sms"), ("opted_in", "sms")] if has_thread else [])


def test_what_was_refused_since_a_merge_outlives_its_undoing():
    keep, absorb = make_contact(), make_contact(sms_optout="all")
    merge = join(keep, absorb, timezone.now() - timedelta(minutes=1))
    keep.refresh_from_db()
    consent.agree(keep, Channel.SMS, Said(Source.WORD))
    consent.refuse(keep, Channel.SMS, Said(Source.WORD))
    undo_join(merge.pk, timezone.now())
    keep.refresh_from_db()
    assert keep.sms_optout == "all"


def test_an_admins_change_goes_into_the_registry(client):
    admin, ida = make_agent(role="admin"), make_contact("Ida")
    client.force_login(admin)
    told = {"name": "Ida", "phone": ida.phone, "sms_optout": "all", "attributes": "{}"}
    inlines = {"identities-TOTAL_FORMS": 0, "identities-INITIAL_FORMS": 0}
    client.post(f"/admin/inbox/contact/{ida.pk}/change/", told | inlines)
    assert Contact.objects.get().sms_optout == "all"
    assert registry(ida) == [("sms", "all", "admin")]
    assert Consent.objects.get().by == admin
