"""Trouble on demand: what the tests and a curious person ask the sandbox to do wrong.

| kind | what happens | parameters |
| --- | --- | --- |
| refuse | the Graph answers with an error | code, details, status |
| fail | the message is accepted and fails later by status | code, details |
| outage | nothing works: connection cut, 503, or a gateway's HTML page | how: cut, 503, html |
| drop_answer | accepted and done, but the connection is cut instead of the answer | |
| hang | accepted and done, the answer comes after so many seconds, or never | seconds |
| latency | every answer takes this long | seconds |
| status_first | the `sent` status reaches the product before the HTTP answer | |
| delay | webhooks leave later | seconds |
| repeat | every webhook POST arrives several times | copies |
| reorder | webhooks leave in reversed groups | count, wait |
| batch | webhooks leave many in one POST | count, wait |
| hold | webhooks wait until the fault is cleared | |
| lose | webhooks never leave | |

All take `times` (how often; without it until cleared) and, where they make sense, `on` (messages, media, download,
templates, setup, flows: default messages for refuse, drop_answer, hang; any for outage and latency), `number` and
`customer`.
"""

import itertools

KINDS = [
    "refuse",
    "fail",
    "outage",
    "drop_answer",
    "hang",
    "latency",
    "status_first",
    "delay",
    "repeat",
    "reorder",
    "batch",
    "hold",
    "lose",
]

ON_BY_DEFAULT = {"refuse": "messages", "drop_answer": "messages", "hang": "messages"}
PARAMETERS = {
    "times",
    "on",
    "number",
    "customer",
    "code",
    "details",
    "status",
    "how",
    "seconds",
    "copies",
    "count",
    "wait",
}


class Faults:
    def __init__(self):
        self._ids = itertools.count(1)
        self.set: list[dict] = []

    def add(self, kind: str, **parameters) -> dict:
        """Set a fault; the answer carries its id. Raises ValueError for an unknown kind or parameter."""
        unknown = set(parameters) - PARAMETERS
        if kind not in KINDS or unknown:
            raise ValueError(f"Unknown fault: {kind} {' '.join(sorted(unknown))}".strip())
        fault = {"id": next(self._ids), "kind": kind, **parameters}
        fault.setdefault("on", ON_BY_DEFAULT.get(kind, "any"))
        self.set.append(fault)
        return fault

    def clear(self, fault_id: int | None = None) -> None:
        self.set = [f for f in self.set if fault_id is not None and f["id"] != fault_id]

    def find(self, kind: str, **about) -> dict | None:
        """The first fault of this kind that fits, without using it up."""
        if not self.set:
            return None
        return next((f for f in self.set if f["kind"] == kind and _fits(f, about)), None)

    def take(self, kind: str, **about) -> dict | None:
        """The same, counted against its `times`."""
        fault = self.find(kind, **about)
        if fault and "times" in fault:
            fault["times"] -= 1
            if fault["times"] <= 0:
                self.set.remove(fault)
        return fault


def _fits(fault: dict, about: dict) -> bool:
    on = about.get("on")
    if on and fault["on"] not in ("any", on):
        return False
    return all(fault.get(key) in (None, about.get(key)) for key in ("number", "customer"))
