"""Who wrote: from the message element and the `contacts` beside it, either of which may lack what the other has."""

from whatsapp.inbound.events import Sender
from whatsapp.inbound.reading import NAME_LIMIT, identifier, items, mapping, phone, text, wa_id


def sender_of(element: dict, contacts: object) -> Sender:
    """May be wholly empty: then nobody is known."""
    return person(wa_id(element.get("from")), identifier(element.get("from_user_id")), contacts)


def recipient_of(echo: dict, contacts: object) -> Sender:
    """The customer of a message that the business sent from its phone."""
    return person(wa_id(echo.get("to")), identifier(echo.get("to_user_id")), contacts)


def person(number: str, bsuid: str, contacts: object) -> Sender:
    card = card_of(number, bsuid, [mapping(contact) for contact in items(contacts)])
    profile = mapping(card.get("profile"))
    number = number or wa_id(card.get("wa_id"))
    return Sender(
        phone=phone(number),
        wa_id=number,
        bsuid=bsuid or identifier(card.get("user_id")),
        name=text(profile.get("name"), NAME_LIMIT).strip(),
        username=text(profile.get("username"), NAME_LIMIT).strip(),
    )


def card_of(number: str, bsuid: str, cards: list[dict]) -> dict:
    """The card that shares an id with the person; a single card that contradicts none counts too."""
    for card in cards:
        if agree(number, wa_id(card.get("wa_id"))) or agree(bsuid, identifier(card.get("user_id"))):
            return card
    return cards[0] if len(cards) == 1 and not contradicts(number, bsuid, cards[0]) else {}


def agree(known: str, told: str) -> bool:
    return bool(known) and known == told


def contradicts(number: str, bsuid: str, card: dict) -> bool:
    """Asked of a card that agrees on nothing: both name an id of the same sort."""
    return bool((number and wa_id(card.get("wa_id"))) or (bsuid and identifier(card.get("user_id"))))
