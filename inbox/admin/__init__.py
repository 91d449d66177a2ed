"""The pages of administration: who works here, customers and their conversations, and programs' way in and out."""

from inbox.admin import conversations, installation, keys, people, timers, webhooks

__all__ = ["conversations", "installation", "keys", "people", "timers", "webhooks"]
