"""Files that customers send, fetched from Meta."""

import base64
import hashlib
import io
import uuid

import pytest
from PIL import Image

from inbox import media
from inbox.models import Attachment, Message
from tests.factories import make_conversation, moved_back
from tests.sandbox.phone import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def jpeg(size=(64, 48)):
    data = io.BytesIO()
    Image.new("RGB", size, (20, 120, 60)).save(data, "JPEG")
    return data.getvalue()


@pytest.fixture
def pending(meta, berlin):
    """A picture that Amira sent, still at Meta."""

    def pending(data=None, mime_type="image/jpeg", kind="image", **more):
        data = data or jpeg()
        amira: Phone = meta.customer("Amira")
        wamid = amira.sends_media(data, mime_type, "photo.jpg")
        media_id = next(row for row in amira.messages() if row["id"] == wamid)["body"]["id"]
        conversation = make_conversation(number=berlin)
        message = Message.objects.create(
            thread=conversation.thread,
            conversation=conversation,
            author_kind="customer",
            kind=kind,
            status="received",
            wamid=wamid,
        )
        told = {"sha256": base64.b64encode(hashlib.sha256(data).digest()).decode(), **more}
        return Attachment.objects.create(
            message=message,
            token=uuid.uuid4(),
            status="pending",
            kind=kind,
            mime_type=mime_type,
            media_id=media_id,
            **told,
        )

    return pending


def fetched(attachment):
    media.fetch(attachment.pk)
    attachment.refresh_from_db()
    return attachment


def test_a_picture_is_stored_and_shown(pending):
    attachment = pending()
    before = attachment.message.version
    fetched(attachment)
    assert (attachment.status, attachment.width, attachment.height) == ("stored", 64, 48)
    with attachment.file.open("rb") as file:
        assert file.read() == jpeg()
    attachment.message.refresh_from_db()
    assert attachment.message.version > before


def test_fetched_twice_it_is_stored_once(pending, own_folder, settings):
    attachment = fetched(pending())
    name = attachment.file.name
    assert fetched(attachment).file.name == name


def test_while_one_worker_is_at_it_another_leaves_it(pending):
    attachment = pending()
    assert media.fetching._claim(attachment.pk)
    assert fetched(attachment).status == "pending"
    moved_back(attachment, minutes=11)
    assert fetched(attachment).status == "stored"


@pytest.mark.parametrize(
    "fault", [{"kind": "refuse", "code": 131016, "on": "any"}, {"kind": "outage", "on": "download"}]
)
def test_passing_trouble_is_waited_out(pending, meta, fault):
    meta.fault(**fault, times=1)
    attachment = fetched(pending())
    assert (attachment.status, attachment.attempts) == ("pending", 1)
    assert fetched(attachment).status == "pending"
    moved_back(attachment, minutes=5)
    assert fetched(attachment).status == "stored"


def test_an_address_that_expired_is_asked_for_again_and_then_the_file_is_gone(pending):
    attachment = pending(None)
    Attachment.objects.filter(pk=attachment.pk).update(media_id="7740000000000")
    for attempt in range(1, 5):
        fetched(attachment)
        assert attachment.attempts == attempt
        moved_back(attachment, minutes=5)
    attachment.refresh_from_db()
    assert attachment.status == "failed"
    assert "send it again" in attachment.error_text


def test_bytes_that_are_not_the_customers_are_never_shown(pending):
    attachment = pending(sha256=base64.b64encode(bytes(32)).decode())
    for _ in range(4):
        assert not fetched(attachment).file
        moved_back(attachment, minutes=5)
    attachment.refresh_from_db()
    assert (attachment.status, "damaged" in attachment.error_text) == ("failed", True)


def test_an_endless_file_is_cut_off(pending, monkeypatch):
    monkeypatch.setattr("inbox.media.fetching.MOST_BYTES", 100)
    attachment = fetched(pending())
    assert attachment.status == "failed"
    assert "100 MB" in attachment.error_text


def test_a_picture_that_is_none_is_kept_without_sides(pending):
    attachment = fetched(pending(b"\xff\xd8\xff not a picture at all"))
    assert (attachment.status, attachment.width) == ("stored", None)


def test_the_sweep_wakes_what_is_due(pending, monkeypatch):
    woken = []
    monkeypatch.setattr("inbox.media.fetching.wake", lambda task, *args: woken.append(args))
    attachment = pending()
    media.sweep()
    assert woken == [(attachment.pk,)]
    media.fetching._claim(attachment.pk)
    media.sweep()
    assert len(woken) == 1
