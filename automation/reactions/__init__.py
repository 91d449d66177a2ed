"""What automations do when they are due, and when they are due next."""
