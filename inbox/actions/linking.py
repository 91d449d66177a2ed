"""Two contacts that a send answer has shown to be one."""

from django.db import transaction
from django.utils import timezone

from inbox.actions.identities import join
from inbox.models import Contact


def join_contacts(keep_id, absorb_id, now=None):
    """Join them; None when that was done already, or one of them was joined to a third."""
    with transaction.atomic():
        found = Contact.objects.select_for_update().filter(merged_into=None).in_bulk([keep_id, absorb_id])
        if len(found) < 2:
            return None
        return join(found[keep_id], found[absorb_id], now or timezone.now())
