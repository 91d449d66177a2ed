"""What automations do when they are due, and when they are due next."""

from automation.reactions import auto_close, reminder, survey, waiting, welcome
from automation.reactions.timing import when_due
from automation.rules.deadlines import Due
from inbox import timers


def register():
    """Tell the engine what happens at each kind of deadline, and what screens call it."""
    timers.register(Due.WELCOME, welcome.fire)
    timers.register(Due.WAITING_REPLY, when_due(Due.WAITING_REPLY, waiting.reply), "reply")
    timers.register(Due.REMINDER, when_due(Due.REMINDER, reminder.remind), "reminder")
    timers.register(Due.AUTO_CLOSE, when_due(Due.AUTO_CLOSE, auto_close.close), "closes")
    timers.register(Due.SURVEY, when_due(Due.SURVEY, survey.ask), "survey")
