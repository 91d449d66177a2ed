"""What the page says of each panel: what it is for, what Meta charges, and in one sentence what will happen."""

from dataclasses import dataclass

from automation.forms.hours import MIDNIGHT, as_day, as_time
from automation.models import Automation
from inbox import formatting
from whatsapp import content as contents

Kind = Automation.Kind
# Meta, Cloud API, pricing: per delivered message since 1 July 2025; inside the window too since 1 October 2026.
PRICES_URL = "https://developers.facebook.com/documentation/business-messaging/whatsapp/pricing"
PER_MESSAGE = "Meta charges it as a service message, for each one delivered, at the rate of the customer's country"
SERVICE = f"{PER_MESSAGE}. Free within 72 hours after a customer came by an ad or a page's button."
SHOWN = 60
# What consists of words: without them there is nothing to quote.
WRITTEN = ("text", "buttons", "link", "list")


@dataclass(frozen=True)
class Panel:
    title: str
    about: str
    charge: str


PANELS = {
    Kind.WELCOME: Panel(
        "Welcome message",
        "Greets everyone who opens a chat with this number for the first time. Once per customer.",
        f"The business writes first, and still no message template is needed. {SERVICE}",
    ),
    Kind.ICE_BREAKERS: Panel(
        "Ice breakers",
        "Common questions that WhatsApp shows in an empty chat; a tap sends one.",
        "Free: Meta shows them, and what a customer sends costs nothing.",
    ),
    Kind.UNASSIGNED: Panel(
        "Reply when unassigned",
        "Answers at once when nobody is serving a conversation and nobody is available. Once per wait.",
        SERVICE,
    ),
    Kind.QUEUE: Panel(
        "Reply when in queue",
        "Tells customers that they are waiting while everyone is at the limit. Once per wait.",
        SERVICE,
    ),
    Kind.CLOSED_HOURS: Panel(
        "Business hours and the reply outside them",
        "When your people are there. Decides what is said and how timers count, not who works.",
        SERVICE,
    ),
    Kind.REMINDER: Panel(
        "Reminder when the agent is slow",
        "Writes to the customer when an assigned agent has not answered in time. Once until somebody answers.",
        SERVICE,
    ),
    Kind.AUTO_CLOSE: Panel(
        "Auto-close",
        "Closes a conversation that an agent serves when the customer stays silent. Conversations that wait for an "
        "agent or belong to a bot are never closed by it.",
        "Free: closing sends nothing.",
    ),
    Kind.SURVEY: Panel(
        "Satisfaction survey",
        "Asks how satisfied the customer is, 10 seconds after a conversation that a person served has ended.",
        f"{SERVICE} A survey template sent after the window is charged by its own category.",
    ),
    Kind.OPT_OUT: Panel(
        "Opt-out words",
        "A customer whose whole message is one of these words gets nothing any more that you start: no message "
        "template, no broadcast, from nobody. What they write can still be answered.",
        SERVICE,
    ),
    Kind.OPT_IN: Panel(
        "Opt-in words",
        "With one of these words a customer agrees to your messages again.",
        SERVICE,
    ),
}


def summary(kind, page):
    """What this panel will do, in one sentence, as it is typed."""
    form = page.panels[kind]
    return SENTENCES[kind](form, page)


def short(kind, form):
    """The words that are sent, as one plain line in quotation marks."""
    drafted, stored = form.draft()
    if not form.told("text") and drafted in WRITTEN:
        return "nothing is written yet"
    words = "".join(piece.text for piece in formatting.pieces(contents.preview(drafted, stored)))
    return _quoted(words)


def _quoted(words):
    return f"“{words if len(words) <= SHOWN else words[: SHOWN - 1].rstrip() + '…'}”"


def _welcome(form, page):
    return f"A new customer gets: {short(Kind.WELCOME, form)}" if form.is_told("is_on") else "Nobody is greeted."


def _ice_breakers(form, page):
    if not form.is_told("is_on"):
        return "An empty chat shows no questions."
    return " · ".join(form.prompts[:4]) or "No question is written yet."


def _unassigned(form, page):
    if not form.is_told("is_on"):
        return "A customer whom nobody serves hears nothing."
    return f"While nobody is available the customer gets: {short(Kind.UNASSIGNED, form)}"


