"""What goes on by itself once a broadcast has started: planning, the couriers, what becomes of each message."""
