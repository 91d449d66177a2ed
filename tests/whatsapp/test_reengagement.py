"""A message template to begin with."""

import pytest
import requests

from tests.factories import account_of, make_number
from whatsapp import connection, reengagement
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(meta):
    """Berlin at the sandbox, without the template."""
    row = meta.numbers()[0]
    headers = {"Authorization": f"Bearer {row['access_token']}"}
    address = f"{meta.url}/v25.0/{row['waba_id']}/message_templates"
    assert requests.delete(address, params={"name": "reengagement"}, headers=headers, timeout=9).ok
    return row


@pytest.fixture
def woken(monkeypatch):
    asked = []
    monkeypatch.setattr("whatsapp.connection.wake", lambda task, *args: asked.append((task, *args)))
    return asked


def connected(row, **fields):
    number = make_number("Berlin", account_of(row))
    number.phone_number_id = row["phone_number_id"]
    vars(number).update(fields)
    number.save()
    assert connection.check(number).is_connected
    return number


def test_a_number_that_is_connected_gets_the_template_submitted_by_itself(row, woken):
    """Shows S3-13, S3-59."""
    number = connected(row)
    assert woken == [("whatsapp.tasks.submit_reengagement", number.account_id)]
    reengagement.submit(number.account_id)
    template = MessageTemplate.objects.get(name="reengagement")
    assert (template.status, template.category, template.language) == ("PENDING", "UTILITY", "en")


def test_unticked_nothing_is_created(row, woken):
    """Shows S3-13."""
    connected(row, wants_reengagement=False)
    assert woken == []


def test_one_that_is_there_or_was_deleted_is_left_alone(row, woken):
    number = connected(row)
    MessageTemplate.objects.create(account=number.account, name="reengagement", language="de", status="DELETED")
    reengagement.submit(number.account_id)
    assert MessageTemplate.objects.count() == 1
    MessageTemplate.objects.all().delete()
    reengagement.submit(number.account_id)
    MessageTemplate.objects.all().delete()
    reengagement.submit(number.account_id)
    assert MessageTemplate.objects.filter(name="reengagement").count() == 1
