"""What mail providers report, in django-anymail's one shape: how far an email came, and who wants no more."""

from anymail.signals import EventType, RejectReason, tracking
from django.dispatch import receiver

from broadcasts import people
from broadcasts.mail.letter import recipient_in
from broadcasts.models import Recipient
from broadcasts.outside import reports
from inbox.consent import Said
from inbox.models import Consent

STATUSES = {
    EventType.QUEUED: "sent",
    EventType.SENT: "sent",
    EventType.DELIVERED: "delivered",
    EventType.OPENED: "read",
    EventType.CLICKED: "read",
    # Both say that it lies in a mailbox.
    EventType.COMPLAINED: "delivered",
    EventType.UNSUBSCRIBED: "delivered",
    EventType.REJECTED: "failed",
    EventType.FAILED: "failed",
    EventType.BOUNCED: "failed",
}
WORDS = {
    RejectReason.INVALID: "The address is not valid.",
    RejectReason.BOUNCED: "The mailbox does not exist, or refuses us.",
    RejectReason.TIMED_OUT: "The mailbox could not be reached for days.",
    RejectReason.BLOCKED: "The provider holds this address back.",
    RejectReason.SPAM: "This person once reported us as spam.",
    RejectReason.UNSUBSCRIBED: "This person has unsubscribed at the provider.",
}
OTHER = "The provider could not deliver it."
REFUSALS = {EventType.COMPLAINED: Consent.Source.WORD, EventType.UNSUBSCRIBED: Consent.Source.LINK}


@receiver(tracking, dispatch_uid="broadcasts.provider_events")
def hear(sender=None, event=None, esp_name="", **kwargs):
    """Events of mails that are none of ours (password resets) are passed over."""
    recipient = _recipient(event)
    status = STATUSES.get(event.event_type)
    if recipient is None or status is None:
        return
    reason = f"email_{event.reject_reason or event.event_type}"
    words = WORDS.get(event.reject_reason, OTHER)
    reports.hear(recipient.pk, reports.News(status, reason[:40], words, event.message_id or ""))
    if event.event_type in REFUSALS:
        said = Said(REFUSALS[event.event_type], at=event.timestamp)
        people.refuse_at(Consent.Channel.EMAIL, recipient.address, said, recipient.contact)


def _recipient(event):
    """By what we gave the provider along with the email, else by the provider's id of it."""
    rows = Recipient.objects.select_related("contact").filter(broadcast__channel="email")
    named = recipient_in(str((event.metadata or {}).get("reference", "")))
    if named is not None:
        return rows.filter(pk=named).first()
    return rows.filter(external_id=event.message_id).first() if event.message_id else None
