"""What a file really is, whatever its name says. Only types that WhatsApp carries are told apart; others get a name."""

import codecs
import zipfile
from pathlib import PurePath

import puremagic

HEAD_BYTES = 4096
CHUNK_BYTES = 256 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"
OFFICE_FOLDERS = {
    "word/": f"{OFFICE}.wordprocessingml.document",
    "xl/": f"{OFFICE}.spreadsheetml.sheet",
    "ppt/": f"{OFFICE}.presentationml.presentation",
}
OLD_OFFICE = {".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint"}
VOICE = "audio/ogg; codecs=opus"
# Below this an entry list is not an Office document but an attempt to keep us busy.
MOST_ZIP_ENTRIES = 20_000


def real_type(file, filename):
    """MIME type by content; "" where nobody knows. `file` is binary and can seek; pictures are Pillow's business."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    suffix = PurePath(filename).suffix.lower()
    return _by_signature(file, head, suffix) or ("text/plain" if _is_text(file) else _guessed(head))


def _by_signature(file, head, suffix):
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    if head.startswith(b"OggS"):
        return _ogg(head)
    if head[4:8] == b"ftyp":
        return _mp4(head[8:12], suffix)
    if head.startswith(b"#!AMR"):
        return "audio/amr"
    if head.startswith(b"PK\x03\x04"):
        return _zip(file)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return OLD_OFFICE.get(suffix, "application/msword")
    return _mpeg(head)


def _ogg(head):
    """Mono Opus is what a voice message must be; the codec is named only then. Other codecs are refused later."""
    at = head.find(b"OpusHead")
    if at < 0:
        return "audio/ogg; codecs=vorbis"
    return VOICE if head[at + 9 : at + 10] == b"\x01" else "audio/ogg"


def _mp4(brand, suffix):
    if brand.startswith((b"M4A", b"M4B")) or suffix == ".m4a":
        return "audio/mp4"
    if brand.startswith((b"3gp", b"3g2")):
        return "video/3gpp"
    return "video/quicktime" if brand.startswith(b"qt") else "video/mp4"


def _mpeg(head):
    """AAC (ADTS) and MP3 share their first eleven bits; the layer tells them apart."""
    if head.startswith(b"ID3"):
        return "audio/mpeg"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "audio/aac" if head[1] & 0x06 == 0 else "audio/mpeg"
    return ""


def _zip(file):
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()[:MOST_ZIP_ENTRIES]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "application/zip"
    found = (kind for folder, kind in OFFICE_FOLDERS.items() if any(name.startswith(folder) for name in names))
    return next(found, "application/zip") if "[Content_Types].xml" in names else "application/zip"


def _is_text(file):
    """UTF-8 throughout, without control characters that only binary files have."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(CHUNK_BYTES):
            if b"\x00" in chunk:
                return False
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guessed(head):
    """Only for the words of a refusal."""
    try:
        return next((found.mime_type for found in puremagic.magic_string(head) if found.mime_type), "")
    except (puremagic.PureError, ValueError):
        return ""
