"""What the database itself holds about broadcasts."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from broadcasts.models import Broadcast, Recipient, Tally
from tests.factories import make_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def broadcast():
    return Broadcast.objects.create(name="Delivery notice", number=make_number())


def refused(write):
    with pytest.raises(IntegrityError), transaction.atomic():
        write()


def test_a_phone_stands_once_in_a_broadcast_and_whoever_is_named_again_is_a_duplicate(broadcast):
    broadcast.recipients.create(address="+4915123456789")
    refused(lambda: broadcast.recipients.create(address="+4915123456789"))
    again = broadcast.recipients.create(address="+4915123456789", status="skipped", reason=Recipient.DUPLICATE)
    refused(lambda: Recipient.objects.filter(pk=again.pk).update(status="queued"))


def test_who_failed_or_was_skipped_says_why(broadcast):
    refused(lambda: broadcast.recipients.create(address="+4915123456789", status="failed"))


def test_a_broadcast_stands_still_for_a_reason_and_starts_at_a_time(broadcast):
    under_way = {"started_at": timezone.now(), "lane": "whatsapp:1"}
    of_this = Broadcast.objects.filter(pk=broadcast.pk)
    refused(lambda: of_this.update(status="paused", **under_way))
    refused(lambda: of_this.update(status="sending", pause_reason="by_hand", **under_way))
    refused(lambda: of_this.update(status="scheduled"))
    refused(lambda: of_this.update(status="sending"))
    refused(lambda: of_this.update(status="scheduled", scheduled_at=timezone.now(), number=None))
    of_this.update(status="paused", pause_reason="by_hand", **under_way)


def test_no_count_falls_below_nought(broadcast):
    refused(lambda: Tally.objects.create(broadcast=broadcast, shard=0, queued=-1))
    refused(lambda: Tally.objects.create(broadcast=broadcast, shard=8))
