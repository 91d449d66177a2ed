"""The core: contacts, conversations, messages, agents."""
