"""News that the gateway sends upward. Receivers run inside the sender's transaction.

event_received  sender=the event's class, event=one of whatsapp.inbound's events, call=the WebhookCall it came in
receipts_received
                sender=StatusReported, events=[StatusReported]: many at once, instead of an event_received each
number_held     sender=Number, number=the number whose sending stopped (its own fault: token, payment, registration)
number_resumed  sender=Number, number=the number that may send again
number_rated    sender=Number, number=, before={quality_rating, messaging_limit, status}: Meta sees it otherwise now
account_restricted
                sender=Account, account=the account whose numbers may answer, but not begin
template_changed sender=MessageTemplate, template=a message template that is new or whose status, category or quality
                changed at Meta

A receiver of event_received raises Unusable for an event that it understands and cannot use.
"""

from django.dispatch import Signal

event_received = Signal()
receipts_received = Signal()
number_held = Signal()
number_resumed = Signal()
number_rated = Signal()
account_restricted = Signal()
template_changed = Signal()


class Unusable(Exception):
    """Why an event cannot be used, in words for the admin who looks at its webhook call."""
