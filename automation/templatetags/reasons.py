"""What templates ask of the reason log: its sentences."""

from django import template

from automation.sentences import decision_sentence

register = template.Library()


@register.filter
def reason_sentence(decision):
    return decision_sentence(decision)
