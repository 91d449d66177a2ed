"""What gateways and mail providers tell of a message moves its recipient, forward only, whatever order it comes in."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from broadcasts import ledger
from broadcasts.models import Recipient
from broadcasts.rules.forward import DELIVERED, FAILED, READ, SENT, becomes


@dataclass(frozen=True)
class News:
    """`status`: sent, delivered, read or failed; with a failure its stable reason and its words."""

    status: str
    reason: str = ""
    words: str = ""
    external_id: str = ""


@transaction.atomic
def hear(recipient_id, news, of_this_try=True, now=None):
    """Apply news to a recipient. Returns whether it moved. Told again, nothing happens."""
    recipient = Recipient.objects.select_for_update(no_key=True).filter(pk=recipient_id).first()
    if recipient is None:
        return False
    status = becomes(recipient.status, recipient.reason, news.status, of_this_try)
    if status is None:
        return False
    now = now or timezone.now()
    ledger.move([recipient], status, now, **_fields(recipient, status, news, now))
    return True


def _fields(recipient, status, news, now):
    failed = status == FAILED
    fields = {"reason": news.reason if failed else "", "words": news.words if failed else "", "claimed_until": None}
    if status in (SENT, DELIVERED, READ):
        fields["sent_at"] = recipient.sent_at or now
    if news.external_id and not recipient.external_id:
        fields["external_id"] = news.external_id
    return fields
