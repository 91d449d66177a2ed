"""The pages of administration: what a number does by itself, and what was decided."""

from automation.admin import bots, decisions, numbers

__all__ = ["bots", "decisions", "numbers"]
