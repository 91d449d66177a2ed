"""What a decision of the reason log is about, in a stable word: an automation is settled on an occasion once.

A waiting episode, an unanswered stretch and a closed period are called by the time at which they began (ISO); the
welcome has one occasion in a thread, "". All others begin with one of these words.
"""

CONVERSATION = "conversation:"
THANKS = "thanks:"
ANSWER = "answer:"
END = "end:"
STOPPED = "stopped:"
WORD = "word:"


def survey(conversation_id):
    """Asking how this conversation was."""
    return f"{CONVERSATION}{conversation_id}"


def thanks(conversation_id):
    """Thanking for the answer about this conversation."""
    return f"{THANKS}{conversation_id}"


def answer(message_id):
    """Taking this message as an answer to a survey."""
    return f"{ANSWER}{message_id}"


def word(message_id):
    """Answering this opt-out or opt-in word."""
    return f"{WORD}{message_id}"


def end(conversation_id, version):
    """A bot ends its part; a conversation may come back and end again."""
    return f"{END}{conversation_id}:{version}"


def stopped(conversation_id):
    """Automation was stopped for this conversation: two machines were talking."""
    return f"{STOPPED}{conversation_id}"
