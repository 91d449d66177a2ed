"""A scripted bot, turn by turn: the customer's word goes in, what the bot does comes out (S1-39; product: "bot").

A turn walks from step to step until one waits for the customer or ends the run. It always ends: a walk that is too
long, leads nowhere or would say what WhatsApp refuses hands over to people.
"""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from whatsapp.content import (
    BODY_LIMIT,
    TEXT_LIMIT,
    Button,
    Buttons,
    Content,
    ContentError,
    ListMessage,
    Row,
    Section,
    Text,
    length,
)

# So many steps are walked in one turn; a script that needs more goes round in circles.
MOST_STEPS = 30
MOST_REMEMBERED = 1000
MOST_INSERTED = 200
LIST_BUTTON = "Choose"
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# The contact's name; a step may remember another one under this name.
CONTACT_NAME = "name"


class Kind(StrEnum):
    SAY = "say"
    ASK = "ask"
    TAG = "tag"
    HOURS = "hours"
    HAND_OVER = "hand_over"
    COMPLETE = "complete"


class Expects(StrEnum):
    """What fits as a typed answer."""

    TEXT = "text"
    NUMBER = "number"
    EMAIL = "email"


class Why(StrEnum):
    """Why a bot hands over to people, in one stable word each."""

    SCRIPT = "bot"  # the script says so
    NO_SCRIPT = "bot_has_no_script"
    NOT_UNDERSTOOD = "bot_did_not_understand"
    CHANGED = "bot_script_changed"  # the step it stood at is gone
    NO_END = "bot_script_has_no_end"
    GOES_ROUND = "bot_script_goes_round"
    CANNOT_SAY = "bot_cannot_say"  # WhatsApp would refuse it
    NOT_SENT = "bot_could_not_send"  # the window closed, the number may not send
    SILENT = "bot_silent"
    FAILED = "bot_failed"  # its program did not answer as it should
    TOO_MUCH = "bot_wrote_too_much"  # two machines are talking
    OFF = "bot_is_off"


@dataclass(frozen=True)
class Choice:
    """What the customer may tap; `goes_to` names a step, "" goes on as the step does."""

    title: str
    goes_to: str = ""
    description: str = ""


@dataclass(frozen=True)
class Step:
    """One step. `goes_to` names the next one ("" is the one below); `otherwise` is where closed hours lead."""

    name: str
    kind: str
    text: str = ""
    choices: tuple[Choice, ...] = ()
    as_list: bool = False
    list_button: str = ""
    variable: str = ""
    expects: str = Expects.TEXT
    retry_text: str = ""
    max_tries: int = 3
    goes_to: str = ""
    otherwise: str = ""
    tag_id: int | None = None
    team_id: int | None = None
    agent_id: int | None = None

    @property
    def waits(self):
        """The customer's word decides how it goes on."""
        return self.kind == Kind.ASK or (self.kind == Kind.SAY and bool(self.choices))

    @property
    def ends(self):
        return self.kind in (Kind.HAND_OVER, Kind.COMPLETE)


@dataclass(frozen=True)
class Script:
    """The steps in their order; the first one begins."""

    steps: tuple[Step, ...]

    def named(self, name):
        return next((step for step in self.steps if step.name == name), None)

    def after(self, step):
        """The name of the step that follows when nothing else is said; "" after the last one."""
        if step.goes_to:
            return step.goes_to
        position = self.steps.index(step)
        return self.steps[position + 1].name if position + 1 < len(self.steps) else ""

    def tapped(self, choice_id):
        """(step, choice) of an answer's id, also of an earlier question; None for an id that is none of ours."""
        taps = ((step, choice) for step in self.steps for choice in step.choices)
        return next(((step, choice) for step, choice in taps if id_of(step, choice) == choice_id), None)


@dataclass(frozen=True)
class State:
    """Where a run stands: the step that waits ("" before the first), misfits so far, what was remembered."""

    step: str = ""
    tries: int = 0
    remembered: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Word:
    """A customer's word: its text ("" for a picture without words, a place, ...) and what was tapped."""

    text: str = ""
    choice_id: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What a script may ask of the world."""

    is_open: bool = True
    contact_name: str = ""


@dataclass(frozen=True)
class Send:
    content: Content


@dataclass(frozen=True)
class AddTag:
    tag_id: int


@dataclass(frozen=True)
class HandOver:
    """To the number's assignment, unless a team or an agent is named."""

    why: str = Why.SCRIPT
    team_id: int | None = None
    agent_id: int | None = None


@dataclass(frozen=True)
class Complete:
    """The process is complete: the conversation is closed."""


def turn(script, state, word, around):
    """(actions, new state) for one word. The last action is HandOver or Complete where the run ends."""
    tapped = script.tapped(word.choice_id) if word.choice_id else None
    if tapped:
        step, choice = tapped
        return _go_on(script, step, _remember(state, step, choice.title), around, choice.goes_to)
    if not state.step:
        return _walk(script, script.steps[0].name if script.steps else "", state, around)
    step = script.named(state.step)
    if step is None or not step.waits:
        return (HandOver(Why.CHANGED),), state
    return _answered(script, step, state, word, around)


