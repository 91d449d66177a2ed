"""Broadcasts, their ledger, and how fast they leave. Import the nouns from here."""

from broadcasts.models.broadcasts import Broadcast
from broadcasts.models.pace import Courier, Pace
from broadcasts.models.recipients import SHARDS, Recipient, Tally

__all__ = ["SHARDS", "Broadcast", "Courier", "Pace", "Recipient", "Tally"]
