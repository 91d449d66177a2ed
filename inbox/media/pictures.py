"""Pictures: their size, the forms that WhatsApp takes, and small ones for the thread. Nothing larger than 50 megapixels
is ever unpacked, and nothing but the plain forms of cameras and browsers is read."""

import struct
from dataclasses import dataclass
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from whatsapp.content import media_rules

MOST_PIXELS = 50_000_000
# What Pillow raises for a file that is not what it begins like.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError)
BROKEN += (Image.DecompressionBombWarning,)
# Pillow knows dozens more, and draws some of them (EPS) by running other programs.
FORMS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
KEPT = {"JPEG": "image/jpeg", "PNG": "image/png"}
KEPT_MODES = ("RGB", "RGBA", "L", "LA", "P")
STICKER_SIDES = (512, 512)
LONGEST_SIDE = 4096
THUMBNAIL_SIDE = 640
TURNED = (5, 6, 7, 8)
ORIENTATION = 0x0112


@dataclass(frozen=True)
class Picture:
    """What Pillow read from a file's head. Sides are as seen, after the camera's orientation."""

    form: str
    mode: str
    width: int
    height: int
    is_animated: bool

    @property
    def is_unpackable(self):
        return self.width * self.height <= MOST_PIXELS


def look_at(file):
    """The Picture in a file, or None where it is none. Reads only its head."""
    file.seek(0)
    try:
        with Image.open(file, formats=FORMS) as image:
            width, height = image.size
            if image.getexif().get(ORIENTATION) in TURNED:
                width, height = height, width
            return Picture(image.format or "", image.mode, width, height, getattr(image, "is_animated", False))
    except BROKEN:
        return None


def mime_type(picture):
    return KEPT.get(picture.form, f"image/{picture.form.lower()}")


def is_sticker(picture, size_bytes):
    """A WebP of a sticker's sides and size goes as a sticker; any other WebP is converted."""
    limit = media_rules("sticker").limit(picture.is_animated)
    return picture.form == "WEBP" and (picture.width, picture.height) == STICKER_SIDES and size_bytes <= limit


def is_fit(picture, size_bytes):
    """WhatsApp takes it as it is: JPEG or PNG with 8 bits, up to 5 MB."""
    return picture.form in KEPT and picture.mode in KEPT_MODES and size_bytes <= media_rules("image").max_bytes


def converted(file):
    """(bytes, MIME type, width, height) in a form that WhatsApp takes: JPEG, or PNG where something is transparent.

    Returns None for a picture that cannot be read to its end.
    """
    file.seek(0)
    try:
        with Image.open(file, formats=FORMS) as image:
            picture = ImageOps.exif_transpose(image)
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            is_transparent = picture.has_transparency_data
            picture = picture.convert("RGBA" if is_transparent else "RGB")
    except BROKEN:
        return None
    data = BytesIO()
    picture.save(data, "PNG" if is_transparent else "JPEG", quality=88)
    return data.getvalue(), KEPT["PNG" if is_transparent else "JPEG"], *picture.size


def thumbnail(attachment):
    """The storage name of a small WebP of a stored picture, made when first asked for.

    "" where the file itself will do or has to: a small picture, one that moves, one that cannot be read, no picture.
    Raises FileNotFoundError.
    """
    name = f"thumbnails/{str(attachment.token)[:2]}/{attachment.token}.webp"
    if default_storage.exists(name):
        return name
    if attachment.kind not in ("image", "sticker") or not attachment.file:
        return ""
    data = _small(attachment)
    return default_storage.save(name, ContentFile(data)) if data else ""


def _small(attachment):
    data = BytesIO()
    try:
        with attachment.file.open("rb") as file, Image.open(file, formats=FORMS) as image:
            if not _wants_thumbnail(image):
                return b""
            image.draft("RGB", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
            picture = ImageOps.exif_transpose(image)
            picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
            picture.convert("RGBA" if picture.has_transparency_data else "RGB").save(data, "WEBP", quality=80)
    except FileNotFoundError:
        raise
    except BROKEN:
        return b""
    return data.getvalue()


def _wants_thumbnail(image):
    is_large = max(image.size) > THUMBNAIL_SIDE
    return is_large and image.width * image.height <= MOST_PIXELS and not getattr(image, "is_animated", False)
