"""Fields about templates, numbers and the account -> events."""

from collections.abc import Callable

from whatsapp.inbound.events import AccountChanged, Event, NumberChanged, TemplateChanged
from whatsapp.inbound.place import Place
from whatsapp.inbound.reading import ID_LIMIT, identifier, items, language, mapping, text

NUMBER_FIELDS = (
    "phone_number_quality_update",
    "phone_number_name_update",
    "security",
    "business_username_update",
)
ACCOUNT_FIELDS = (
    "account_update",
    "account_alerts",
    "account_review_update",
    "account_settings_update",
    "business_capability_update",
    "flows",
    "payment_configuration_update",
    "partner_solutions",
    "automatic_events",
)
# Events that are no state of their own: the template can be used again.
BACK_IN_USE = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED"}
NO_REASON = "NONE"
TOLD_AS_IS = ("rejection_info", "disable_info", "other_info")


def notice(place: Place, value: dict) -> Event | None:
    """None for a field that is no notice."""
    if place.field in TEMPLATE_FIELDS:
        return template_changed(place, value, TEMPLATE_FIELDS[place.field])
    if place.field in NUMBER_FIELDS:
        return NumberChanged(place.waba_id, identifier(value.get("display_phone_number")), place.field, value)
    return AccountChanged(place.waba_id, place.field, value) if place.field in ACCOUNT_FIELDS else None


def template_changed(place: Place, value: dict, read_changes: Callable[[dict], dict]) -> Event:
    template_id = identifier(value.get("message_template_id"))
    name = text(value.get("message_template_name"))
    if not template_id and not name:
        return place.unreadable("a template without id and name", value)
    changes = read_changes(value)
    if not changes:
        return place.unreadable("a template without a change", value)
    in_language = language(value.get("message_template_language"))
    return TemplateChanged(place.waba_id, template_id, name, in_language, changes)


def status_changes(value: dict) -> dict:
    event = text(value.get("event"), ID_LIMIT)
    if not event:
        return {}
    reason = text(value.get("reason"), ID_LIMIT)
    category = text(value.get("message_template_category"), ID_LIMIT)
    changes = {
        "event": event,
        "status": BACK_IN_USE.get(event, event),
        "reason": "" if reason == NO_REASON else reason,
    }
    told = {key: value[key] for key in TOLD_AS_IS if mapping(value.get(key))}
    return changes | ({"category": category} if category else {}) | told


def quality_changes(value: dict) -> dict:
    quality = text(value.get("new_quality_score"), ID_LIMIT)
    return {"quality": quality} if quality else {}


def category_changes(value: dict) -> dict:
    """Before the change Meta names the coming category `correct_category`; `new_category` is then still the present."""
    coming, present = (text(value.get(key), ID_LIMIT) for key in ("correct_category", "new_category"))
    if coming:
        return {"correct_category": coming}
    return {"category": present} if present else {}


def component_changes(value: dict) -> dict:
    texts = (
        ("HEADER", {"format": "TEXT"}, text(value.get("message_template_title"))),
        ("BODY", {}, text(value.get("message_template_element"))),
        ("FOOTER", {}, text(value.get("message_template_footer"))),
    )
    components = [{"type": kind, **more, "text": words} for kind, more, words in texts if words]
    buttons = [button(told) for told in items(value.get("message_template_buttons")) if isinstance(told, dict)]
    if buttons:
        components.append({"type": "BUTTONS", "buttons": buttons})
    return {"components": components} if components else {}


def button(told: dict) -> dict:
    names = ("type", "text", "url", "phone_number")
    found = {name: text(told.get(f"message_template_button_{name}")) for name in names}
    return {name: words for name, words in found.items() if words}


TEMPLATE_FIELDS = {
    "message_template_status_update": status_changes,
    "message_template_quality_update": quality_changes,
    "message_template_components_update": component_changes,
    "template_category_update": category_changes,
    "template_correct_category_detection": category_changes,
}
