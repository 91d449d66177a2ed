"""The inside of one message element -> the stored shape of its kind. None: not what this kind should hold."""

import re
from collections.abc import Callable

from whatsapp.content import MEDIA_KINDS
from whatsapp.inbound.reading import (
    ID_LIMIT,
    Undecodable,
    amount,
    decode,
    first_fault,
    identifier,
    items,
    mapping,
    storable,
    text,
)

UNKNOWN_TYPE = "application/octet-stream"
FOLDERS = re.compile(r".*[/\\]", re.DOTALL)

Kind = tuple[str, dict]


def kind_and_content(element: dict) -> Kind:
    """Always an answer: what cannot be read is `unknown`, what Meta could not carry is `unsupported`."""
    named = text(element.get("type"), ID_LIMIT)
    read = READERS.get(named)
    found = read(element) if read else None
    if found is None and element.get("errors"):
        return unsupported(element)
    return found or ("unknown", {"type": named})


def filled(**fields: object) -> dict:
    """Without what was not there."""
    return {key: value for key, value in fields.items() if value not in ("", None)}


def text_message(element: dict) -> Kind | None:
    body = mapping(element.get("text")).get("body")
    return ("text", {"text": body}) if isinstance(body, str) else None


def file(kind: str) -> Callable[[dict], Kind | None]:
    def read(element: dict) -> Kind | None:
        told = mapping(element.get(kind))
        media_id = identifier(told.get("id"))
        return (kind, file_content(told, media_id)) if media_id else None

    return read


def file_content(told: dict, media_id: str) -> dict:
    flags = {flag: True for flag in ("voice", "animated") if told.get(flag) is True}
    return {
        "mime_type": text(told.get("mime_type"), ID_LIMIT) or UNKNOWN_TYPE,
        "media_id": media_id,
        **filled(
            sha256=text(told.get("sha256"), ID_LIMIT),
            caption=text(told.get("caption")),
            filename=bare_filename(text(told.get("filename"))),
        ),
        **flags,
    }


def bare_filename(filename: str) -> str:
    """Only the last part: a customer's file name is no path of ours."""
    return FOLDERS.sub("", filename)[-ID_LIMIT:]


def location(element: dict) -> Kind | None:
    told = mapping(element.get("location"))
    latitude, longitude = amount(told.get("latitude")), amount(told.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    words = {key: text(told.get(key)) for key in ("name", "address", "url")}
    return "location", {"latitude": latitude, "longitude": longitude, **filled(**words)}


def contacts(element: dict) -> Kind | None:
    cards = [card for card in items(element.get("contacts")) if isinstance(card, dict)]
    return ("contacts", {"contacts": cards}) if cards else None


def template_button(element: dict) -> Kind | None:
    """A quick reply of a template. Without a payload given at sending, Meta repeats the button's text as one."""
    told = mapping(element.get("button"))
    return answered("button_reply", told.get("payload"), told.get("text"))


def answered(kind: str, chosen: object, title: object) -> Kind | None:
    chosen, title = text(chosen), text(title)
    return (kind, {"id": chosen or title, "title": title or chosen}) if chosen or title else None


def interactive(element: dict) -> Kind | None:
    told = mapping(element.get("interactive"))
    read = INTERACTIVE.get(text(told.get("type")))
    return read(told) if read else None


def button_reply(told: dict) -> Kind | None:
    reply = mapping(told.get("button_reply"))
    return answered("button_reply", reply.get("id"), reply.get("title"))


def list_reply(told: dict) -> Kind | None:
    reply = mapping(told.get("list_reply"))
    found = answered("list_reply", reply.get("id"), reply.get("title"))
    return (found[0], found[1] | filled(description=text(reply.get("description")))) if found else None


def flow_reply(told: dict) -> Kind | None:
    reply = mapping(told.get("nfm_reply"))
    if not reply:
        return None
    response = flow_response(reply.get("response_json"))
    flow_token = text(response.pop("flow_token", ""))
    words = {"name": text(reply.get("name"), ID_LIMIT), "body": text(reply.get("body"))}
    return "flow_reply", {**words, "response": response, **filled(flow_token=flow_token)}


def flow_response(response_json: object) -> dict:
    """`response_json` is a text that holds JSON. An answer that cannot be read is kept only raw."""
    try:
        response = decode(response_json.encode()) if isinstance(response_json, str) else response_json
    except Undecodable:
        return {}
    return dict(mapping(storable(response)))


def order(element: dict) -> Kind | None:
    told = mapping(element.get("order"))
    bought = [order_item(item) for item in items(told.get("product_items")) if isinstance(item, dict)]
    if not bought:
        return None
    words = filled(text=text(told.get("text")))
    return "order", {"catalog_id": identifier(told.get("catalog_id")), **words, "items": bought}


def order_item(item: dict) -> dict:
    return {
        "product_id": identifier(item.get("product_retailer_id")),
        "quantity": amount(item.get("quantity")),
        "item_price": amount(item.get("item_price")),
        "currency": text(item.get("currency"), ID_LIMIT),
    }


def unsupported(element: dict) -> Kind:
    """What Meta could not carry, with its reason where it told one."""
    fault = first_fault(element.get("errors"))
    named = text(element.get("type"), ID_LIMIT)
    inner = text(mapping(element.get("unsupported")).get("type"), ID_LIMIT)
    type_words = inner or ("" if named == "unsupported" else named)
    reason = filled(code=fault.code, details=fault.details or fault.title) if fault else {}
    return "unsupported", filled(type=type_words) | reason


def reaction(element: dict) -> Kind | None:
    told = mapping(element.get("reaction"))
    target = identifier(told.get("message_id"))
    return ("reaction", {"emoji": text(told.get("emoji"), ID_LIMIT), "target": target}) if target else None


INTERACTIVE = {"button_reply": button_reply, "list_reply": list_reply, "nfm_reply": flow_reply}
READERS = {
    "text": text_message,
    **{kind: file(kind) for kind in MEDIA_KINDS},
    "location": location,
    "contacts": contacts,
    "button": template_button,
    "interactive": interactive,
    "order": order,
    "reaction": reaction,
    "unsupported": unsupported,
}
