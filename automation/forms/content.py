"""What an automation says: text, a file with text, quick replies, a website button or a list (S1-10 to S1-13)."""

import re

from django import forms
from django.db.models import Q

from automation.forms.lines import LinesField, at
from automation.forms.marked import MarkedForm
from inbox.actions.sending import TO_COME
from inbox.media import store_upload
from inbox.models import Attachment
from whatsapp import content as contents
from whatsapp.content import HEADER_MEDIA, WITH_CAPTION, ContentError

SHAPES = [
    ("text", "Text"),
    ("media", "File with text"),
    ("buttons", "Quick replies"),
    ("link", "Website button"),
    ("list", "List"),
]
HEADERS = [
    ("", "None"),
    ("text", "Text"),
    ("image", "Picture"),
    ("video", "Video"),
    ("document", "Document"),
]
KIND_WORDS = {
    "image": "a picture",
    "video": "a video",
    "document": "a document",
    "audio": "sound",
    "sticker": "a sticker",
}
FIELDS = {"caption": "text", "button": "list_button", "filename": "file", "mime_type": "file"}
BUTTON = re.compile(r"buttons\.(\d+)")
ROW = re.compile(r"sections\.(\d+)\.rows\.(\d+)\.(title|description)")
SECTION = re.compile(r"sections\.(\d+)\.title")


