"""What a number does by itself, when it is open, what was decided, what customers thought of it."""

from automation.models.automations import Automation, MetaCopy
from automation.models.bots import BotRun, BotStep
from automation.models.decisions import Decision
from automation.models.hours import BusinessHours, Holiday, OpeningTime
from automation.models.relays import Relay
from automation.models.surveys import Survey, SurveyAnswer

__all__ = [
    "Automation",
    "BotRun",
    "BotStep",
    "BusinessHours",
    "Decision",
    "Holiday",
    "MetaCopy",
    "OpeningTime",
    "Relay",
    "Survey",
    "SurveyAnswer",
]
