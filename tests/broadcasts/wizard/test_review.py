"""Step four of the wizard: everything on one page, now or later, a test to oneself."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from broadcasts.models import Broadcast
from inbox.models import Contact
from tests.broadcasts.drafting import (
    make_email_draft,
    make_email_sender,
)
from tests.broadcasts.wizard.pages import HTMX, at, known, words_of
from tests.factories import make_conversation

Status = Broadcast.Status


def test_the_review_has_everything_on_one_page(client, ready):
    """S4-42: review the details."""
    shown = words_of(client.get(at("review", ready)))
    for words in ("WhatsApp", "Berlin", "order_update", "will get it", "Not known here.", "Send to 2 now"):
        assert words in shown
    assert "Send to 2 people?" in shown


def test_it_is_sent_now(client, ready):
    """S4-43: send now; S4-34: to many."""
    answer = client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    ready.refresh_from_db()
    assert answer.url == reverse("broadcast", args=[ready.pk])
    assert ready.status == Status.SENDING


def test_an_email_is_sent_now_without_a_word_on_answers(client, boss, number):
    """S4-43, and S4-35 by email."""
    amira = known(number, email="amira@example.org")
    draft = make_email_draft(boss, make_email_sender(), audience={"contacts": [amira.pk]})
    client.post(at("review", draft), {"when": "now"})
    draft.refresh_from_db()
    assert draft.status == Status.SENDING


def test_it_is_scheduled_in_the_time_zone_that_is_named(client, ready):
    """S4-43: send later."""
    plan = {"when": "later", "day_and_time": "2099-07-01T09:00", "time_zone": "Europe/Berlin", "answers_to": "default"}
    answer = client.post(at("review", ready), plan)
    assert "A broadcast can be scheduled for a year at most." in words_of(answer)
    soon = timezone.now() + timedelta(days=30)
    client.post(at("review", ready), plan | {"day_and_time": soon.strftime("%Y-%m-%dT09:00")})
    ready.refresh_from_db()
    assert ready.status == Status.SCHEDULED
    assert ready.scheduled_at.astimezone(ZoneInfo("Europe/Berlin")).hour == 9


@pytest.mark.parametrize(
    ("posted", "place", "words"),
    [
        ({"when": "later"}, "time", "Choose the day and the time"),
        ({"when": "later", "day_and_time": "2020-01-01T09:00"}, "time", "This moment has passed in UTC."),
        ({"when": "later", "day_and_time": "tomorrow"}, "time", "Enter a day and a time."),
        ({"earliest_hour": "20", "latest_hour": "8"}, "hours", "The last hour lies after the first one."),
        ({"stop_percent": "400"}, "stop", "Enter a whole number from 1 to 99"),
        ({"cap_count": "0"}, "cap", "Enter a whole number of broadcasts from 1 on"),
        ({"answers_to": "team"}, "answers", "Choose the team that gets the answers."),
        ({"answers_to": "bot"}, "answers", "Choose the bot that gets the answers."),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_in_words_beside_the_field(client, ready, posted, place, words):
    """Also while it saves itself; the words go when it makes sense again."""
    posted = {"when": "now", "answers_to": "default"} | posted
    answer = client.post(at("review", ready), posted)
    assert answer.status_code == 400
    assert words in beside(place, words_of(answer))
    assert words in beside(place, words_of(client.post(at("review", ready), posted, **HTMX)))
    mended = client.post(at("review", ready), {"when": "now", "answers_to": "default"}, **HTMX)
    assert beside(place, words_of(mended)) == ""


def beside(place, page):
    """What stands in the place for the problems of a field."""
    start = page.index(">", page.index(f'id="problem-{place}"')) + 1
    return page[start : page.index("</div>", start)].strip()


def test_the_plan_saves_itself_and_counts_anew(client, ready, number):
    amira = Contact.objects.get(name="Amira Haddad")
    make_conversation("unassigned", number=number, contact=amira)
    plan = {"when": "now", "answers_to": "record", "skips_open_conversations": "on", "stop_percent": "5"}
    answer = client.post(at("review", ready), plan, **HTMX)
    ready.refresh_from_db()
    assert (ready.skips_open_conversations, ready.stop_percent, ready.answers_to) == (True, 5, "record")
    assert answer.context["reach"].gets == 1
    assert "Send to 1 person?" in words_of(answer)


def test_nothing_is_sent_twice_by_a_double_press(client, ready):
    plan = {"when": "now", "answers_to": "default"}
    client.post(at("review", ready), plan)
    assert client.post(at("review", ready), plan).url == reverse("broadcast", args=[ready.pk])


def test_what_changed_since_a_step_was_done_is_asked_again(client, ready, template):
    template.status = "PAUSED"
    template.save()
    answer = client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    assert answer.url == at("message", ready)
    assert "Meta has paused this template" in words_of(client.get(answer.url))
    ready.refresh_from_db()
    assert ready.status == Status.DRAFT


def test_whoever_would_reach_nobody_is_told_so(client, ready):
    Contact.objects.update(whatsapp_optout="all")
    answer = client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    assert "Nobody of the chosen ones would get it." in words_of(answer)


def test_a_test_goes_to_oneself_and_stands_in_no_list(client, ready):
    answer = client.post(at("test", ready), {"address": "+49 151 23456789"}, **HTMX)
    trial = Broadcast.objects.exclude(pk=ready.pk).get()
    assert trial.status == Status.SENDING
    recipient = trial.recipients.get()
    assert (recipient.address, recipient.params["first_name"]) == ("+4915123456789", "Luis")
    assert "+49 1512 3456789" in words_of(answer)
    assert trial.name not in words_of(client.get(reverse("broadcasts")))
    refused = client.post(at("test", ready), {"address": "nonsense"}, **HTMX)
    assert "This is not a valid phone number." in words_of(refused)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "2099-07-01T09:00"])
def test_a_moment_at_the_end_of_time_is_refused_and_never_kept(client, ready, moment, zone):
    """S4-43: with one that no zone can show, the draft's own page could not be opened any more."""
    plan = {"when": "later", "day_and_time": moment, "time_zone": zone, "answers_to": "default"}
    assert client.post(at("review", ready), plan, **HTMX).status_code == 200
    ready.refresh_from_db()
    assert ready.scheduled_at is None
    assert client.post(at("review", ready), plan).status_code == 400
    assert client.get(at("review", ready)).status_code == 200
