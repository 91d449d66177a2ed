"""The end of a conversation in which nobody says anything any more (S1-35)."""

from automation import log
from automation.facts import Kind
from inbox.actions.closing import close_within
from inbox.actions.refusals import Refusal

RULE = "auto_close"


def close(change, facts, policy):
    minutes = int(policy.auto_close_after.total_seconds() // 60)
    occasion = change.now.isoformat()
    try:
        close_within(change, by_rule=RULE, minutes=minutes)
    except Refusal as refusal:
        log.refused(change, Kind.AUTO_CLOSE, occasion, refusal.code, words=refusal.words)
        return
    log.done(change, Kind.AUTO_CLOSE, occasion, minutes=minutes)
