"""Files of messages: only for those who see them, and never as something that could run."""

import uuid
from io import BytesIO

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from inbox.media.serving import AT_ONCE
from inbox.models import Attachment, Message
from tests.factories import make_agent, make_conversation, make_number

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def berlin():
    return make_number("Berlin")


@pytest.fixture
def browser(client, berlin):
    client.force_login(make_agent("Ada", numbers=[berlin]), backend="django.contrib.auth.backends.ModelBackend")
    return client


def stored(number, data, mime_type, kind="document", filename="", status="stored"):
    conversation = make_conversation("queued", number=number)
    message = Message.objects.create(
        thread=conversation.thread, conversation=conversation, kind=kind, author_kind="customer", status="received"
    )
    attachment = Attachment(
        message=message, token=uuid.uuid4(), kind=kind, mime_type=mime_type, filename=filename, status=status
    )
    attachment.file.save("file", ContentFile(data))
    return reverse("file", args=[attachment.token])


def picture(width, height):
    written = BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "JPEG")
    return written.getvalue()


def test_a_picture_is_shown_in_place(browser, berlin):
    data = picture(20, 10)
    answer = browser.get(stored(berlin, data, "image/jpeg", "image"))
    assert answer.content == data
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "mime_type", ["text/html", "image/svg+xml", "application/pdf", "text/plain", "", "image/jpeg x"]
)
def test_what_could_run_is_only_downloaded(browser, berlin, mime_type):
    answer = browser.get(stored(berlin, b"<script>alert(1)</script>", mime_type, filename="Rechnung ü.html"))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "Rechnung" in answer["Content-Disposition"]
    assert "sandbox" in answer["Content-Security-Policy"]


def test_files_of_conversations_one_may_not_see_are_not_there(browser):
    assert browser.get(stored(make_number("Lisboa"), b"x", "image/jpeg")).status_code == 404


def test_an_unknown_or_unfinished_file_is_not_there(browser, berlin):
    assert browser.get(reverse("file", args=[uuid.uuid4()])).status_code == 404
    assert browser.get(stored(berlin, b"x", "image/jpeg", status="pending")).status_code == 404


def test_strangers_are_asked_to_log_in(client, berlin):
    assert client.get(stored(berlin, b"x", "image/jpeg")).status_code == 302


@pytest.mark.parametrize(
    "asked, status, content, span",
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=5-2", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("nonsense", 200, b"0123456789", None),
    ],
)
def test_players_get_the_range_they_ask_for(browser, berlin, asked, status, content, span):
    address = stored(berlin, b"0123456789", "audio/ogg", "audio")
    answer = browser.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content, answer.get("Content-Range")) == (status, content, span)
    assert answer["Accept-Ranges"] == "bytes"


def test_a_long_file_is_streamed(browser, berlin):
    data = b"0123456789" * (AT_ONCE // 10 + 7)
    answer = browser.get(stored(berlin, data, "video/mp4", "video"))
    assert int(answer["Content-Length"]) == len(data)
    assert async_to_sync(_collected)(answer) == data


async def _collected(answer):
    return b"".join([chunk async for chunk in answer.streaming_content])


def test_a_thumb_is_small_and_keeps_its_shape(browser, berlin):
    address = stored(berlin, picture(2000, 1000), "image/jpeg", "image")
    for _ in range(2):
        answer = browser.get(f"{address}?thumb")
        assert answer["Content-Type"] == "image/webp"
        assert Image.open(BytesIO(answer.content)).size == (640, 320)


def test_a_small_or_broken_picture_is_its_own_thumb(browser, berlin):
    small = picture(20, 10)
    assert browser.get(stored(berlin, small, "image/jpeg", "image") + "?thumb").content == small
    assert browser.get(stored(berlin, b"no picture", "image/jpeg", "image") + "?thumb").content == b"no picture"


def test_a_file_that_vanished_from_the_disk_is_not_there(browser, berlin):
    address = stored(berlin, b"x", "image/jpeg", "image")
    Attachment.objects.get().file.storage.delete(Attachment.objects.get().file.name)
    assert browser.get(address).status_code == 404
    assert browser.get(f"{address}?thumb").status_code == 404
