"""The administration of broadcasts: who they come from, how fast they leave, and what gateways told us."""

from broadcasts.admin import pace, senders

__all__ = ["pace", "senders"]