def is_over(actions):
    return bool(actions) and isinstance(actions[-1], HandOver | Complete)


def id_of(step, choice):
    """The id that comes back with a tap. It names the words, so that an old message still means what it said."""
    return f"bot:{step.name}:{choice.title}"


def content_of(step, text=None, values=None):
    """What a step sends. Raises ContentError for what WhatsApp would refuse."""
    text = step.text if text is None else text
    if not step.choices:
        return Text(filled(text, values or {}, TEXT_LIMIT))
    text = filled(text, values or {}, BODY_LIMIT)
    if not step.as_list:
        return Buttons(text, tuple(Button(id_of(step, choice), choice.title) for choice in step.choices))
    rows = tuple(Row(id_of(step, choice), choice.title, choice.description) for choice in step.choices)
    return ListMessage(text, step.list_button or LIST_BUTTON, (Section("", rows),))


def filled(text, values, limit):
    """`{{ name }}` becomes what was remembered, nothing where that is nothing; never longer than `limit`."""
    text = VARIABLE.sub(lambda found: values.get(found[1], "")[:MOST_INSERTED], text)
    return text if length(text) <= limit else f"{_cut(text, limit - 1).rstrip()}…"


def _cut(text, limit):
    """The longest beginning of at most `limit` UTF-16 units."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * limit].decode("utf-16-le", "ignore")


def _answered(script, step, state, word, around):
    """The waiting step got a word that is no tap of ours: typed, or something else."""
    choice = _typed_choice(step, word.text)
    if choice:
        return _go_on(script, step, _remember(state, step, choice.title), around, choice.goes_to)
    if not step.choices and _fits(step.expects, word.text):
        return _go_on(script, step, _remember(state, step, word.text.strip()), around)
    return _retry(step, replace(state, tries=state.tries + 1), around)


def _typed_choice(step, text):
    """The choice whose words or whose number (1 is the first) were typed."""
    typed = text.strip().casefold()
    for number, choice in enumerate(step.choices, start=1):
        if typed in (choice.title.strip().casefold(), str(number)):
            return choice
    return None


def _fits(expects, text):
    typed = text.strip()
    if expects == Expects.NUMBER:
        return re.fullmatch(r"[+-]?\d{1,18}([.,]\d{1,9})?", typed) is not None
    if expects == Expects.EMAIL:
        return len(typed) <= 254 and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", typed) is not None
    return bool(typed)


def _remember(state, step, value):
    if not step.variable:
        return state
    return replace(state, remembered={**state.remembered, step.variable: value[:MOST_REMEMBERED]})


RETRIES = {
    Expects.TEXT: "Please answer in words.",
    Expects.NUMBER: "Please answer with a number.",
    Expects.EMAIL: "Please answer with an email address.",
}
RETRY_CHOICE = "Please choose one of these."


def _retry(step, state, around):
    if state.tries >= step.max_tries:
        return (HandOver(Why.NOT_UNDERSTOOD),), state
    text = step.retry_text or (RETRY_CHOICE if step.choices else RETRIES.get(step.expects, RETRIES[Expects.TEXT]))
    sending = _sending(step, state, around, text)
    return ((sending,), state) if isinstance(sending, Send) else ((HandOver(Why.CANNOT_SAY),), state)


def _go_on(script, step, state, around, goes_to=""):
    return _walk(script, goes_to or script.after(step), state, around)


def _walk(script, name, state, around):
    actions = []
    for _ in range(MOST_STEPS):
        step = script.named(name)
        if step is None:
            return (*actions, HandOver(Why.NO_END)), state
        doing = _doing(step, state, around)
        actions.extend(doing)
        if is_over(doing) or step.waits:
            return tuple(actions), replace(state, step=step.name, tries=0)
        is_closed = step.kind == Kind.HOURS and not around.is_open
        name = step.otherwise if is_closed else script.after(step)
    return (*actions, HandOver(Why.GOES_ROUND)), state


def _doing(step, state, around):
    """The actions of one step. A step that cannot be said hands over instead."""
    speaks = bool(step.text) or step.kind in (Kind.SAY, Kind.ASK)
    said = (_sending(step, state, around),) if speaks else ()
    if None in said:
        return (HandOver(Why.CANNOT_SAY),)
    if step.kind == Kind.TAG:
        return (*said, AddTag(step.tag_id)) if step.tag_id else said
    if step.kind == Kind.HAND_OVER:
        return (*said, HandOver(Why.SCRIPT, step.team_id, step.agent_id))
    return (*said, Complete()) if step.kind == Kind.COMPLETE else said


def _sending(step, state, around, text=None):
    values = {CONTACT_NAME: around.contact_name, **state.remembered}
    try:
        return Send(content_of(step if step.waits else replace(step, choices=()), text, values))
    except ContentError:
        return None
