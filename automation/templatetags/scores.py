"""Scores in templates."""

from django import template

from automation.rules.surveys import DISSATISFIED, SATISFIED, SCORES

register = template.Library()


@register.filter
def stars(score):
    """Four of five: ★★★★☆."""
    return "★" * score + "☆" * (len(SCORES) - score)


@register.filter
def mood(score):
    """good, neutral or bad: what gives a score its colour."""
    if score in SATISFIED:
        return "good"
    return "bad" if score in DISSATISFIED else "neutral"
