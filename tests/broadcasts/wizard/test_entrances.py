"""The ways into a broadcast, and what is done with a draft and with one that has begun."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from broadcasts import actions
from broadcasts.drafts import lifecycle
from broadcasts.models import Broadcast
from inbox.actions.refusals import Refusal
from tests.broadcasts.drafting import make_draft
from tests.broadcasts.wizard.pages import HTMX, at, known, words_of
from tests.factories import make_agent, make_number

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
    assert client.get(at("draft", other)).status_code == 404
    assert at("draft", other) not in words_of(client.get(reverse("broadcasts")))
    client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    client.post(at("delete", ready))
    assert client.get(at("act", ready, "duplicate")[: -len("do/duplicate/")]).status_code == 200


def test_deleting_a_draft_can_be_undone_for_a_day(client, boss, draft, number):
    """As it was, recipients included; then it goes for good."""
    lists = client.post(at("delete", draft)).url
    assert "is deleted." in words_of(client.get(lists))
    answer = client.post(at("restore", draft))
    assert answer.url == at("draft", draft)
    assert client.get(at("message", draft)).status_code == 200
    assert "is deleted." not in words_of(client.get(lists))
    now = timezone.now()
    lifecycle.delete(draft, now)
    lifecycle.forget_deleted(now + timedelta(hours=23))
    assert Broadcast.objects.filter(pk=draft.pk).exists()
    lifecycle.forget_deleted(now + timedelta(hours=24))
    assert not Broadcast.objects.filter(pk=draft.pk).exists()
    assert client.post(at("restore", draft)).url == reverse("broadcasts")


def test_nobody_else_brings_a_draft_back_and_one_that_is_deleted_cannot_begin(client, boss, draft):
    lifecycle.delete(draft)
    with pytest.raises(Refusal, match="no draft any more"):
        actions.launch(draft.pk)
    client.force_login(make_agent("Other", role="supervisor", numbers=[make_number("Hamburg")]))
    client.post(at("restore", draft))
    assert Broadcast.objects.get(pk=draft.pk).deleted_at


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
