"""The reminder while an agent is slow (S1-32)."""

from automation.facts import Kind, on_at
from automation.outgoing import say_own
from automation.rules.deadlines import reminder_occasion


def remind(change, facts, policy):
    say_own(change, on_at(change)[Kind.REMINDER], reminder_occasion(facts))
