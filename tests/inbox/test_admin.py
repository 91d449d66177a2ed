"""The pages of the administration open, with what customers wrote shown as words."""

import pytest
from django.contrib import admin
from django.urls import reverse

from inbox.models import Event, Identity, Message
from tests import factories
from whatsapp.models import MessageTemplate, WebhookCall

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def browser(client):
    client.force_login(factories.make_agent(role="admin"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def everything():
    """At least one row of what an admin looks at, with hostile words in all that others choose."""
    number = factories.make_number()
    contact = factories.make_contact(name=HOSTILE)
    Identity.objects.create(contact=contact, kind="bsuid", scope="1", value=HOSTILE)
    conversation = factories.make_conversation("queued", number=number, contact=contact)
    Event.objects.create(thread=conversation.thread, conversation=conversation, kind="tagged", data={"tag": HOSTILE})
    Message.objects.create(
        thread=conversation.thread,
        conversation=conversation,
        kind="text",
        content={"text": HOSTILE},
        author_kind="customer",
        status="received",
        error_text=HOSTILE,
        wamid=HOSTILE,
    )
    factories.make_tag(HOSTILE)
    factories.make_team("Parcels")
    WebhookCall.objects.create(body=HOSTILE.encode(), size_bytes=1, problems=[{"at": HOSTILE, "reason": HOSTILE}])
    MessageTemplate.objects.create(account=number.account, name=HOSTILE, language="en", status="APPROVED")


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda model: model._meta.label), ids=str)
def test_every_page_opens_and_runs_nothing_of_others(browser, everything, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._default_manager.first()
    addresses = [reverse(f"{name}_changelist")] + ([reverse(f"{name}_change", args=[row.pk])] if row else [])
    for address in addresses:
        answer = browser.get(address, follow=True)
        assert answer.status_code == 200
        assert HOSTILE not in answer.content.decode()
