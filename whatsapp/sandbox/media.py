"""Files: Meta's types and sizes, addresses that live five minutes, and the place where bytes are kept."""

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

import aiohttp

from whatsapp.sandbox.records import Media, Message
from whatsapp.sandbox.refusals import Refusal
from whatsapp.sandbox.world import World, new_id

MB = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCUMENTS = (
    "text/plain application/pdf application/msword application/vnd.ms-excel application/vnd.ms-powerpoint "
    f"{OFFICE}wordprocessingml.document {OFFICE}spreadsheetml.sheet {OFFICE}presentationml.presentation"
).split()
KINDS = {
    "audio": (["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"], 16 * MB),
    "image": (["image/jpeg", "image/png"], 5 * MB),
    "sticker": (["image/webp"], MB // 2),
    "video": (["video/mp4", "video/3gpp"], 16 * MB),
    "document": (DOCUMENTS, 100 * MB),
}
"""Kind -> types and bytes (reference 3.2). Any other type passes as a document when it is *sent*, not when uploaded."""

URL_SECONDS = 300
UPLOAD_SECONDS = 30 * 24 * 3600
INBOUND_SECONDS = 7 * 24 * 3600
LINK_SECONDS = 10


def kind_of(mime_type: str) -> str | None:
    """The kind that takes this type, None for a type Meta refuses at upload."""
    bare = mime_type.split(";", maxsplit=1)[0].strip().lower()
    return next((kind for kind, (types, _) in KINDS.items() if bare in types), None)


def check_upload(mime_type: str, size: int) -> None:
    """Raise Refusal 100 for a type, 131053 for a size, that Meta does not take."""
    kind = kind_of(mime_type)
    if kind is None:
        allowed = ", ".join(t for types, _ in KINDS.values() for t in types)
        raise Refusal(
            100, f"Param file must be a file with one of the following types: {allowed}. Received: '{mime_type}'."
        )
    if size > KINDS[kind][1]:
        raise Refusal(131053, f"File size {size} exceeds the limit of {KINDS[kind][1]} bytes for {kind}.")
    if size == 0:
        raise Refusal(131053, "The file is empty.")


class MediaStore:
    """Bytes beside the state file (`folder`), or in memory where there is none."""

    def __init__(self, world: World, folder: Path | None = None):
        self.world, self.folder = world, folder
        self._bytes: dict[str, bytes] = {}
        self._key = secrets.token_bytes(16)
        self.session: aiohttp.ClientSession | None = None

    def add(self, number_id: str, content: bytes, mime_type: str, filename: str, uploaded: bool = True) -> Media:
        digest = hashlib.sha256(content).hexdigest()
        now = self.world.now()
        media = Media(new_id(), number_id, mime_type, digest, len(content), filename, now, uploaded)
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / media.id).write_bytes(content)
        else:
            self._bytes[media.id] = content
        self.world.media[media.id] = media
        self.world.changed()
        return media

    def read(self, media: Media) -> bytes:
        return (self.folder / media.id).read_bytes() if self.folder else self._bytes[media.id]

    def has(self, media: Media) -> bool:
        return (self.folder / media.id).exists() if self.folder else media.id in self._bytes

    def drop(self, media: Media) -> None:
        self.world.media.pop(media.id, None)
        self._bytes.pop(media.id, None)
        if self.folder:
            (self.folder / media.id).unlink(missing_ok=True)
        self.world.changed()

    def clear(self) -> None:
        for media in list(self.world.media.values()):
            self.drop(media)

    def get(self, media_id: str) -> Media | None:
        """A file that exists and has not expired (30 days uploaded, 7 days received)."""
        media = self.world.media.get(str(media_id))
        life = UPLOAD_SECONDS if media and media.uploaded else INBOUND_SECONDS
        return media if media and media.created_at + life > self.world.now() else None

    def url(self, media: Media, base: str) -> str:
        """An address good for five minutes, in the shape of Meta's."""
        until = int(self.world.now()) + URL_SECONDS
        return f"{base}/whatsapp_business/attachments/?mid={media.id}&ext={until}&hash={self._seal(media.id, until)}"

    def opens(self, media_id: str, until: str, seal: str) -> bool:
        good = until.isdigit() and hmac.compare_digest(self._seal(media_id, int(until)), seal)
        return good and int(until) > self.world.now()

    def _seal(self, media_id: str, until: int) -> str:
        digest = hmac.new(self._key, f"{media_id}:{until}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:18]).decode()

    # Links that the business sends instead of an id

    def links_of(self, message: Message) -> list[dict]:
        """The media objects of a message that carry a `link` and were not fetched yet."""
        return [m for m in media_objects(message) if m.get("link") and not m.get("fetched")]

    async def fetch_links(self, message: Message) -> str:
        """Fetch each link as Meta would and keep the file for the phone. Answers the trouble in words, or ""."""
        for media in self.links_of(message):
            trouble = await self._fetch(message.number_id, media)
            if trouble:
                return trouble
        return ""

    async def _fetch(self, number_id: str, media: dict) -> str:
        try:
            async with self.session.get(media["link"], timeout=aiohttp.ClientTimeout(total=LINK_SECONDS)) as answer:
                if answer.status != 200:
                    return f"Downloading media from weblink failed with http code {answer.status}."
                if (answer.content_length or 0) > 100 * MB:
                    return "Downloading media from weblink failed: the file is too large."
                content, mime_type = await answer.read(), answer.content_type
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as trouble:
            return f"Downloading media from weblink failed: {type(trouble).__name__}."
        kept = self.add(number_id, content, mime_type, media.get("filename", ""))
        media["fetched"] = kept.id
        return ""


def media_objects(message: Message) -> list[dict]:
    """Every media object in a message's body: its own, a header's, a template's header parameter."""
    body = message.body if isinstance(message.body, dict) else {}
    if message.type in KINDS:
        return [body]
    if message.type == "interactive":
        return [v for k, v in (body.get("header") or {}).items() if k in KINDS and isinstance(v, dict)]
    if message.type == "template":
        rows = [p for c in body.get("components") or [] for p in c.get("parameters") or []]
        return [p[p["type"]] for p in rows if p.get("type") in KINDS and isinstance(p.get(p["type"]), dict)]
    return []
