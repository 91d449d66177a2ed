"""What happens at each kind of deadline, and what screens call it before the time left ("closes" in 3 h)."""

from automation import surveys
from automation.bots import endings, running
from automation.reactions import auto_close, consent_words, pending, reminder, survey, waiting, welcome
from automation.reactions.timing import when_due
from automation.relay import bots
from automation.relay.receivers import no_answer
from automation.rules.deadlines import Due
from inbox.timers import register

register(Due.WELCOME, welcome.fire)
register(Due.WAITING_REPLY, when_due(Due.WAITING_REPLY, waiting.reply), "reply")
register(Due.REMINDER, when_due(Due.REMINDER, reminder.remind), "reminder")
register(Due.AUTO_CLOSE, when_due(Due.AUTO_CLOSE, auto_close.close), "closes")
register(Due.SURVEY, when_due(Due.SURVEY, survey.ask), "survey")
register(Due.THANKS, surveys.thank)
register(Due.CONSENT_REPLY, consent_words.reply)
register(Due.BOT_TURN, running.take_turn)
register(Due.BOT_OVERDUE, bots.bot_is_silent)
register(Due.BOT_SILENCE, endings.customer_is_silent, "closes")
register(Due.PENDING_EXPIRY, when_due(Due.PENDING_EXPIRY, pending.expire), "closes")
register(Due.NO_ANSWER, no_answer)
