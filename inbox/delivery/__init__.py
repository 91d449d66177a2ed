"""What becomes of a message once it is queued: claim, send, record, receipts. The row is the truth; a sweep repairs.

held <-> queued -> sending -> sent -> delivered -> read -> played
              ^       |  \\-> unconfirmed (no answer of Meta's within a minute; a receipt moves it on)
              \\-------/   \\-> failed (a late `delivered` proves otherwise)
"""

from inbox.delivery.bulk import send_many
from inbox.delivery.holding import hold_messages, release_messages
from inbox.delivery.lane import deliver_next
from inbox.delivery.outcomes import take_back
from inbox.delivery.receipts import record_receipt
from inbox.delivery.receipts_together import record_receipts
from inbox.delivery.sweeping import sweep

__all__ = [
    "deliver_next",
    "hold_messages",
    "record_receipt",
    "record_receipts",
    "release_messages",
    "send_many",
    "sweep",
    "take_back",
]
