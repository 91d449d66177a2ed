"""What supervisors set for the agents of their numbers."""

from inbox.actions.availability import ask_to_supervise
from inbox.actions.refusals import Refusal
from inbox.models.people import MOST_AT_ONCE


def set_reception_limit(agent, limit, by):
    """`limit`: most conversations handed out automatically; None for no limit, 0 for by hand only.

    A raised limit fills the new places at once. Raises Refusal.
    """
    ask_to_supervise(agent, by)
    if limit is not None and not 0 <= limit <= MOST_AT_ONCE:
        raise Refusal(
            "limit_out_of_range", f"Choose 0 to {MOST_AT_ONCE}, or leave it empty for no limit.", "limit", 400
        )
    agent.reception_limit = limit
    agent.save(update_fields=["reception_limit"])
    return agent
