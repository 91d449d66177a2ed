"""A script tried out on the page: every word typed so far is played from the beginning, and nothing is sent or kept."""

import json
from dataclasses import dataclass, field

from automation.models.bots import script_of
from automation.rules import scripts
from inbox.models import Agent, Tag, Team
from inbox.sentences import HANDED_OVER

MOST_WORDS = 40
EXAMPLE_NAME = "Amira Haddad"
FIRST_WORD = "Hello"


@dataclass
class Rehearsal:
    """What the page shows: `lines` of {"by": "customer" | "bot" | "does", "text", "choices"?}."""

    lines: list = field(default_factory=list)
    words: list = field(default_factory=list)
    remembered: dict = field(default_factory=dict)
    is_open: bool = True
    is_over: bool = False

    @property
    def kept(self):
        """The words so far, for the page's next POST."""
        return json.dumps(self.words)


def play(bot, posted):
    """Play what was said so far, and what is said now: `word` typed, or `tap` an id. `again` begins anew."""
    rehearsal = Rehearsal(is_open=posted.get("hours") != "closed")
    rehearsal.words = [] if "again" in posted else _words(posted)
    script, state = script_of(bot), scripts.State()
    if not script.steps:
        return rehearsal
    around = scripts.Surroundings(rehearsal.is_open, EXAMPLE_NAME)
    for word in rehearsal.words or [{"text": FIRST_WORD, "tap": ""}]:
        rehearsal.lines.append({"by": "customer", "text": word["text"]})
        actions, state = scripts.turn(script, state, scripts.Word(word["text"], word["tap"]), around)
        rehearsal.lines += [_line(action) for action in actions]
        rehearsal.is_over = scripts.is_over(actions)
        if rehearsal.is_over:
            break
    rehearsal.words = rehearsal.words or [{"text": FIRST_WORD, "tap": ""}]
    rehearsal.remembered = state.remembered
    return rehearsal


def _words(posted):
    """The words kept in the page and the new one; what makes no sense there is nothing."""
    try:
        kept = json.loads(posted.get("kept", "[]"))
    except (ValueError, RecursionError):
        kept = []
    kept = [word for word in kept if isinstance(word, dict)] if isinstance(kept, list) else []
    words = [{"text": str(word.get("text", "")), "tap": str(word.get("tap", ""))} for word in kept]
    tap, _, title = posted.get("tap", "").partition("\n")
    if tap:
        words.append({"text": title, "tap": tap})
    elif posted.get("word", "").strip():
        words.append({"text": posted["word"].strip(), "tap": ""})
    return words[:MOST_WORDS]


def _line(action):
    match action:
        case scripts.Send(content=content):
            stored = content.as_dict()
            return {"by": "bot", "text": stored["text"], "choices": _choices(stored), "opens": stored.get("button", "")}
        case scripts.AddTag(tag_id=tag_id):
            tag = Tag.objects.filter(pk=tag_id).first()
            return {"by": "does", "text": f"Puts on the tag {tag}" if tag else "Puts on a tag that is gone"}
        case scripts.HandOver():
            return {"by": "does", "text": _handed_over(action)}
    return {"by": "does", "text": "Closes the conversation"}


def _choices(stored):
    rows = [row for section in stored.get("sections", []) for row in section["rows"]]
    return [{**choice, "value": f"{choice['id']}\n{choice['title']}"} for choice in stored.get("buttons", rows)]


def _handed_over(action):
    if action.why != scripts.Why.SCRIPT:
        return HANDED_OVER[action.why]
    team = Team.objects.filter(pk=action.team_id).first() if action.team_id else None
    agent = Agent.objects.filter(pk=action.agent_id).first() if action.agent_id else None
    return f"Hands over to {team or agent or 'whoever the number assigns'}"
