"""The demo's bot: a front desk that asks for the department. It serves no number until an admin lets it."""

from automation.models import BotStep
from inbox.models import Bot

NAME = "Front desk"
DEPARTMENTS = [
    {"title": "My parcel", "description": "Where it is, when it comes", "goes_to": "which parcel"},
    {"title": "Something else", "description": "A colleague answers", "goes_to": "to people"},
]
STEPS = [
    {
        "name": "open or closed",
        "kind": "hours",
        "goes_to": "department",
        "otherwise": "closed",
    },
    {
        "name": "department",
        "kind": "ask",
        "text": "Hello {{ name }}! What is it about?",
        "choices": DEPARTMENTS,
        "as_list": True,
        "variable": "department",
    },
    {
        "name": "which parcel",
        "kind": "ask",
        "text": "Which number does the parcel have?",
        "variable": "parcel",
        "expects": "number",
        "retry_text": "It has digits only. Which number does the parcel have?",
    },
    {
        "name": "to people",
        "kind": "hand_over",
        "text": "Thank you. A colleague will answer in a moment.",
    },
    {
        "name": "closed",
        "kind": "complete",
        "text": "We are here again from Monday to Friday, 9 to 17. Write then, and somebody will answer.",
    },
]


def write():
    """Write the bot once."""
    bot, is_new = Bot.objects.get_or_create(name=NAME)
    if is_new:
        BotStep.objects.bulk_create(BotStep(bot=bot, position=position, **step) for position, step in enumerate(STEPS))
    return bot
