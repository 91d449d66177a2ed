"""Pictures, videos, sound, documents and stickers, with Meta's types and sizes (Meta: business-phone-numbers/media)."""

from dataclasses import dataclass

from .checks import ContentError, check_flag, check_text, without_empty

KIB = 1024
MIB = 1024 * KIB
CAPTION_LIMIT = 1024
FILENAME_LIMIT = 240
LINK_LIMIT = 2000
ID_LIMIT = 255
WITH_CAPTION = ("image", "video", "document")
OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class MediaRules:
    """What WhatsApp takes as one kind: MIME types and the largest size in bytes."""

    kind: str
    plural: str
    mime_types: tuple[str, ...]
    max_bytes: int
    max_animated_bytes: int = 0

    def limit(self, animated: bool = False) -> int:
        return self.max_animated_bytes if animated and self.max_animated_bytes else self.max_bytes


RULES = {
    rules.kind: rules
    for rules in (
        MediaRules("image", "Pictures", ("image/jpeg", "image/png"), 5 * MIB),
        MediaRules("video", "Videos", ("video/mp4", "video/3gpp"), 16 * MIB),
        MediaRules(
            "audio", "Sound files", ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MIB
        ),
        MediaRules(
            "document",
            "Documents",
            (
                "text/plain",
                "application/pdf",
                "application/msword",
                f"{OFFICE}.wordprocessingml.document",
                "application/vnd.ms-excel",
                f"{OFFICE}.spreadsheetml.sheet",
                "application/vnd.ms-powerpoint",
                f"{OFFICE}.presentationml.presentation",
            ),
            100 * MIB,
        ),
        MediaRules("sticker", "Stickers", ("image/webp",), 100 * KIB, max_animated_bytes=500 * KIB),
    )
}
MEDIA_KINDS = tuple(RULES)
KIND_BY_TYPE = {mime_type: rules.kind for rules in RULES.values() for mime_type in rules.mime_types}


def media_rules(kind: str) -> MediaRules:
    """Raises ContentError for a kind that is no file."""
    if kind not in RULES:
        raise ContentError("kind", f"“{kind}” is not a kind of file that WhatsApp carries.")
    return RULES[kind]


def bare_type(mime_type: str) -> str:
    """`Audio/OGG; codecs=opus` -> `audio/ogg`"""
    return mime_type.partition(";")[0].strip().lower()


def check_media(mime_type: str, size_bytes: int, animated: bool = False) -> str:
    """The kind a file is sent as. Raises ContentError for a type or a size that WhatsApp refuses.

    Whether WebP moves cannot be told from its type, so the caller says so (`animated`).
    """
    kind = KIND_BY_TYPE.get(bare_type(mime_type))
    if kind is None:
        raise ContentError("mime_type", refused_type(mime_type))
    check_codec(mime_type)
    check_size(RULES[kind], size_bytes, animated)
    return kind


def refused_type(mime_type: str) -> str:
    shown = bare_type(mime_type) or "an unknown type"
    return (
        f"WhatsApp does not carry this type of file ({shown}). It takes JPEG and PNG pictures, MP4 and 3GP videos, "
        "AAC, AMR, MP3, M4A and Opus sound, PDF, plain text and Office documents."
    )


def check_codec(mime_type: str) -> None:
    if bare_type(mime_type) == "audio/ogg" and "codecs=" in mime_type and "opus" not in mime_type.lower():
        raise ContentError("mime_type", "WhatsApp takes OGG sound only with the Opus codec.")


def check_size(rules: MediaRules, size_bytes: int, animated: bool) -> None:
    if size_bytes <= 0:
        raise ContentError("size_bytes", "This file is empty.")
    limit = rules.limit(animated)
    if size_bytes > limit:
        message = f"{rules.plural} may have up to {size_words(limit)} on WhatsApp, this file has "
        raise ContentError("size_bytes", f"{message}{size_words(size_bytes)}.")


def size_words(size_bytes: int) -> str:
    """5242881 -> `5.1 MB`: rounded up, so that a file that is too large never reads as if it fitted."""
    unit, name = (MIB, "MB") if size_bytes >= MIB else (KIB, "KB")
    tenths = -(-size_bytes * 10 // unit)
    return f"{tenths // 10} {name}" if tenths % 10 == 0 else f"{tenths / 10} {name}"


@dataclass(frozen=True)
class Media:
    """A file. `media_id` (uploaded to Meta) or `link` (public HTTPS) must be there by the time it is sent, not before:
    an upload happens at delivery. With both, the id is used."""

    kind: str
    mime_type: str = ""
    media_id: str = ""
    link: str = ""
    caption: str = ""
    filename: str = ""
    sha256: str = ""
    voice: bool = False
    animated: bool = False

    def __post_init__(self):
        rules = media_rules(self.kind)
        self._check_words()
        if self.mime_type and bare_type(self.mime_type) not in rules.mime_types:
            raise ContentError("mime_type", f"{rules.plural} cannot have the type {bare_type(self.mime_type)}.")
        if self.mime_type:
            check_codec(self.mime_type)
        if self.voice and (self.kind != "audio" or bare_type(self.mime_type) not in ("", "audio/ogg")):
            raise ContentError("voice", "Only OGG sound with the Opus codec can be a voice message.")

    def _check_words(self) -> None:
        check_text("caption", self.caption, CAPTION_LIMIT, name="The caption", required=False)
        check_text("filename", self.filename, FILENAME_LIMIT, name="The file name", required=False)
        check_text("media_id", self.media_id, ID_LIMIT, name="The file's id", required=False)
        check_text("mime_type", self.mime_type, ID_LIMIT, name="The file's type", required=False)
        check_text("sha256", self.sha256, ID_LIMIT, name="The file's checksum", required=False)
        check_link("link", self.link, required=False)
        check_flag("voice", self.voice)
        check_flag("animated", self.animated)
        if self.caption and self.kind not in WITH_CAPTION:
            raise ContentError("caption", f"{RULES[self.kind].plural} cannot have a caption on WhatsApp.")

    def as_dict(self) -> dict:
        return {
            "mime_type": self.mime_type,
            **without_empty(
                media_id=self.media_id,
                link=self.link,
                caption=self.caption,
                filename=self.filename,
                sha256=self.sha256,
                voice=self.voice,
                animated=self.animated,
            ),
        }


def check_link(field: str, link: object, *, required: bool = True, schemes: tuple[str, ...] = ("https://",)) -> None:
    check_text(field, link, LINK_LIMIT, name="The link", required=required)
    if link and (not link.startswith(schemes) or any(character.isspace() for character in link)):
        raise ContentError(field, f"The link must start with {' or '.join(schemes)} and hold no blanks.")
