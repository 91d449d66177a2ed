"""Elements of `statuses`, `errors`, `user_preferences` and `user_id_update` -> events."""

from whatsapp.inbound.events import Event, Fault, IdentityChanged, NumberFaulted, PreferenceChanged, StatusReported
from whatsapp.inbound.place import Place
from whatsapp.inbound.reading import (
    ID_LIMIT,
    SOMETHING_WENT_WRONG,
    fault,
    first_fault,
    identifier,
    mapping,
    text,
    wa_id,
)

STATUSES = ("sent", "delivered", "read", "played", "failed")
CALLBACK_DATA_LIMIT = 512


def status_event(place: Place, element: dict) -> Event:
    wamid, reported_at = identifier(element.get("id")), place.moment(element)
    status = text(element.get("status"), ID_LIMIT)
    if not wamid or reported_at is None:
        return place.unreadable("a status without message id or time", element)
    if status not in STATUSES:
        return place.unreadable("a status of unknown name", element)
    is_person = element.get("recipient_type") != "group"
    return StatusReported(
        place.waba_id,
        place.phone_number_id,
        wamid,
        status,
        reported_at,
        recipient_wa_id=wa_id(element.get("recipient_id")) if is_person else "",
        recipient_bsuid=identifier(element.get("recipient_user_id")),
        callback_data=text(element.get("biz_opaque_callback_data"), CALLBACK_DATA_LIMIT),
        error=failure(element) if status == "failed" else None,
    )


def failure(element: dict) -> Fault:
    return first_fault(element.get("errors")) or Fault(SOMETHING_WENT_WRONG)


def number_faulted(place: Place, element: dict) -> NumberFaulted:
    return NumberFaulted(place.waba_id, place.phone_number_id, fault(element))


def preference_event(place: Place, element: dict) -> Event:
    number, bsuid = wa_id(element.get("wa_id")), identifier(element.get("user_id"))
    category, value = text(element.get("category"), ID_LIMIT), text(element.get("value"), ID_LIMIT)
    changed_at = place.moment(element)
    if not (number or bsuid) or not (category and value) or changed_at is None:
        return place.unreadable("a preference without person, choice or time", element)
    return PreferenceChanged(place.waba_id, place.phone_number_id, number, bsuid, category, value, changed_at)


def user_id_event(place: Place, element: dict) -> Event:
    """Meta tells the new number here (`wa_id`) and both user ids; there is no message id."""
    told = mapping(element.get("user_id"))
    old_bsuid, new_bsuid = identifier(told.get("previous")), identifier(told.get("current"))
    sent_at = place.moment(element)
    if not (old_bsuid and new_bsuid) or sent_at is None:
        return place.unreadable("a change of user id without both ids and a time", element)
    return IdentityChanged(
        place.waba_id,
        place.phone_number_id,
        "",
        sent_at,
        new_wa_id=wa_id(element.get("wa_id")),
        old_bsuid=old_bsuid,
        new_bsuid=new_bsuid,
        words=text(element.get("detail")),
    )
