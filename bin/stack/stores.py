"""Starting the stores: PostgreSQL and Valkey alike."""

from collections.abc import Sequence

from stack.postgres import Cluster
from stack.supervisor import Supervisor
from stack.valkey import Valkey

READY_SECONDS = 120  # a database that was cut off may have a lot to read again


def start(supervisor: Supervisor, stores: Sequence[Cluster | Valkey]) -> None:
    """Start them side by side and wait until all answer. Raises Stop if one does not."""
    for store in stores:
        store.prepare()
        supervisor.start(store.program())
    supervisor.wait_until(
        lambda: all(store.is_ready() for store in stores), "The database or the broker did not start", READY_SECONDS
    )
