"""What is wrong with a script, in words for whoever writes it: found when it is saved, not by a customer. Pure."""

from dataclasses import dataclass, replace

from automation.rules.scripts import CONTACT_NAME, VARIABLE, Kind, content_of
from whatsapp.content import BODY_LIMIT, TEXT_LIMIT, ContentError, length


@dataclass(frozen=True)
class Problem:
    """Which step (its place in the script, None: the whole), which field of it, and what to do."""

    position: int | None
    field: str
    words: str


def problems(script):
    """All that is wrong, step by step. An empty list: every customer is led to an end."""
    if not script.steps:
        return []
    found = [problem for position, step in enumerate(script.steps) for problem in _of_step(script, position, step)]
    return found or [*_unreachable(script), *_endless(script)]


def _of_step(script, position, step):
    checks = (_names, _says, _choices, _targets, _remembers, _knows, _does)
    return [Problem(position, *wrong) for check in checks for wrong in check(script, step)]


def _names(script, step):
    if sum(other.name == step.name for other in script.steps) > 1:
        yield "name", f"Two steps are called “{step.name}”. Give each its own name."


def _says(script, step):
    if step.kind in (Kind.SAY, Kind.ASK) and not step.text.strip():
        yield "text", "Write what the bot says here."
    limit = BODY_LIMIT if step.choices else TEXT_LIMIT
    for field in ("text", "retry_text"):
        if length(getattr(step, field)) > limit:
            yield field, f"May have up to {limit} characters here, these are {length(getattr(step, field))}."


def _choices(script, step):
    """Content with these choices must be one that WhatsApp takes."""
    if step.choices and step.kind not in (Kind.SAY, Kind.ASK):
        yield "choices", "Only a step that says or asks something can offer choices."
        return
    if step.choices and not step.as_list and any(choice.description for choice in step.choices):
        yield "choices", "Buttons have no descriptions. Show the choices as a list, or leave the descriptions out."
    if not step.text.strip():
        return
    try:
        content_of(step if step.choices else replace(step, choices=()), step.text)
    except ContentError as error:
        yield _field_of(error), _words_of(step, error)


def _field_of(error):
    if error.field == "button":
        return "list_button"
    return "choices" if error.field.startswith(("buttons", "sections")) else "text"


def _words_of(step, error):
    if error.field == "buttons" and len(step.choices) > 3:
        return f"WhatsApp shows up to 3 buttons, these are {len(step.choices)}. Show the choices as a list."
    if error.field == "sections" and len(step.choices) > 10:
        return f"A list has up to 10 rows, these are {len(step.choices)}. Split it into two questions."
    if "ids" in error.message:
        return "Two choices have the same words; each must be different."
    return error.message


def _targets(script, step):
    named = {other.name for other in script.steps}
    for choice in step.choices:
        if choice.goes_to and choice.goes_to not in named:
            yield "choices", f"“{choice.title}” leads to “{choice.goes_to}”, but no step is called so."
    if step.goes_to and step.goes_to not in named:
        yield "goes_to", f"No step is called “{step.goes_to}”."
    if step.kind == Kind.HOURS and not step.otherwise:
        yield "otherwise", "Name the step for outside business hours."
    if step.otherwise and step.otherwise not in named:
        yield "otherwise", f"No step is called “{step.otherwise}”."
    if not step.ends and not script.after(step) and _goes_on(step):
        yield "goes_to", "Nothing follows. Name the next step, or add one that hands over or completes."


def _goes_on(step):
    """Not every choice leads somewhere of its own."""
    return not step.choices or not all(choice.goes_to for choice in step.choices)


def _remembers(script, step):
    if step.kind == Kind.ASK and not step.variable:
        yield "variable", "Name what is remembered, for example “order”."


def _knows(script, step):
    known = {other.variable for other in script.steps} | {CONTACT_NAME}
    for field in ("text", "retry_text"):
        for name in dict.fromkeys(VARIABLE.findall(getattr(step, field))):
            if name not in known:
                yield field, f"“{{{{ {name} }}}}” is remembered by no step."


def _does(script, step):
    if step.kind == Kind.TAG and not step.tag_id:
        yield "tag", "Choose the tag."
    if step.kind == Kind.HAND_OVER and step.team_id and step.agent_id:
        yield "agent", "Choose a team or an agent, not both."


def next_names(script, step):
    """Where a step may lead."""
    if step.ends:
        return set()
    found = {choice.goes_to for choice in step.choices if choice.goes_to}
    if _goes_on(step):
        found.add(script.after(step))
    return found | ({step.otherwise} if step.kind == Kind.HOURS else set())


def _reached(script, from_name, passes=lambda step: True):
    """Names of the steps that are reached from one, walking on only through steps that `passes`."""
    seen, ahead = set(), [from_name]
    while ahead:
        name = ahead.pop()
        step = script.named(name)
        if name in seen or step is None:
            continue
        seen.add(name)
        if passes(step):
            ahead.extend(next_names(script, step))
    return seen


def _unreachable(script):
    reached = _reached(script, script.steps[0].name)
    words = "No step leads here. Let one go to it, or delete it."
    return [Problem(position, "name", words) for position, step in enumerate(script.steps) if step.name not in reached]


def _endless(script):
    for position, step in enumerate(script.steps):
        if not any(script.named(name).ends for name in _reached(script, step.name)):
            words = "From here no way leads to an end. Let it hand over or complete somewhere."
            return [Problem(position, "goes_to", words)]
        if not step.waits and any(step.name in _silently(script, name) for name in next_names(script, step)):
            return [Problem(position, "goes_to", "This goes round in circles without waiting for the customer.")]
    return []


def _silently(script, name):
    """The steps reached from one without a word of the customer."""
    return _reached(script, name, passes=lambda step: not step.waits)