def _queue(form, page):
    if not form.is_told("is_on"):
        return "A customer in the queue hears nothing."
    position = ", and about how many are before them" if form.is_told("says_position") else ""
    return f"In the queue the customer gets: {short(Kind.QUEUE, form)}{position}"


def _closed_hours(form, page):
    hours = page.hours
    plan = week_in_words(hours) if hours.is_told("is_on") else "Always open"
    if not form.is_told("is_on"):
        return f"{plan}."
    if not hours.is_told("is_on"):
        return "Always open, so the reply is never sent: turn business hours on."
    return f"{plan}. Outside: {short(Kind.CLOSED_HOURS, form)}"


def _reminder(form, page):
    if not form.is_told("is_on"):
        return "A customer who waits for a slow agent hears nothing."
    return f"After {_counted(form)} without an answer the customer gets: {short(Kind.REMINDER, form)}"


def _auto_close(form, page):
    if not form.is_told("is_on"):
        return "Conversations stay open until somebody closes them."
    return f"Closes after {_counted(form)} in which nobody writes and nothing waits for an answer."


def _counted(form):
    kind = " of business hours" if form.is_told("counts_business_time") else ""
    return f"{form.waits or 'the set time'}{kind}"


def _survey(form, page):
    if not form.is_told("is_on"):
        return "Nobody is asked."
    often = f", at most once in {form.told('every_days')} days" if form.told("every_days") else ""
    return f"After a conversation the customer is asked{often}: {_quoted(form.told('text'))}"


def _opt_out(form, page):
    return _heard(form, "ends what you start", Kind.OPT_OUT)


def _opt_in(form, page):
    return _heard(form, "allows it again", Kind.OPT_IN)


def _heard(form, does, kind):
    words = form.words
    if not words:
        return "No word is written yet."
    more = f" (and {len(words) - 1} more)" if len(words) > 1 else ""
    says = f"The customer gets: {short(kind, form)}" if form.is_told("is_on") else "The customer hears nothing."
    return f"The word {_quoted(words[0])}{more} {does}. {says}"


SENTENCES = {
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


def state(kind, form):
    """The word beside the title: "On · after 15 minutes"."""
    if kind in (Kind.CLOSED_HOURS, Kind.OPT_OUT, Kind.OPT_IN):
        return "Reply on" if form.is_told("is_on") else "Reply off"
    if not form.is_told("is_on"):
        return "Off"
    return f"On · after {form.waits}" if getattr(form, "waits", "") else "On"


def week_in_words(hours):
    """ "Mon to Fri 09:00–18:00, Sat 10:00–14:00, Europe/Berlin": days of the same plan stand together."""
    plans = [(name[:3], _spans_in_words(spans)) for _, name, spans in hours.week]
    stretches = []
    for name, plan in plans:
        if stretches and stretches[-1][2] == plan:
            stretches[-1][1] = name
        else:
            stretches.append([name, name, plan])
    open_days = [f"{_days(first, last)} {plan}" for first, last, plan in stretches if plan]
    holidays = sum(as_day(row["day"]) is not None for row in hours.holidays)
    off = [f"{holidays} day{'s' if holidays > 1 else ''} off"] if holidays else []
    return ", ".join([*(open_days or ["Never open"]), hours.told("time_zone"), *off])


def _days(first, last):
    return first if first == last else f"{first} to {last}"


def _spans_in_words(spans):
    times = [(as_time(span.opens), as_time(span.closes)) for span in spans]
    return " and ".join(
        f"{opens:%H:%M}–{'24:00' if closes == MIDNIGHT else f'{closes:%H:%M}'}"
        for opens, closes in times
        if opens is not None and closes is not None
    )


def saved_notice(page):
    """What is on after a save."""
    on = [PANELS[kind].title for kind, form in page.panels.items() if form.cleaned_data["is_on"]]
    timed = {PANELS[kind].title: form.waits for kind, form in page.panels.items() if getattr(form, "waits", "")}
    named = [f"{title} (after {timed[title]})" if title in timed else title for title in on]
    if not named:
        return "Saved. All automations of this number are off."
    return f"Saved. On: {', '.join(named)}."
