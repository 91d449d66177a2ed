"""Bots: what runs between a customer's word and the bot's, and how a bot's conversation ends."""
