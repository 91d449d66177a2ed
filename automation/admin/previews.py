"""What the customer's phone would show, from what is typed at this moment: never judged, only drawn."""

from dataclasses import dataclass, field

from automation.models import Automation, SurveyAnswer
from automation.rules.replies import with_position
from automation.rules.surveys import SCORES, THANKS
from inbox.models import Attachment

Kind = Automation.Kind
EXAMPLE_BEFORE = 3


@dataclass(frozen=True)
class Bubble:
    """One message on the phone. `is_ours`: the business wrote it. `content` in the stored shape, maybe unfinished."""

    kind: str
    content: dict
    is_ours: bool = True
    attachment: Attachment | None = None


@dataclass(frozen=True)
class Screen:
    """The phone of the preview: what happened before, the messages, and what stands below them."""

    bubbles: list = field(default_factory=list)
    line: str = ""
    prompts: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    ending: str = ""


def screen(kind, form):
    return SCREENS[kind](form)


def survey_rows():
    """The five fixed answers (S1-48), the best first."""
    return [SurveyAnswer.Score(score).label for score in SCORES]


def survey_content(form, row_id):
    """The survey as a list message; `row_id` names a row by its score."""
    rows = [{"id": row_id(score), "title": SurveyAnswer.Score(score).label} for score in SCORES]
    sections = [{"title": "", "rows": rows}]
    return {"text": form.told("text"), "button": form.told("list_button"), "sections": sections}


def said(text):
    return Bubble("text", {"text": text}, is_ours=False)


def ours(form):
    kind, content = form.draft()
    return Bubble(kind, content, attachment=form.attachment if form.takes_file else None)


def _welcome(form):
    return Screen([ours(form)], line="The customer opens the chat for the first time")


def _ice_breakers(form):
    return Screen(line="The customer opens the chat for the first time", prompts=form.prompts)


def _waiting(form, line):
    return Screen([said("Hello, where is my parcel?"), ours(form)], line=line)


def _unassigned(form):
    return _waiting(form, "Nobody is available")


def _queue(form):
    bubble = ours(form)
    if form.is_told("says_position"):
        bubble = _with_position(bubble)
    return Screen([said("Hello, where is my parcel?"), bubble], line="Everyone is at the limit")


def _with_position(bubble):
    """The position as an example: the true one is put in as the message leaves."""
    where = "caption" if "caption" in bubble.content or bubble.kind in ("image", "video", "document") else "text"
    words = with_position(bubble.content.get(where, ""), EXAMPLE_BEFORE)
    return Bubble(bubble.kind, {**bubble.content, where: words}, attachment=bubble.attachment)


def _closed_hours(form):
    return _waiting(form, "Outside business hours")


def _reminder(form):
    waits = form.waits or "the set time"
    return Screen([said("And when will it arrive?"), ours(form)], line=f"No answer for {waits}")


def _auto_close(form):
    thanks = Bubble("text", {"text": "It will be with you tomorrow."})
    ending = f"{form.waits or 'The set time'} later the conversation is closed. The customer sees nothing of it."
    return Screen([said("And when will it arrive?"), thanks], ending=ending)


def _survey(form):
    asked = Bubble("list", survey_content(form, str))
    thanks = Bubble("text", {"text": form.told("thanks") or THANKS})
    return Screen([asked, said("Very satisfied"), thanks], line="The conversation ended", rows=survey_rows())


def _words(form, otherwise):
    return Screen([said((form.words or [otherwise])[0]), ours(form)])


def _opt_out(form):
    return _words(form, "stop")


def _opt_in(form):
    return _words(form, "start")


SCREENS = {
    Kind.WELCOME: _welcome,
    Kind.ICE_BREAKERS: _ice_breakers,
    Kind.UNASSIGNED: _unassigned,
    Kind.QUEUE: _queue,
    Kind.CLOSED_HOURS: _closed_hours,
    Kind.REMINDER: _reminder,
    Kind.AUTO_CLOSE: _auto_close,
    Kind.SURVEY: _survey,
    Kind.OPT_OUT: _opt_out,
    Kind.OPT_IN: _opt_in,
}
