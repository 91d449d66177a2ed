"""Write the reason log: what an automation did, or why it did not. Inside the change that it is about.

`data` is JSON: names as they were, times as ISO text; never customers' words. It is about the conversation that the
change looks at, unless another one of its thread is named.
"""

from datetime import datetime

from automation.models import Decision

Outcome = Decision.Outcome


def done(change, automation, occasion, *, message=None, **data):
    """It happened; for this occasion that is all. The row is written as the change ends, and breaks it where the
    occasion was settled already."""
    decision = _decision(change, automation, occasion, Outcome.DONE, "", data)
    decision.message = message
    change.add(decision)


def refused(change, automation, occasion, reason, *, conversation=None, **data):
    """It was due and could not or must not happen; for this occasion that is final. Said once."""
    decision = _decision(change, automation, occasion, Outcome.REFUSED, reason, data)
    decision.conversation = conversation or change.conversation
    Decision.objects.bulk_create([decision], ignore_conflicts=True)


def withdrawn(change, automation, occasion, reason, **data):
    """Its cause went away before it was due: said for each timer that was taken back."""
    change.add(_decision(change, automation, occasion, Outcome.WITHDRAWN, reason, data))


def left_out(change, automation, occasion, reason, **data):
    """There was a cause, and a reason not even to wait for it."""
    _once_per_cause(_decision(change, automation, occasion, Outcome.WITHDRAWN, reason, data))


def held(change, automation, occasion, reason, **data):
    """It waits for a reason."""
    _once_per_cause(_decision(change, automation, occasion, Outcome.HELD, reason, data))


def _decision(change, automation, occasion, outcome, reason, data):
    return Decision(
        number_id=change.thread.number_id,
        thread=change.thread,
        conversation=change.conversation,
        automation=automation,
        occasion=occasion,
        outcome=outcome,
        reason=reason,
        data={key: _plain(value) for key, value in data.items()},
        at=change.now,
    )


def _once_per_cause(decision):
    """The same outcome for the same reason on the same occasion is no news."""
    of_thread = Decision.objects.filter(thread=decision.thread, automation=decision.automation)
    same = of_thread.filter(occasion=decision.occasion, outcome=decision.outcome, reason=decision.reason)
    if not same.exists():
        decision.save()


def _plain(value):
    return value.isoformat() if isinstance(value, datetime) else value
