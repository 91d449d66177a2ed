"""A stored file as an answer: whole or a range of it, and never so that what a customer sent could run."""

import re

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

# What browsers only draw or play. No SVG, no HTML, no PDF: those could carry scripts.
HARMLESS = frozenset(
    [
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "audio/aac",
        "audio/amr",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/opus",
        "audio/wav",
        "audio/webm",
        "video/mp4",
        "video/3gpp",
        "video/webm",
    ]
)
CHUNK = 256 * 1024
AT_ONCE = 2 * 1024 * 1024
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def serve(attachment, span_header=""):
    """The file of an Attachment, or the range of it that a `Range` header names. Raises FileNotFoundError."""
    size = attachment.file.size
    span = _span(span_header, size)
    if span is None:
        response = whole(attachment)
    elif span[0] >= size:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        start, end = span
        response = _bytes(attachment, start, end)
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    return response


def whole(attachment):
    return _bytes(attachment, 0, attachment.file.size)


def guarded(response, attachment):
    """Nothing that a customer sent may run, be guessed to be another type, or stay in a shared cache."""
    is_harmless = response["Content-Type"].split(";")[0] in HARMLESS
    name = attachment.filename or f"{attachment.kind}-{attachment.pk}"
    response["Content-Disposition"] = content_disposition_header(not is_harmless, name)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _type(attachment):
    plain = attachment.mime_type.split(";")[0].strip().lower()
    return plain if plain in HARMLESS else "application/octet-stream"


def _span(header, size):
    """(start, end) of the one range asked for, end excluded; None: the whole file. RFC 9110, 14.2."""
    match = RANGE.fullmatch(header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    return None if last and int(last) < start else (start, end)


def _bytes(attachment, start, end):
    """A response of file[start:end]; long ones are streamed so that no process holds a film in memory."""
    length = end - start
    headers = {"Content-Length": str(length)}
    source = attachment.file.open("rb")
    source.seek(start)
    if length > AT_ONCE:
        return StreamingHttpResponse(_stream(source, length), content_type=_type(attachment), headers=headers)
    with source:
        return HttpResponse(source.read(length), content_type=_type(attachment), headers=headers)


async def _stream(source, left):
    try:
        while left > 0 and (chunk := await sync_to_async(source.read)(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
    finally:
        await sync_to_async(source.close)()
