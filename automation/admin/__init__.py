"""The pages of administration: what a number does by itself, and what was decided."""

from automation.admin import decisions, numbers

__all__ = ["decisions", "numbers"]
