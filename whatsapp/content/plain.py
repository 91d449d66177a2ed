"""Text, location, contact cards, reaction: kinds that hold nothing but what was written."""

from dataclasses import dataclass
from typing import ClassVar

from .checks import ContentError, check_flag, check_items, check_text, coordinate, without_empty

TEXT_LIMIT = 4096
CONTACTS_LIMIT = 257
PLACE_LIMIT = 1024
WAMID_LIMIT = 255
EMOJI_LIMIT = 32
NAME_PARTS = ("first_name", "middle_name", "last_name", "prefix", "suffix")


@dataclass(frozen=True)
class Text:
    """Plain words, up to 4096 characters. `preview_url` asks for a preview of the first link."""

    kind: ClassVar[str] = "text"
    text: str
    preview_url: bool = False

    def __post_init__(self):
        check_text("text", self.text, TEXT_LIMIT, name="The message")
        check_flag("preview_url", self.preview_url)

    def as_dict(self) -> dict:
        return without_empty(text=self.text, preview_url=self.preview_url)


@dataclass(frozen=True)
class Location:
    """A place on the map, in degrees. WhatsApp shows the address only beside a name."""

    kind: ClassVar[str] = "location"
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    url: str = ""

    def __post_init__(self):
        object.__setattr__(self, "latitude", coordinate("latitude", self.latitude, 90, name="The latitude"))
        object.__setattr__(self, "longitude", coordinate("longitude", self.longitude, 180, name="The longitude"))
        check_text("name", self.name, PLACE_LIMIT, name="The name of the place", required=False)
        check_text("address", self.address, PLACE_LIMIT, name="The address", required=False)
        check_text("url", self.url, PLACE_LIMIT, name="The link", required=False)

    def as_dict(self) -> dict:
        words = without_empty(name=self.name, address=self.address, url=self.url)
        return {"latitude": self.latitude, "longitude": self.longitude, **words}


@dataclass(frozen=True)
class Contacts:
    """Contact cards in Meta's shape: `name.formatted_name` and one further part of the name are needed."""

    kind: ClassVar[str] = "contacts"
    contacts: tuple[dict, ...]

    def __post_init__(self):
        check_items("contacts", self.contacts, CONTACTS_LIMIT, name="contact cards")
        object.__setattr__(self, "contacts", tuple(self.contacts))
        for position, card in enumerate(self.contacts):
            check_card(f"contacts.{position}", card)

    def as_dict(self) -> dict:
        return {"contacts": list(self.contacts)}


def check_card(field: str, card: object) -> None:
    name = card.get("name") if isinstance(card, dict) else None
    if not isinstance(name, dict):
        raise ContentError(f"{field}.name", "A contact card needs a name.")
    full_name = name.get("formatted_name", "")
    check_text(f"{field}.name.formatted_name", full_name, PLACE_LIMIT, name="The name on the contact card")
    if not any(name.get(part) for part in NAME_PARTS):
        raise ContentError(f"{field}.name", "A contact card needs a first or a last name besides the full name.")


@dataclass(frozen=True)
class Reaction:
    """An emoji on the message `target` (its wamid). An empty emoji takes the reaction away."""

    kind: ClassVar[str] = "reaction"
    emoji: str
    target: str

    def __post_init__(self):
        check_text("emoji", self.emoji, EMOJI_LIMIT, name="The reaction", required=False)
        check_text("target", self.target, WAMID_LIMIT, name="The message reacted to")

    def as_dict(self) -> dict:
        return {"emoji": self.emoji, "target": self.target}
