"""Message templates as Meta has them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import account_of
from whatsapp import template_sync
from whatsapp.errors import GraphError
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(meta):
    return account_of(meta.numbers()[0])


def test_every_template_is_copied_with_its_structure(account):
    """S4-3: they come from Meta with their category."""
    count = template_sync.sync(account.pk)
    assert count == MessageTemplate.objects.count() > 3
    template = MessageTemplate.objects.filter(status="APPROVED").first()
    assert template.meta_id
    assert template.category in ("UTILITY", "MARKETING", "AUTHENTICATION")
    assert any(part["type"] == "BODY" and part["text"] for part in template.components)
    account.refresh_from_db()
    assert account.templates_synced_at


def test_synced_again_it_changes_what_changed(account, meta):
    template_sync.sync(account.pk)
    template = MessageTemplate.objects.filter(status="APPROVED").first()
    count = MessageTemplate.objects.count()
    meta.template_changes(template.meta_id, status="PAUSED")
    template_sync.sync(account.pk)
    template.refresh_from_db()
    assert template.status == "PAUSED"
    assert MessageTemplate.objects.count() == count


def test_what_meta_no_longer_lists_cannot_be_chosen_any_more(account):
    gone = MessageTemplate.objects.create(
        account=account, name="gone", language="en", status="APPROVED", synced_at=timezone.now() - timedelta(hours=1)
    )
    template_sync.sync(account.pk)
    gone.refresh_from_db()
    assert gone.status == "DELETED"


def test_what_meta_told_while_we_were_asking_stays(account):
    template_sync.sync(account.pk)
    template = MessageTemplate.objects.filter(status="APPROVED").first()
    later = timezone.now() + timedelta(minutes=1)
    MessageTemplate.objects.filter(pk=template.pk).update(status="PAUSED", synced_at=later)
    template_sync.sync(account.pk)
    template.refresh_from_db()
    assert template.status == "PAUSED"


@pytest.mark.parametrize("code", [190, 2])
def test_trouble_changes_nothing(account, meta, code):
    kept = MessageTemplate.objects.create(account=account, name="kept", language="en", status="APPROVED")
    meta.fault("refuse", code=code, on="templates")
    with pytest.raises(GraphError):
        template_sync.sync(account.pk)
    template_sync.sync_quietly(account.pk)
    kept.refresh_from_db()
    assert kept.status == "APPROVED"


@pytest.mark.parametrize(
    "row", [{}, {"name": "x"}, {"name": "x", "language": "en"}, {"name": ["x"], "language": "en", "status": "APPROVED"}]
)
def test_rows_that_name_nothing_are_left_out(row):
    assert not template_sync.is_usable(row)


def test_odd_values_are_stored_as_far_as_they_go(account):
    row = {"name": "x", "language": "en-US", "status": "approved", "id": 77, "components": "?", "quality_score": 5}
    template_sync.store(account, row, timezone.now())
    template = MessageTemplate.objects.get(name="x")
    assert (template.language, template.status, template.meta_id) == ("en_US", "APPROVED", "77")
    assert (template.components, template.quality) == ([], "")


def test_only_accounts_with_a_token_are_asked(account, monkeypatch):
    woken = []
    monkeypatch.setattr("whatsapp.template_sync.wake", lambda task, *args: woken.append(args))
    template_sync.sync_all()
    assert woken == [(account.pk,)]
