"""The reason log in words; lenient, since stored data may be old. When it was stands beside the sentence."""

from datetime import datetime

from automation.models import Automation
from automation.rules import occasions
from inbox.sentences import duration

# Shorter than on the page where the name begins a sentence.
NAMES = dict(Automation.Kind.choices) | {"reminder": "Reminder", "survey": "Survey", "bot": "Bot", "relay": "Workflow"}

# {reason: why, as it goes on after "Reminder not sent: "}; {by} is a name where it is known.
REASONS = {
    # What people did
    "agent_replied": "{by|an agent} replied",
    "answered": "{by|an agent} dealt with it",
    "someone_serves": "{by|an agent} serves the customer",
    "returned": "nobody serves the conversation any more",
    "closed": "{by|somebody} closed the conversation",
    "reopened": "the conversation was opened again",
    "handed_over": "the conversation was handed over to people",
    "customer_wrote": "the customer wrote",
    "pending": "the conversation waits for the customer's first answer",
    "bot_serves": "a bot serves the conversation",
    # What was said already, or is held back
    "already_done": "it was done already",
    "already_told": "the customer was told already",
    "already_answered": "the thread holds a message of ours already",
    "at_once": "somebody may be free at once",
    "after_welcome": "the customer has just been welcomed",
    "after_automatic": "the customer has just got another automatic message",
    "after_agent": "an agent has just written",
    # The number and its settings
    "switched_off": "it was switched off",
    "manual_picking": "agents of this number pick conversations by hand",
    "open_again": "the number is open again",
    "old_word": "the customer's message was more than an hour old when it arrived",
    "stopped": "automation was stopped for this conversation",
    "two_machines": "two machines seem to be talking to each other",
    # Surveys
    "no_agent": "no agent served the conversation",
    "customer_silent": "the customer never wrote in it",
    "agent_silent": "no agent wrote in it",
    "nothing_arrived": "no message of an agent reached the customer",
    "opted_out": "the customer does not want messages that we start",
    "already_asked": "the customer was asked about this conversation before",
    "asked_lately": "the customer was asked lately",
    "joined": "two contacts became one, and the customer is served in the other conversation",
    "closed_long_ago": "the conversation ended more than a day ago",
    "no_template": "the window is closed, and no message template is chosen for that",
    "template_buttons": "its message template needs two, three or five buttons that answer",
    "answer_too_late": "the answer can be changed for a day, and that has passed",
    # The sending rights
    "window_closed": "the 24 hours after the customer's last message were over",
    "opted_out_of_marketing": "the customer has turned off marketing messages",
    "number_not_connected": "the number is not connected to WhatsApp",
    "no_address": "no WhatsApp number of the customer is known",
    "template_unknown": "its message template is not there any more",
    "template_not_approved": "its message template is not approved",
    "template_mismatch": "its message template has changed",
    "content": "WhatsApp would refuse its content",
    "file_missing": "its file is gone",
    # Bots
    "bot": "its script says so",
    "bot_has_no_script": "it has no script",
    "bot_did_not_understand": "it did not understand the customer",
    "bot_script_changed": "its script was changed meanwhile",
    "bot_script_has_no_end": "its script has no end",
    "bot_script_goes_round": "its script goes round in circles",
    "bot_cannot_say": "WhatsApp would refuse what it says",
    "bot_could_not_send": "it could not send",
    "bot_silent": "it kept silent",
    "bot_failed": "its program failed",
    "bot_wrote_too_much": "two machines seem to be talking to each other",
    "bot_is_off": "it is switched off",
}
BOT_DID = {
    "handed_over": "Bot {bot|} handed over to people.",
    "bot_complete": "Bot {bot|} was done and closed the conversation.",
    "bot_silence": "Bot {bot|} closed the conversation: the customer did not answer.",
}


def decision_sentence(decision):
    """One sentence for a Decision: "Reminder not sent: Lena Brandt replied."."""
    data = decision.data if isinstance(decision.data, dict) else {}
    if decision.automation == "bot":
        return _of_bot(decision, data)
    name = NAMES.get(decision.automation, decision.automation.replace("_", " ").capitalize())
    if decision.outcome == "done":
        return _done(decision, name, data)
    why = _why(decision.reason, data)
    if decision.occasion.startswith(occasions.STOPPED):
        return f"Automatic messages stopped: {why}."
    if decision.occasion.startswith(occasions.ANSWER):
        return f"Answer to the survey not taken: {why}."
    if decision.outcome == "held":
        return f"{name} held{_how_long(decision.at, data.get('until'))}: {why}."
    name = "Thanks for the answer" if decision.occasion.startswith(occasions.THANKS) else name
    return f"{name} {'given up' if decision.automation == 'auto_close' else 'not sent'}: {why}."


def reason_words(reason):
    """Why, on its own: "an agent replied"."""
    return _why(reason, {})


def _done(decision, name, data):
    if decision.automation == "auto_close":
        minutes = data.get("minutes")
        return f"Closed: no word for {duration(minutes)}." if isinstance(minutes, int) else "Closed: no word any more."
    name = "Thanks for the answer" if decision.occasion.startswith(occasions.THANKS) else name
    if decision.message and decision.message.status == "failed":
        return f"{name} not delivered: {decision.message.error_text or 'WhatsApp refused it.'}"
    return f"{name} sent."


def _of_bot(decision, data):
    if decision.outcome == "done":
        return _filled(BOT_DID.get(data.get("did"), "Bot {bot|} was done."), data).replace("  ", " ")
    if decision.occasion.startswith(occasions.STOPPED):
        return f"Automatic messages stopped: {_why(decision.reason, data)}."
    return _filled("Bot {bot|} handed over to people: ", data).replace("  ", " ") + f"{_why(decision.reason, data)}."


def _why(reason, data):
    """A reason that nobody knows here speaks with the words it was refused with, else with itself."""
    if reason in REASONS:
        return _filled(REASONS[reason], data)
    words = data.get("words")
    return words.rstrip(".") if isinstance(words, str) and words else reason.replace("_", " ") or "no reason is known"


def _filled(sentence, data):
    """Put names into their places: {by|an agent} is the name `by`, where there is none the words after the bar."""
    before, found, rest = sentence.partition("{")
    if not found:
        return sentence
    place, _, after = rest.partition("}")
    key, _, otherwise = place.partition("|")
    name = data.get(key)
    return before + (name if isinstance(name, str) and name else otherwise) + after


def _how_long(at, until):
    try:
        seconds = round((datetime.fromisoformat(until) - at).total_seconds())
    except (TypeError, ValueError):
        return ""
    if seconds <= 0:
        return ""
    return f" for {seconds} seconds" if seconds < 120 else f" for {duration(round(seconds / 60))}"
