"""Messages with buttons, a list, a link or a request for the place (Meta: messages/interactive-…)."""

from dataclasses import dataclass
from typing import ClassVar

from .checks import ContentError, check_items, check_text, check_unique, without_empty
from .media import ID_LIMIT, check_link

BODY_LIMIT = 1024
LIST_BODY_LIMIT = 4096
HEADER_LIMIT = 60
FOOTER_LIMIT = 60
BUTTONS_LIMIT = 3
LABEL_LIMIT = 20
BUTTON_ID_LIMIT = 256
SECTIONS_LIMIT = 10
ROWS_LIMIT = 10
ROW_TITLE_LIMIT = 24
ROW_ID_LIMIT = 200
ROW_DESCRIPTION_LIMIT = 72
HEADER_MEDIA = ("image", "video", "document")


@dataclass(frozen=True)
class Header:
    """Above the words: text, or a picture, video or document by `media_id` or `link`."""

    type: str
    text: str = ""
    media_id: str = ""
    link: str = ""

    def __post_init__(self):
        if self.type == "text":
            check_text("header", self.text, HEADER_LIMIT, name="The header")
        elif self.type in HEADER_MEDIA:
            check_text("header", self.media_id, ID_LIMIT, name="The header's file", required=not self.link)
            check_link("header", self.link, required=False)
        else:
            raise ContentError("header", "A header is text, a picture, a video or a document.")

    def as_dict(self) -> dict:
        return {"type": self.type, **without_empty(text=self.text, media_id=self.media_id, link=self.link)}


@dataclass(frozen=True)
class Button:
    """What the customer taps; `id` comes back with the answer."""

    id: str
    title: str

    def as_dict(self) -> dict:
        return {"id": self.id, "title": self.title}


@dataclass(frozen=True)
class Row:
    """One choice of a list; `id` comes back with the answer."""

    id: str
    title: str
    description: str = ""

    def as_dict(self) -> dict:
        return {"id": self.id, "title": self.title, **without_empty(description=self.description)}


@dataclass(frozen=True)
class Section:
    """Rows under one title; the title may be empty in a list of one section."""

    title: str
    rows: tuple[Row, ...]

    def as_dict(self) -> dict:
        return {"title": self.title, "rows": [row.as_dict() for row in self.rows]}


@dataclass(frozen=True)
class Buttons:
    """Words with one to three buttons that answer."""

    kind: ClassVar[str] = "buttons"
    text: str
    buttons: tuple[Button, ...]
    header: Header | None = None
    footer: str = ""

    def __post_init__(self):
        check_frame(self, BODY_LIMIT)
        check_items("buttons", self.buttons, BUTTONS_LIMIT, name="buttons")
        object.__setattr__(self, "buttons", tuple(self.buttons))
        for position, button in enumerate(self.buttons):
            check_choice(f"buttons.{position}", button, "button", LABEL_LIMIT, BUTTON_ID_LIMIT)
        check_unique("buttons", [button.id for button in self.buttons], name="button ids")
        check_unique("buttons", [button.title for button in self.buttons], name="buttons")

    def as_dict(self) -> dict:
        return {**frame(self), "buttons": [button.as_dict() for button in self.buttons]}


@dataclass(frozen=True)
class ListMessage:
    """Words with one button that opens a list of up to ten rows in all. Its header can only be text."""

    kind: ClassVar[str] = "list"
    text: str
    button: str
    sections: tuple[Section, ...]
    header: Header | None = None
    footer: str = ""

    def __post_init__(self):
        check_frame(self, LIST_BODY_LIMIT)
        if self.header and self.header.type != "text":
            raise ContentError("header", "The header of a list can only be text.")
        check_text("button", self.button, LABEL_LIMIT, name="The button")
        check_items("sections", self.sections, SECTIONS_LIMIT, name="sections")
        object.__setattr__(self, "sections", tuple(self.sections))
        check_sections(self.sections)

    def as_dict(self) -> dict:
        return {**frame(self), "button": self.button, "sections": [section.as_dict() for section in self.sections]}


@dataclass(frozen=True)
class Link:
    """Words with one button that opens a web page. WhatsApp does not tell when it is tapped."""

    kind: ClassVar[str] = "link"
    text: str
    label: str
    url: str
    header: Header | None = None
    footer: str = ""

    def __post_init__(self):
        check_frame(self, BODY_LIMIT)
        check_text("label", self.label, LABEL_LIMIT, name="The button")
        check_link("url", self.url, schemes=("https://", "http://"))

    def as_dict(self) -> dict:
        return {**frame(self), "label": self.label, "url": self.url}


@dataclass(frozen=True)
class LocationRequest:
    """Words with a button that sends the customer's place, which comes back as a location."""

    kind: ClassVar[str] = "location_request"
    text: str

    def __post_init__(self):
        check_text("text", self.text, BODY_LIMIT, name="The message")

    def as_dict(self) -> dict:
        return {"text": self.text}


def frame(content: Buttons | ListMessage | Link) -> dict:
    header = content.header.as_dict() if content.header else None
    return without_empty(text=content.text, header=header, footer=content.footer)


def check_frame(content: Buttons | ListMessage | Link, body_limit: int) -> None:
    check_text("text", content.text, body_limit, name="The message")
    check_text("footer", content.footer, FOOTER_LIMIT, name="The footer", required=False)
    if content.header is not None and not isinstance(content.header, Header):
        raise ContentError("header", "A header is text, a picture, a video or a document.")


def check_choice(field: str, choice: Button | Row, noun: str, title_limit: int, id_limit: int) -> None:
    check_text(f"{field}.title", choice.title, title_limit, name=f"The title of a {noun}")
    check_text(f"{field}.id", choice.id, id_limit, name=f"The id of a {noun}")
    if choice.id != choice.id.strip():
        raise ContentError(f"{field}.id", f"The id of a {noun} may not begin or end with a blank.")


def check_sections(sections: tuple[Section, ...]) -> None:
    several = len(sections) > 1
    for position, section in enumerate(sections):
        field = f"sections.{position}"
        check_text(f"{field}.title", section.title, ROW_TITLE_LIMIT, name="The title of a section", required=several)
        check_items(f"{field}.rows", section.rows, ROWS_LIMIT, name="rows")
        for index, row in enumerate(section.rows):
            check_row(f"{field}.rows.{index}", row)
    rows = [row for section in sections for row in section.rows]
    check_items("sections", rows, ROWS_LIMIT, name="rows in all sections together")
    check_unique("sections", [row.id for row in rows], name="row ids")


def check_row(field: str, row: Row) -> None:
    check_choice(field, row, "row", ROW_TITLE_LIMIT, ROW_ID_LIMIT)
    name = "The description of a row"
    check_text(f"{field}.description", row.description, ROW_DESCRIPTION_LIMIT, name=name, required=False)
