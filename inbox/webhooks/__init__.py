"""Outgoing webhooks: events get their place in the feed (`sequencer`), then go to whoever subscribed.

    pending <-> sending -> delivered        in order for each (subscription, thread), one at a time
        \\-> given up after a day, and the next goes on

Whoever stands first in a lane is marked, so that a claim costs the same however many wait behind.
`lane` claims and calls, `outcomes` records what it came to, `sweeping` repairs and forgets, `replaying` sends again,
`notices` tells admins. At least once, always under the same id.
"""

from inbox.webhooks.lane import deliver
from inbox.webhooks.notices import tell_admins
from inbox.webhooks.replaying import replay
from inbox.webhooks.sequencer import publish
from inbox.webhooks.sweeping import forget, mend_lanes, sweep
from inbox.webhooks.trying import send_test

__all__ = ["deliver", "forget", "mend_lanes", "publish", "replay", "send_test", "sweep", "tell_admins"]
