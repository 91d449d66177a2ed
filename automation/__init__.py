"""Reactions that nobody typed: what a number does by itself."""
