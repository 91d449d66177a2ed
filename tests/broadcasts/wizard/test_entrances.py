"""The ways into a broadcast, and what is done with a draft and with one that has begun."""

from datetime import timedelta

from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from broadcasts.models import Broadcast
from tests.broadcasts.drafting import (
    make_draft,
)
from tests.broadcasts.wizard.pages import HTMX, at, known, words_of

Status = Broadcast.Status


def test_a_contacts_page_and_a_selection_lead_into_a_broadcast(client, boss, number, template):
    """S3-3: find the contact under Contacts and send from there."""
    amira, luis = known(number), known(number, "Luis")
    assert f"{reverse('new_broadcast')}?contact={amira.pk}" in words_of(client.get(reverse("contact", args=[amira.pk])))
    assert "Amira Haddad" in words_of(client.get(reverse("new_broadcast"), {"contact": amira.pk}))
    client.post(reverse("new_broadcast"), {"name": "One", "sender": f"whatsapp:{number.pk}", "contact": [amira.pk]})
    assert Broadcast.objects.get().audience == {"contacts": [amira.pk]}
    assert reverse("broadcast_to_contacts") in words_of(client.get(reverse("contacts")))
    answer = client.post(reverse("broadcast_to_contacts"), {"ids": f"{amira.pk},{luis.pk}"})
    selected = Broadcast.objects.latest("pk")
    assert selected.audience == {"contacts": [amira.pk, luis.pk]}
    assert answer.url == at("channel", selected)


def test_a_selection_of_nobody_leads_back(client, boss):
    answer = client.post(reverse("broadcast_to_contacts"), {"ids": ""})
    assert answer.url == reverse("contacts")
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["Tick the contacts that you mean first."]


def test_a_broadcast_is_duplicated_as_a_new_draft(client, boss, ready):
    client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    answer = client.post(at("act", ready, "duplicate"))
    made = Broadcast.objects.latest("pk")
    assert answer.json()["go"] == at("channel", made)
    assert (made.status, made.content, made.audience) == (Status.DRAFT, ready.content, {})


def test_a_draft_is_deleted_and_what_was_sent_stays(client, boss, ready, number, template):
    other = make_draft(boss, number)
    client.post(at("delete", other))
    assert not Broadcast.objects.filter(pk=other.pk).exists()
    client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    client.post(at("delete", ready))
    assert Broadcast.objects.filter(pk=ready.pk).exists()


def test_it_is_paused_resumed_and_cancelled(client, boss, ready):
    client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    for name, status in (("pause", Status.PAUSED), ("resume", Status.SENDING), ("cancel", Status.CANCELLED)):
        assert client.post(at("act", ready, name)).status_code == 200
        ready.refresh_from_db()
        assert ready.status == status
    refused = client.post(at("act", ready, "resume"))
    assert refused.status_code == 409
    assert refused.json()["words"]
    assert client.post(at("act", ready, "nonsense")).status_code == 404


def test_a_scheduled_one_is_changed_as_a_draft_again(client, boss, ready):
    soon = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT09:00")
    client.post(at("review", ready), {"when": "later", "day_and_time": soon, "answers_to": "default"})
    assert client.post(at("act", ready, "edit")).json()["go"] == at("review", ready)
    ready.refresh_from_db()
    assert ready.status == Status.DRAFT
    assert client.post(at("act", ready, "edit")).status_code == 409


def test_the_wizard_asks_few_questions_however_many_customers_there_are(
    client, draft, number, django_assert_max_num_queries
):
    for place in range(60):
        known(number, f"Customer {place}")
    client.post(at("tick", draft), {"all": "1"}, **HTMX)
    with django_assert_max_num_queries(20):
        client.get(at("recipients", draft))
