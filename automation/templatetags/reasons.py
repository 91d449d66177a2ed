"""What templates ask of the reason log: its sentences."""

from django import template

from automation import sentences

register = template.Library()


@register.filter
def reason_sentence(decision):
    return sentences.decision_sentence(decision)
