"""One file and a few fields as multipart/form-data, read in pieces: 100 MB must not stand in memory."""

from collections.abc import Iterator, Mapping
from os import SEEK_END
from typing import BinaryIO

from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary

CHUNK_BYTES = 64 * 1024


class Multipart:
    """An iterable body of known length for `requests`, which then streams it."""

    def __init__(self, fields: Mapping[str, str], file: BinaryIO, filename: str, mime_type: str):
        self.boundary = choose_boundary()
        self.file = file
        plain = [self._part(RequestField(name, value), value.encode()) for name, value in fields.items()]
        upload = RequestField("file", b"", filename=filename)
        self.head = b"".join(plain) + self._part(upload, b"", mime_type).removesuffix(b"\r\n")
        self.tail = f"\r\n--{self.boundary}--\r\n".encode()
        self.file_bytes = file.seek(0, SEEK_END)

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    def _part(self, field: RequestField, data: bytes, mime_type: str | None = None) -> bytes:
        field.make_multipart(content_type=mime_type)
        return f"--{self.boundary}\r\n{field.render_headers()}".encode() + data + b"\r\n"

    def __len__(self) -> int:
        return len(self.head) + self.file_bytes + len(self.tail)

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(0)
        yield self.head
        while chunk := self.file.read(CHUNK_BYTES):
            yield chunk
        yield self.tail
