"""The administration of broadcasts: who they come from, and what gateways told us."""

from broadcasts.admin import senders

__all__ = ["senders"]
