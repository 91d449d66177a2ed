"""Multiplication: one message to many people, each with a row of their own that says what became of it."""
