"""What a customer refused, and in which words they say so (S3-50 to S3-56). Pure."""

import unicodedata

# What is stored of a channel, from the mildest to the strictest.
NOTHING, MARKETING, ALL = "", "marketing", "all"
STRENGTH = {NOTHING: 0, MARKETING: 1, ALL: 2}
# Where a contact keeps what was refused, by channel.
FIELDS = {"whatsapp": "whatsapp_optout", "email": "email_optout", "sms": "sms_optout"}
OPT_OUT, OPT_IN = "opt_out", "opt_in"
# A number listens to these until somebody writes others down.
OPTOUT_WORDS = ("optout", "opt-out", "opt out", "stop", "unsubscribe")
# Not "start": links to a chat are often filled in with it, and a first word must reach people.
OPTIN_WORDS = ("optin", "opt-in", "opt in")
WORD_LIMIT = 40
MOST_WORDS = 30
# Nothing longer is a word with signs around it.
MOST_HEARD = 200
# Blanks, punctuation, signs and what cannot be seen; an emoji's variation selector is a mark.
AROUND = frozenset("ZPSC")
SELECTORS = "\ufe0e\ufe0f"


def stricter(one: str, other: str) -> str:
    """Of two stored refusals the one that forbids more: where two contacts are one person, it wins."""
    return max(one, other, key=STRENGTH.__getitem__)


def after_refusal(stored: str, refused: str) -> str:
    """What is stored once `refused` was said: it never lowers what was refused before."""
    return stricter(stored, refused)


def heard(text: str, optout_words, optin_words) -> str:
    """OPT_OUT, OPT_IN or "" for the whole of a customer's message. A word of both lists refuses."""
    said = plain(text)
    if said and said in {plain(word) for word in optout_words}:
        return OPT_OUT
    return OPT_IN if said and said in {plain(word) for word in optin_words} else ""


def heard_in(kind: str, content: dict, answered_kind: str, words) -> str:
    """What a message of these kind and content says of consent. `words`: (those that refuse, those that agree).

    A tap counts where it refuses and what it answers is a message template: senders put "Stop" there to be tapped.
    """
    if kind == "text":
        return heard(_short(content.get("text")), *words)
    if kind == "button_reply" and answered_kind == "template":
        return heard(_short(content.get("title")), words[0], ())
    return ""


def plain(text: str) -> str:
    """In small letters, single blanks, without what stands around it: " Stop!! " is "stop"."""
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    while words and _is_around(words[0]):
        words = words[1:]
    while words and _is_around(words[-1]):
        words = words[:-1]
    return words


def _short(text):
    return text if isinstance(text, str) and len(text) <= MOST_HEARD else ""


def _is_around(character):
    return unicodedata.category(character)[0] in AROUND or character in SELECTORS


def words_in(lines: str) -> list[str]:
    """The words of a list that a person wrote, one a line or between commas; each once, in their order."""
    told = [" ".join(word.split()) for word in lines.replace(",", "\n").splitlines()]
    return list({plain(word): word for word in told if plain(word)}.values())
