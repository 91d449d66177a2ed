"""Which words refuse and which agree, and what is answered to them (S3-52, S3-56)."""

from django import forms

from automation.forms.replies import ReplyForm
from inbox.models import Reception
from inbox.rules.consent import MOST_WORDS, WORD_LIMIT, plain, words_in


class WordsForm(ReplyForm):
    """The words of a number, one a line, and the reply. The switch is the reply's: the words are always heard."""

    stored_in = ""
    told_words = forms.CharField(required=False, max_length=5000, widget=forms.Textarea)

    def __init__(self, automation, agent, *args, **options):
        self.before = getattr(Reception.of(automation.number), self.stored_in)
        super().__init__(automation, agent, *args, initial={"told_words": self.before}, **options)

    @property
    def words(self):
        """As typed; a page that does not hold the field leaves them as they are."""
        is_left_out = self.is_bound and self.add_prefix("told_words") not in self.data
        return words_in(self.before if is_left_out else self.told("told_words"))

    def clean(self):
        cleaned, words = super().clean(), self.words
        long = next((word for word in words if len(word) > WORD_LIMIT), "")
        if long:
            self.mark("told_words", f"Up to {WORD_LIMIT} characters: “{long[:WORD_LIMIT]}…” is longer.")
        if len(words) > MOST_WORDS:
            self.mark("told_words", f"Up to {MOST_WORDS} words, these are {len(words)}.")
        return cleaned

    def judge_beside(self, other):
        """The same word cannot refuse and agree."""
        taken = {plain(word) for word in other.words}
        both = next((word for word in self.words if plain(word) in taken), "")
        if both:
            self.mark("told_words", f"“{both}” is an opt-out word already.")


class OptOutForm(WordsForm):
    stored_in = "optout_words"

    def clean(self):
        cleaned = super().clean()
        if not self.words:
            self.mark("told_words", "Write at least one word: customers can opt out at any time.")
        return cleaned


class OptInForm(WordsForm):
    stored_in = "optin_words"
