"""SMS: how long a text is, and the gateways that carry it."""
