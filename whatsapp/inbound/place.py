"""Where in a webhook an element stands: account, number, field, the contacts beside it."""

from dataclasses import dataclass
from datetime import datetime

from whatsapp.inbound.events import Unreadable
from whatsapp.inbound.reading import moment


@dataclass(frozen=True)
class Place:
    waba_id: str
    field: str
    phone_number_id: str = ""
    contacts: object = None
    entry_time: object = None

    def moment(self, element: dict) -> datetime | None:
        """The element's own time, else the entry's, which account-level fields carry."""
        return moment(element.get("timestamp")) or moment(self.entry_time)

    def unreadable(self, reason: str, raw: object) -> Unreadable:
        return Unreadable(self.waba_id, self.field, reason, raw)
