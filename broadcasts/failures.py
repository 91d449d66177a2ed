"""Why one message to one recipient did not leave, as one tree: what to do next is the class, what happened the words.

    NotSent
        Refused       never for this recipient, as it is
        TryLater      certainly not sent, and worth another try
        SenderFault   the sender's own settings: nobody can be reached until a person changes them
        Unclear       it left and no answer came back: it may have been sent

Only Unclear leaves a doubt. Where the far end knows no idempotency key it is never sent again by itself.
"""


class NotSent(Exception):
    """`code` is the far end's own (a number as text, "" where it gave none); `words` are for a person."""

    def __init__(self, code: str, words: str):
        super().__init__(code, words)
        self.code, self.words = code, words


class Refused(NotSent):
    """The address, the text, or the recipient's own wish."""


class TryLater(NotSent):
    """`retry_after_seconds` is what the far end asked for, None where it named no time."""

    def __init__(self, code: str, words: str, retry_after_seconds: float | None = None):
        super().__init__(code, words)
        self.retry_after_seconds = retry_after_seconds


class SenderFault(NotSent):
    """Log-in, permission, payment, or a From that is not ours."""


class Unclear(NotSent):
    """No answer within the time, or the connection broke after the message had left."""
