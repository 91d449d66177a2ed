"""The one door to Meta's Graph API. Every call answers what it names or raises a GraphError; nothing logs a body.

Source: Meta, Cloud API, messages/send-messages, business-phone-numbers, templates, webhooks/override.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

import requests
from django.conf import settings

from whatsapp import payloads
from whatsapp.download import download
from whatsapp.errors import NumberFault, Refused, Unclear, Unreachable, from_answer
from whatsapp.multipart import Multipart
from whatsapp.transport import BearerToken, retry_after_seconds, session, transport_error, usable_json

# To connect, and between two pieces of an answer.
TIMEOUT_SECONDS = (5.0, 20.0)
PAGE_SIZE = 100
MAX_PAGES = 200
EXPIRED_TOKEN = 190
INVALID_PARAMETER = 100
ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,code_verification_status,platform_type,status,name_status,"
    "throughput,account_mode,whatsapp_business_manager_messaging_limit"
)
PROFILE_FIELDS = "about,address,description,email,profile_picture_url,websites,vertical"


@dataclass(frozen=True)
class Accepted:
    """Meta took the message; its fate comes by webhook. `status` is only there for templates: accepted,
    held_for_quality_assessment or paused. `wa_id` may differ from the number typed."""

    wamid: str
    wa_id: str = ""
    bsuid: str = ""
    status: str = ""


@dataclass(frozen=True)
class MediaInfo:
    """Where a file lies for five minutes. `size_bytes` None where Meta named no size; `sha256` is hex or base64."""

    url: str
    mime_type: str = ""
    size_bytes: int | None = None
    sha256: str = ""


class GraphClient:
    """Calls on behalf of one access token. Cheap to make; connections are kept per thread."""

    def __init__(
        self,
        access_token: str,
        api_url: str = "",
        version: str = "",
        timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
    ):
        self.access_token = access_token
        self.timeout_seconds = timeout_seconds
        self.api_url = (api_url or settings.WHATSAPP_API_URL).rstrip("/")
        self.version = version or settings.WHATSAPP_API_VERSION

    # Messages

    def send_message(self, phone_number_id: str, payload: dict) -> Accepted:
        """`payload` comes from `payloads.message`. After Unclear it may have been sent: never repeat by itself."""
        answer = self._request("POST", phone_number_id, "messages", json=payload, of_number=True)
        sent, contact = first(answer, "messages"), first(answer, "contacts")
        if not text(sent, "id"):
            raise Unclear(title="Meta's answer names no message")
        return Accepted(
            text(sent, "id"), text(contact, "wa_id"), text(contact, "user_id"), text(sent, "message_status")
        )

    def mark_read(self, phone_number_id: str, wamid: str, typing: bool = False) -> None:
        """Marks this inbound message and all before it."""
        payload = payloads.read(wamid, typing)
        self._request("POST", phone_number_id, "messages", json=payload, of_number=True)

    # Media

    def upload_media(self, phone_number_id: str, file: BinaryIO, mime_type: str, filename: str) -> str:
        """The id under which the file can be sent for 30 days. `file` is binary and can seek. Safe to repeat."""
        body = Multipart({"messaging_product": "whatsapp", "type": mime_type}, file, filename, mime_type)
        headers = {"Content-Type": body.content_type}
        answer = self._request("POST", phone_number_id, "media", data=body, headers=headers, of_number=True)
        if not text(answer, "id"):
            raise Unclear(title="Meta's answer names no file")
        return text(answer, "id")

    def media(self, media_id: str) -> MediaInfo:
        answer = self._request("GET", media_id)
        if not text(answer, "url"):
            raise Unreachable(title="Meta's answer names no address of the file")
        size = text(answer, "file_size")
        size_bytes = int(size) if re.fullmatch(r"[0-9]{1,15}", size) else None
        return MediaInfo(text(answer, "url"), text(answer, "mime_type"), size_bytes, text(answer, "sha256"))

    def download(self, url: str) -> AbstractContextManager[Iterator[bytes]]:
        """`with client.download(info.url) as chunks: ...`. Refused (HTTP 404, 401) means: ask `media` for a new url."""
        return download(session(), url, self.api_url, self._bearer(), self.timeout_seconds)

    def delete_media(self, media_id: str) -> None:
        self._request("DELETE", media_id)

    # Templates

    def templates(self, waba_id: str) -> Iterator[dict]:
        """Every template in every language, as Meta stores it."""
        return self._pages(waba_id, "message_templates")

    def create_template(self, waba_id: str, template: dict) -> None:
        """`template`: name, language, category, components with examples. Meta reviews it; the decision comes by
        webhook."""
        self._request("POST", waba_id, "message_templates", json=template)

    # Numbers and accounts

    def number(self, phone_number_id: str) -> dict:
        return self._request("GET", phone_number_id, params={"fields": NUMBER_FIELDS}, of_number=True)

    def numbers(self, waba_id: str) -> Iterator[dict]:
        return self._pages(waba_id, "phone_numbers", fields=NUMBER_FIELDS)

    def business_profile(self, phone_number_id: str) -> dict:
        """What customers see of the business; {} where nothing was entered."""
        params = {"fields": PROFILE_FIELDS}
        answer = self._request("GET", phone_number_id, "whatsapp_business_profile", params=params, of_number=True)
        return first(answer, "data")

    def update_business_profile(self, phone_number_id: str, profile: dict) -> None:
        """`profile` has any of about, address, description, email, websites, vertical, profile_picture_handle."""
        body = {"messaging_product": "whatsapp", **profile}
        self._request("POST", phone_number_id, "whatsapp_business_profile", json=body, of_number=True)

    def conversational_automation(self, phone_number_id: str) -> dict:
        """{prompts: [text], commands: [{command_name, command_description}]}; {} where nothing was set."""
        params = {"fields": "conversational_automation"}
        answer = self._request("GET", phone_number_id, params=params, of_number=True)
        found = answer.get("conversational_automation")
        return found if isinstance(found, dict) else {}

    def set_conversational_automation(
        self,
        phone_number_id: str,
        prompts: list[str],
        commands: list[dict],
        enable_welcome_message: bool | None = None,
    ) -> None:
        """Replaces both lists. The flag asks Meta to report opened chats (request_welcome); None leaves it alone."""
        flag = {} if enable_welcome_message is None else {"enable_welcome_message": enable_welcome_message}
        body = {"prompts": prompts, "commands": commands, **flag}
        self._request("POST", phone_number_id, "conversational_automation", json=body, of_number=True)

    def subscribe(self, waba_id: str) -> None:
        """Lets this token's app receive the account's webhooks."""
        self._request("POST", waba_id, "subscribed_apps")

    def subscriptions(self, waba_id: str) -> list[dict]:
        return objects(self._request("GET", waba_id, "subscribed_apps"), "data")

    # The wire

    def _pages(self, node: str, edge: str, **params: str) -> Iterator[dict]:
        """Follows the cursor, not the `next` address, which could lead the token elsewhere."""
        after = ""
        for _ in range(MAX_PAGES):
            cursor = {"after": after} if after else {}
            answer = self._request("GET", node, edge, params={"limit": PAGE_SIZE, **params, **cursor})
            yield from objects(answer, "data")
            before, after = after, next_cursor(answer)
            if not after or after == before:
                return

    def _request(self, method: str, *path: str, **more) -> dict:
        """The answer's object. A read without an answer changed nothing, so it is never unclear."""
        try:
            return self._exchange(method, *path, **more)
        except Unclear as error:
            if method == "GET":
                raise Unreachable(title=error.title, http_status=error.http_status) from error
            raise

    def _exchange(self, method: str, *path: str, of_number: bool = False, headers: dict | None = None, **body) -> dict:
        """`of_number`: `path` begins with the number, so "not found" is the number's fault."""
        auth = self._bearer()
        url = "/".join((self.api_url, self.version, *(checked(part) for part in path)))
        try:
            answer = session().request(
                method, url, auth=auth, headers=headers, timeout=self.timeout_seconds, allow_redirects=False, **body
            )
        except requests.RequestException as error:
            raise transport_error(error) from error
        told = usable_json(answer)
        if answer.status_code >= 300 or (isinstance(told, dict) and "error" in told):
            wait = retry_after_seconds(answer.headers)
            raise from_answer(answer.status_code, told, retry_after_seconds=wait, of_number=of_number)
        if not isinstance(told, dict):
            raise Unclear(title="Meta's answer cannot be read", http_status=answer.status_code)
        return told

    def _bearer(self) -> BearerToken:
        if not self.access_token or not (self.access_token.isascii() and self.access_token.isprintable()):
            raise NumberFault(EXPIRED_TOKEN, "The access token is empty or holds characters that no token has")
        return BearerToken(self.access_token)


def checked(part: str) -> str:
    """Ids are part of the address, and some come from outside: nothing in them may lead to another one."""
    if not ID.fullmatch(part):
        raise Refused(INVALID_PARAMETER, "Not an id of Meta's")
    return part


def text(told: dict, name: str) -> str:
    """Meta writes some ids and sizes as numbers."""
    value = told.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def objects(answer: dict, name: str) -> list[dict]:
    told = answer.get(name)
    return [item for item in told if isinstance(item, dict)] if isinstance(told, list) else []


def first(answer: dict, name: str) -> dict:
    return next(iter(objects(answer, name)), {})


def next_cursor(answer: dict) -> str:
    """ "" on the last page, which has no `next`."""
    paging = answer.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return text(cursors, "after") if isinstance(cursors, dict) else ""
