"""The outer shape of a webhook: entries, changes, and the lists inside."""

from collections.abc import Iterator

from whatsapp.inbound.events import Event, Unreadable
from whatsapp.inbound.messages import echo_event, message_event
from whatsapp.inbound.notices import notice
from whatsapp.inbound.place import Place
from whatsapp.inbound.reading import ID_LIMIT, identifier, mapping, storable, text
from whatsapp.inbound.reports import number_faulted, preference_event, status_event, user_id_event

OBJECT = "whatsapp_business_account"
LISTS = {
    "messages": message_event,
    "message_echoes": echo_event,
    "statuses": status_event,
    "errors": number_faulted,
    "user_preferences": preference_event,
    "user_id_update": user_id_event,
}
NUMBER_FIELDS = ("messages", "smb_message_echoes", "user_preferences", "user_id_update")


def parse(payload: object) -> list[Event]:
    """All events of all entries, in order of appearance. Never raises for a JSON value: what is unknown or malformed
    becomes Unreadable and leaves its neighbours alone. Source: Meta, Cloud API, webhooks/overview."""
    return list(payload_events(storable(payload)))


def payload_events(payload: object) -> Iterator[Event]:
    told = mapping(payload)
    if not isinstance(payload, dict) or told.get("object", OBJECT) != OBJECT:
        yield Unreadable("", "", "not about a WhatsApp business account", payload)
    elif not isinstance(told.get("entry"), list):
        yield Unreadable("", "", "no list of entries", payload)
    else:
        for entry in told["entry"]:
            yield from entry_events(entry)


def entry_events(entry: object) -> Iterator[Event]:
    waba_id = identifier(mapping(entry).get("id"))
    changes = mapping(entry).get("changes")
    if not isinstance(changes, list):
        yield Unreadable(waba_id, "", "an entry without a list of changes", entry)
        return
    for change in changes:
        yield from change_events(waba_id, entry.get("time"), change)


def change_events(waba_id: str, entry_time: object, change: object) -> Iterator[Event]:
    field = text(mapping(change).get("field"), ID_LIMIT)
    value = mapping(change).get("value")
    if not field or not isinstance(value, dict):
        yield Unreadable(waba_id, field, "a change without field or value", change)
        return
    phone_number_id = identifier(mapping(value.get("metadata")).get("phone_number_id"))
    place = Place(waba_id, field, phone_number_id, value.get("contacts"), entry_time)
    if field in NUMBER_FIELDS:
        yield from number_events(place, value)
    else:
        yield notice(place, value) or place.unreadable("a field that is not known", value)


def number_events(place: Place, value: dict) -> Iterator[Event]:
    if not place.phone_number_id:
        yield place.unreadable("no phone number id", value)
        return
    names = [name for name in value if name in LISTS]
    if not names:
        yield place.unreadable("nothing that is known", value)
    for name in names:
        yield from list_events(place, name, value[name])


def list_events(place: Place, name: str, elements: object) -> Iterator[Event]:
    if not isinstance(elements, list):
        yield place.unreadable(f"“{name}” is no list", elements)
        return
    for element in elements:
        usable = isinstance(element, dict)
        yield LISTS[name](place, element) if usable else place.unreadable(f"an odd element of “{name}”", element)
