"""What Meta tells about message templates, numbers and accounts, applied to our copies of them."""

from whatsapp import inbound


def apply(event):
    """Apply an event that concerns the gateway's own rows; others are left to the layers above."""
    handler = HANDLERS.get(type(event))
    if handler:
        handler(event)


HANDLERS = {}
assert inbound