class ContentForm(MarkedForm):
    """The editor of a message. After cleaning: `content` is (kind, stored shape), ("", {}) where nothing was written,
    and `attachment` its file or None.
    """

    shape = forms.ChoiceField(choices=SHAPES, required=False)
    text = forms.CharField(required=False, max_length=5000, widget=forms.Textarea)
    header_type = forms.ChoiceField(choices=HEADERS, required=False)
    header_text = forms.CharField(required=False)
    footer = forms.CharField(required=False)
    file = forms.FileField(required=False, allow_empty_file=True, max_length=1000)
    file_id = forms.CharField(required=False)
    button_title = LinesField()
    label = forms.CharField(required=False)
    url = forms.CharField(required=False)
    list_button = forms.CharField(required=False)
    row_title = LinesField()
    row_description = LinesField()
    row_section = LinesField()
    must_be_written = False

    def __init__(self, automation, agent, *args, **options):
        self.automation, self.agent = automation, agent
        options.setdefault("initial", {}).update(initial_content(automation.content_kind, automation.content))
        super().__init__(*args, **options)
        self.content = ("", {})
        self.attachment = self._kept_file()

    # What was chosen

    @property
    def chosen_shape(self):
        shape = self.told("shape")
        return shape if shape in dict(SHAPES) else "text"

    @property
    def chosen_header(self):
        return self.told("header_type") if self.chosen_shape in ("buttons", "link", "list") else ""

    @property
    def takes_file(self):
        """A list takes none: its header can only be text (S1-13)."""
        return self.chosen_shape == "media" or (self.chosen_header in HEADER_MEDIA and self.chosen_shape != "list")

    def draft(self):
        """(kind, content) as far as it was typed: for the preview, and for whatsapp.content to judge."""
        shape = self.chosen_shape
        kind = (self.attachment.kind if self.attachment else "image") if shape == "media" else shape
        return kind, {"text": self._text, "media": self._media}.get(shape, self._interactive)()

    def _text(self):
        return {"text": self.told("text")}

    def _media(self):
        named = {"caption": self.told("text")} if self.told("text") else {}
        if self.attachment:
            named |= {"mime_type": self.attachment.mime_type, "filename": self.attachment.filename}
        return named

    def _interactive(self):
        framed = {"text": self.told("text")}
        if self.chosen_header:
            is_text = self.chosen_header == "text"
            inside = {"text": self.told("header_text")} if is_text else {"media_id": TO_COME}
            framed["header"] = {"type": self.chosen_header, **inside}
        if self.told("footer"):
            framed["footer"] = self.told("footer")
        own = {"buttons": self._buttons, "link": self._link, "list": self._list}
        return framed | own[self.chosen_shape]()

    def _buttons(self):
        titles = [title for title in self.lines("button_title") if title]
        return {"buttons": [{"id": f"button-{place}", "title": title} for place, title in enumerate(titles, 1)]}

    def _link(self):
        return {"label": self.told("label"), "url": self.told("url")}

    def _list(self):
        sections = []
        for place in self.row_places():
            title, section = at(self.lines("row_title"), place), at(self.lines("row_section"), place)
            description = at(self.lines("row_description"), place)
            row = {"id": f"row-{place + 1}", "title": title, **({"description": description} if description else {})}
            if section or not sections:
                sections.append({"title": section, "rows": []})
            sections[-1]["rows"].append(row)
        return {"button": self.told("list_button"), "sections": sections}

    def row_places(self):
        """Which of the typed rows are rows: those with any word in them."""
        names = ("row_title", "row_description", "row_section")
        columns = [self.lines(name) for name in names]
        longest = max(map(len, columns))
        return [place for place in range(longest) if any(at(column, place) for column in columns)]

    @property
    def is_blank(self):
        """Nothing was written: an automation that is off may stay so."""
        kind, stored = self.draft()
        words = [value for key, value in stored.items() if key not in ("header", "sections", "buttons")]
        header = stored.get("header", {}).get("text")
        return not any(
            [*words, header, stored.get("sections"), stored.get("buttons"), self.takes_file and self.attachment]
        )

    # Judging

    def clean(self):
        cleaned = super().clean()
        self._take_upload()
        if self.is_blank and not self.must_be_written and not self.errors:
            self.attachment = None
            return cleaned
        self._judge()
        return cleaned

    def _judge(self):
        """File and words are judged together, so that one save says all that is wrong."""
        if not self.takes_file:
            self.attachment = None
        elif not self.has_error("file"):
            self._judge_file()
        kind, stored = self.draft()
        try:
            self.content = (kind, contents.load(kind, stored).as_dict())
        except ContentError as error:
            self._say(error)

    def _take_upload(self):
        upload = self.cleaned_data.get("file")
        if not upload or not self.takes_file:
            return
        try:
            self.attachment = store_upload(self.agent, upload)
        except ContentError as error:
            self.mark("file", error.message)

    def _judge_file(self):
        is_media = self.chosen_shape == "media"
        want = "a picture, a video or a document" if is_media else KIND_WORDS[self.chosen_header]
        if self.attachment is None:
            self.mark("file", f"Choose {want}." if is_media else f"Choose {want} for the header.")
        elif self.attachment.kind not in (WITH_CAPTION if is_media else (self.chosen_header,)):
            self.mark("file", f"This is {KIND_WORDS[self.attachment.kind]}; here {want} is needed.")

    def _say(self, error):
        """Put a refusal of whatsapp.content beside the input that it is about."""
        if found := BUTTON.match(error.field):
            filled = [place for place, title in enumerate(self.lines("button_title")) if title]
            self.mark("button_title", error.message, filled[int(found[1])])
        elif found := ROW.match(error.field):
            self.mark(f"row_{found[3]}", error.message, self._row_place(int(found[1]), int(found[2])))
        elif found := SECTION.match(error.field):
            self.mark("row_section", error.message, self._row_place(int(found[1]), 0))
        elif error.field == "header":
            self.mark("header_text" if self.chosen_header == "text" else "header_type", error.message)
        else:
            named = {"buttons": "button_title", "sections": "row_title", **FIELDS}
            name = named.get(error.field.partition(".")[0], error.field)
            self.mark(name if name in self.fields else "text", error.message)

    def _row_place(self, section, row):
        """The typed row that became this row of this section."""
        sizes = [len(made["rows"]) for made in self._list()["sections"]]
        return self.row_places()[sum(sizes[:section]) + row]

    def _kept_file(self):
        """The file that the page names: the stored one, or a fresh upload of this agent's."""
        named = self.told("file_id") if self.is_bound else str(self.automation.attachment_id or "")
        if not (named.isascii() and named.isdecimal() and len(named) < 19):
            return None
        own = Q(uploaded_by=self.agent, message=None) | Q(pk=self.automation.attachment_id)
        return Attachment.objects.filter(own, pk=int(named), status=Attachment.Status.STORED).first()


def initial_content(kind, stored):
    """The stored shape as the editor's fields."""
    header = stored.get("header") or {}
    rows = [
        (section.get("title", "") if place == 0 else "", row)
        for section in stored.get("sections", [])
        for place, row in enumerate(section.get("rows", []))
    ]
    return {
        "shape": "media" if kind in WITH_CAPTION else kind or "text",
        "text": stored.get("text", stored.get("caption", "")),
        "header_type": header.get("type", ""),
        "header_text": header.get("text", ""),
        "footer": stored.get("footer", ""),
        "button_title": [button.get("title", "") for button in stored.get("buttons", [])],
        "label": stored.get("label", ""),
        "url": stored.get("url", ""),
        "list_button": stored.get("button", ""),
        "row_title": [row.get("title", "") for _, row in rows],
        "row_description": [row.get("description", "") for _, row in rows],
        "row_section": [title for title, _ in rows],
    }
