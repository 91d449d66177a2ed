"""Pictures, videos, voice messages and documents, both ways."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from inbox.models import Attachment, Message

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF"
FILM = b"\x00\x00\x00\x20ftypmp42" + bytes(60)
VOICE = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01" + bytes(60)


def picture(size=(800, 600)):
    data = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(data, "JPEG")
    return data.getvalue()


@pytest.fixture
def mira(office):
    return office.agent("Mira", limit=1)


@pytest.fixture
def conversation(office, mira, amira):
    amira.writes("Look at this")
    office.waits_for_word(amira, "Look at this")
    return office.conversation_of(amira)


def stored(office, phone, kind):
    """The customer's file once it was fetched from Meta."""
    thread = office.thread_of(phone)
    return office.until(lambda: Attachment.objects.filter(message__thread=thread, kind=kind, status="stored").last())


def bytes_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize(
    "kind, data, mime_type, name",
    [
        ("image", picture(), "image/jpeg", "crack.jpg"),
        ("video", FILM, "video/mp4", "film.mp4"),
        ("document", PDF, "application/pdf", "invoice.pdf"),
    ],
)
def test_s4_26_and_s4_29_an_agent_attaches_an_image_a_video_or_a_document_and_the_phone_gets_it(
    office, mira, conversation, amira, fresh, kind, data, mime_type, name
):
    uploaded = mira.uploads(SimpleUploadedFile(name, data, mime_type))
    assert (uploaded.status, uploaded.data["kind"]) == (201, kind)
    sent = mira.says(conversation, attachments=[uploaded.data["id"]])
    on_phone = office.sandbox.waits_for_sent(customer=amira, type=kind)
    assert sent.kind == kind
    assert on_phone["callback_data"] == f"m:{sent.pk}"
    office.until(lambda: fresh(sent).status == "delivered")
    assert mira.looks_at(conversation).html.count(f"/files/{sent.attachments.get().token}/")


def test_s4_30_an_accompanying_text_goes_with_the_file_and_without_one_the_file_goes_alone(
    office, mira, conversation, amira
):
    with_words, alone = (mira.uploads(SimpleUploadedFile("crack.jpg", picture())).data["id"] for _ in range(2))
    mira.says(conversation, "The crack is here", attachments=[with_words])
    mira.says(conversation, attachments=[alone])
    captions = [row["body"].get("caption", "") for row in office.sandbox.sent(amira, type="image")]
    assert captions == ["The crack is here", ""]


def test_s4_27_files_leave_by_every_number(office, mira, amira):
    for number in office.numbers:
        amira.writes(f"Hello {number.name}", number.phone_number_id)
        office.waits_for_word(amira, f"Hello {number.name}", number)
        waiting = office.conversation_of(amira, number)
        file = mira.uploads(SimpleUploadedFile("crack.jpg", picture())).data["id"]
        mira.says(waiting, attachments=[file])
        assert office.sandbox.sent(amira, type="image", number=number.phone_number_id)


def test_s4_28_a_file_is_sent_to_a_conversation_chosen_from_the_queue(office, mira, conversation, luis):
    luis.writes("Olá")
    office.waits_for_word(luis, "Olá")
    office.settle()
    queued = office.conversation_of(luis)
    assert mira.folder("queue") == [queued.pk]
    file = mira.uploads(SimpleUploadedFile("invoice.pdf", PDF)).data["id"]
    mira.says(queued, "Your invoice", attachments=[file])
    assert office.sandbox.waits_for_sent(customer=luis, type="document")["body"]["filename"] == "invoice.pdf"
    assert mira.folder("queue") == []


def test_s4_29_several_files_are_several_messages_in_their_order(office, mira, conversation, amira):
    names = ["a.pdf", "b.pdf", "c.pdf"]
    files = [mira.uploads(SimpleUploadedFile(name, PDF)).data["id"] for name in names]
    mira.says(conversation, "All three", attachments=files)
    office.settle()
    assert [row["body"]["filename"] for row in office.sandbox.sent(amira, type="document")] == names


def test_a_file_that_whatsapp_does_not_carry_is_refused_in_words_before_it_is_sent(mira):
    refused = mira.uploads(SimpleUploadedFile("tool.exe", b"MZ" + bytes(200)))
    assert refused.status == 400
    assert refused.words


def test_a_picture_of_the_customer_is_shown_small_opens_large_and_is_the_very_same(office, mira, conversation, amira):
    data = picture()
    amira.sends_media(data, "image/jpeg", "crack.jpg", caption="the crack")
    attachment = stored(office, amira, "image")
    page = mira.looks_at(conversation).html
    assert f'src="/files/{attachment.token}/?thumb"' in page
    assert "the crack" in page
    assert (attachment.width, attachment.height) == (800, 600)
    assert bytes_of(mira.http.get(f"/files/{attachment.token}/")) == data
    thumb = bytes_of(mira.http.get(f"/files/{attachment.token}/?thumb"))
    assert Image.open(io.BytesIO(thumb)).size[0] <= 640


@pytest.mark.parametrize(
    "kind, data, mime_type, more",
    [
        ("audio", VOICE, "audio/ogg; codecs=opus", {"voice": True}),
        ("video", FILM, "video/mp4", {}),
        ("document", PDF, "application/pdf", {}),
    ],
)
def test_a_customers_other_files_can_be_played_or_downloaded(
    office, mira, conversation, amira, kind, data, mime_type, more
):
    amira.sends_media(data, mime_type, "file", **more)
    attachment = stored(office, amira, kind)
    page = mira.looks_at(conversation).html
    shown = {"audio": "<audio", "video": "<video", "document": 'class="document"'}[kind]
    assert shown in page
    assert bytes_of(mira.http.get(f"/files/{attachment.token}/")) == data


def test_a_file_is_shown_to_nobody_who_does_not_see_the_conversation(office, mira, conversation, amira):
    amira.sends_media(picture(), "image/jpeg", "crack.jpg")
    attachment = stored(office, amira, "image")
    stranger = office.agent("Tiago", numbers=[])
    assert mira.http.get(f"/files/{attachment.token}/").status_code == 200
    assert stranger.http.get(f"/files/{attachment.token}/").status_code == 404


def test_a_file_that_meta_cannot_hand_out_now_is_on_its_way_and_fetched_later(office, mira, conversation, amira):
    office.sandbox.fault("outage", how="503", on="download")
    amira.sends_media(picture(), "image/jpeg", "crack.jpg")
    waiting = office.until(lambda: Attachment.objects.filter(kind="image", attempts=1, claimed_until=None).first())
    assert Message.objects.get(pk=waiting.message_id).kind == "image"
    assert "is on its way" in mira.looks_at(conversation).html
    office.sandbox.clear_faults()
    Attachment.objects.filter(pk=waiting.pk).update(retry_at=waiting.created_at - timedelta(minutes=5))
    office.sweep()
    assert stored(office, amira, "image") == waiting
