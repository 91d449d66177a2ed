"""The answer of an action that cannot or must not happen."""


class Refusal(Exception):
    """`code` is stable, `words` are for a person, `field` names the offending input; `status_code` is HTTP's word."""

    def __init__(self, code, words, field="", status_code=409):
        super().__init__(words)
        self.code = code
        self.words = words
        self.field = field
        self.status_code = status_code
