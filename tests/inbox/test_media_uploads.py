"""Files that agents attach: what they really are, and whether WhatsApp carries them."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from inbox import media
from inbox.actions.refusals import Refusal
from inbox.actions.sending import send_again, send_files, send_message
from inbox.delivery import deliver_next, envelope
from inbox.media import pictures
from inbox.media.uploads import shown_name
from inbox.models import Attachment, Message
from tests.factories import make_agent, make_contact, make_conversation, moved_back
from whatsapp.content import Button, Buttons, ContentError, Header, Template, Text
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ben(db):
    return make_agent("Ben Krüger")


def picture(form="JPEG", size=(40, 30), mode="RGB", **more):
    data = io.BytesIO()
    Image.new(mode, size, (200, 30, 30) if mode == "RGB" else (200, 30, 30, 90)).save(data, form, **more)
    return data.getvalue()


def office(folder):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", "<x/>")
    return data.getvalue()


def ogg(codec, channels=1):
    return b"OggS\x00\x02" + bytes(20) + b"\x01\x13" + codec + b"\x01" + bytes([channels]) + bytes(60)


def mp4(brand):
    return b"\x00\x00\x00\x20ftyp" + brand + bytes(60)


def upload(agent, data, name="file.bin"):
    return media.store_upload(agent, SimpleUploadedFile(name, data))


PDF = b"%PDF-1.7\n1 0 obj\n%%EOF"
OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    "name, data, kind, mime_type",
    [
        ("a.jpg", picture(), "image", "image/jpeg"),
        ("a.png", picture("PNG", mode="RGBA"), "image", "image/png"),
        ("named.txt", picture(), "image", "image/jpeg"),
        ("a.pdf", PDF, "document", "application/pdf"),
        ("a.docx", office("word"), "document", f"{OFFICE}.wordprocessingml.document"),
        ("a.xlsx", office("xl"), "document", f"{OFFICE}.spreadsheetml.sheet"),
        ("a.pptx", office("ppt"), "document", f"{OFFICE}.presentationml.presentation"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "document", "application/vnd.ms-excel"),
        ("a.csv", "Größe;Preis\n1;2\n".encode(), "document", "text/plain"),
        ("a.ogg", ogg(b"OpusHead"), "audio", "audio/ogg; codecs=opus"),
        ("stereo.ogg", ogg(b"OpusHead", 2), "audio", "audio/ogg"),
        ("a.mp3", b"ID3\x03" + bytes(100), "audio", "audio/mpeg"),
        ("b.mp3", b"\xff\xfb\x90\x64" + bytes(100), "audio", "audio/mpeg"),
        ("a.aac", b"\xff\xf1\x50\x80" + bytes(100), "audio", "audio/aac"),
        ("a.amr", b"#!AMR\n" + bytes(50), "audio", "audio/amr"),
        ("a.m4a", mp4(b"M4A "), "audio", "audio/mp4"),
        ("a.mp4", mp4(b"isom"), "video", "video/mp4"),
        ("a.3gp", mp4(b"3gp4"), "video", "video/3gpp"),
        ("s.webp", picture("WEBP", (512, 512)), "sticker", "image/webp"),
    ],
)
def test_a_file_is_what_it_holds(ben, name, data, kind, mime_type):
    kept = upload(ben, data, name)
    assert (kept.kind, kept.mime_type, kept.size_bytes) == (kind, mime_type, len(data))
    assert kept.status == "stored"
    with kept.file.open("rb") as file:
        assert file.read() == data


@pytest.mark.parametrize(
    "name, data, words",
    [
        ("a.pdf", b"PK\x03\x04" + bytes(50), "application/zip"),
        ("a.jpg", b"MZ" + bytes(100), "does not carry"),
        ("a.ogg", ogg(b"vorbis\x00\x00"), "Opus"),
        ("a.mov", mp4(b"qt  "), "video/quicktime"),
        ("a.wav", b"RIFF\x24\0\0\0WAVEfmt " + bytes(50), "does not carry"),
        ("empty.txt", b"", "empty"),
        ("big.mp3", b"ID3\x03" + bytes(17 * 1024 * 1024), "16 MB"),
    ],
)
def test_what_whatsapp_does_not_carry_is_refused_with_words(ben, name, data, words):
    with pytest.raises(ContentError, match=words):
        upload(ben, data, name)
    assert not Attachment.objects.exists()


def test_sides_are_those_that_one_sees(ben):
    turned = Image.Exif()
    turned[0x0112] = 6
    kept = upload(ben, picture(size=(40, 30), exif=turned), "phone.jpg")
    assert (kept.width, kept.height) == (30, 40)


@pytest.mark.parametrize("form, made, name", [("GIF", "image/jpeg", "a.jpg"), ("BMP", "image/jpeg", "a.jpg")])
def test_pictures_of_other_forms_are_converted(ben, form, made, name):
    kept = upload(ben, picture(form), f"a.{form.lower()}")
    assert (kept.kind, kept.mime_type, kept.filename) == ("image", made, name)
    assert (kept.width, kept.height) == (40, 30)
    with kept.file.open("rb") as file, Image.open(file) as image:
        assert image.size == (40, 30)


def test_a_webp_that_is_no_sticker_becomes_a_picture(ben):
    assert upload(ben, picture("WEBP"), "a.webp").mime_type == "image/jpeg"
    assert upload(ben, picture("WEBP", mode="RGBA"), "a.webp").mime_type == "image/png"


def test_a_photo_above_5_mb_is_made_smaller(ben):
    noise = Image.effect_noise((1500, 1500), 90).convert("RGB").resize((1600, 1600))
    data = io.BytesIO()
    noise.save(data, "BMP")
    assert len(data.getvalue()) > 5 * 1024 * 1024
    assert upload(ben, data.getvalue(), "big.bmp").size_bytes <= 5 * 1024 * 1024


def test_a_picture_made_to_explode_is_refused(ben):
    bomb = io.BytesIO()
    Image.new("1", (8000, 7000)).save(bomb, "PNG")
    with pytest.raises(ContentError, match="too many pixels"):
        upload(ben, bomb.getvalue(), "bomb.png")


@pytest.mark.parametrize(
    "name, shown",
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\invoice.pdf", "invoice.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b\n.txt", "ab.txt"),
        ("", "file"),
        ("x" * 400 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_are_made_fit_for_eyes(name, shown):
    assert shown_name(name) == shown


def test_uploads_that_were_never_sent_are_forgotten_after_a_day(ben):
    old, new = upload(ben, PDF, "old.pdf"), upload(ben, PDF, "new.pdf")
    moved_back(old, hours=25)
    assert media.forget_unsent() == 1
    assert list(Attachment.objects.all()) == [new]
    assert not old.file.storage.exists(old.file.name)


# Sent


@pytest.fixture
def conversation(meta, berlin, ben):
    berlin.reception.agents.add(ben)
    amira = meta.customer("Amira")
    amira.writes("Hello")
    contact = make_contact("Amira", f"+{amira.phone}")
    return make_conversation("assigned", number=berlin, contact=contact, assignee=ben)


def test_a_file_goes_to_meta_first_and_then_as_a_message_with_its_caption(conversation, ben, meta):
    kept = upload(ben, picture(), "parcel.jpg")
    [message] = send_files(conversation.pk, [kept.pk], ben, caption=Text("Your parcel"), client_id="f1")
    deliver_next(conversation.thread_id)
    message.refresh_from_db()
    kept.refresh_from_db()
    assert (message.kind, message.status, message.error_text) == ("image", "sent", "")
    assert kept.media_id
    assert meta.sent()[0]["body"] == {"id": kept.media_id, "caption": "Your parcel"}


def test_several_files_at_once_are_several_messages_in_order(conversation, ben, meta):
    files = [upload(ben, ogg(b"OpusHead"), "v.ogg"), upload(ben, PDF, "a.pdf"), upload(ben, picture(), "b.jpg")]
    ids = [kept.pk for kept in files]
    messages = send_files(conversation.pk, ids, ben, caption=Text("All of it"), client_id="f1")
    assert send_files(conversation.pk, ids, ben, caption=Text("All of it"), client_id="f1") == messages
    deliver_next(conversation.thread_id)
    assert [row["type"] for row in meta.sent()] == ["audio", "document", "image"]
    assert [message.content.get("caption") for message in messages] == [None, "All of it", None]
    assert meta.sent()[0]["body"]["voice"] is True


def test_words_that_no_file_can_carry_follow_as_text(conversation, ben):
    voice = upload(ben, ogg(b"OpusHead"), "v.ogg")
    messages = send_files(conversation.pk, [voice.pk], ben, caption=Text("Listen"))
    assert [message.kind for message in messages] == ["audio", "text"]


def test_a_file_is_sent_by_its_uploader_and_once(conversation, ben):
    theirs = upload(make_agent("Chen"), PDF)
    with pytest.raises(Refusal, match="no longer here"):
        send_files(conversation.pk, [theirs.pk], ben)
    mine = upload(ben, PDF)
    send_files(conversation.pk, [mine.pk], ben)
    with pytest.raises(Refusal, match="no longer here"):
        send_files(conversation.pk, [mine.pk], ben)


def test_a_caption_that_is_too_long_is_refused_as_a_whole(conversation, ben):
    kept = upload(ben, PDF)
    with pytest.raises(Refusal) as caught:
        send_files(conversation.pk, [kept.pk], ben, caption=Text("x" * 1025))
    assert (caught.value.field, caught.value.status_code) == ("caption", 400)
    assert not Message.objects.exists()


def test_an_upload_that_fails_for_now_keeps_the_messages_place(conversation, ben, meta):
    meta.fault("refuse", code=2, on="media", times=1)
    kept = upload(ben, PDF)
    [first] = send_files(conversation.pk, [kept.pk], ben)
    second = send_message(conversation.pk, Text("Second"), ben)
    deliver_next(conversation.thread_id)
    first.refresh_from_db()
    assert (first.status, first.attempts, meta.sent()) == ("queued", 1, [])
    moved_back(first, minutes=5)
    deliver_next(conversation.thread_id)
    assert [row["callback_data"] for row in meta.sent()] == [f"m:{first.pk}", f"m:{second.pk}"]


def test_a_file_that_vanished_from_the_server_says_so(conversation, ben, meta):
    kept = upload(ben, PDF)
    [message] = send_files(conversation.pk, [kept.pk], ben)
    kept.file.storage.delete(kept.file.name)
    deliver_next(conversation.thread_id)
    message.refresh_from_db()
    assert message.status == "failed"
    assert "Attach it" in message.error_text


def test_a_failed_file_is_sent_again_from_the_same_bytes(conversation, ben, meta):
    kept = upload(ben, PDF, "a.pdf")
    [message] = send_files(conversation.pk, [kept.pk], ben)
    meta.fault("refuse", code=131026, times=1)
    deliver_next(conversation.thread_id)
    again = send_again(message.pk, ben)
    deliver_next(conversation.thread_id)
    again.refresh_from_db()
    assert again.status == "sent"
    assert again.attachments.get().file.name == message.attachments.get().file.name


def test_a_page_of_postscript_is_no_picture_whatever_it_claims(ben):
    """Pillow would have Ghostscript draw it."""
    page = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1000 1000\n%%EndComments\nshowpage\n"
    assert pictures.look_at(io.BytesIO(page)) is None
    kept = upload(ben, picture(size=(700, 700)), "page.jpg")
    with kept.file.storage.open(kept.file.name, "wb") as file:
        file.write(page)
    assert media.thumbnail(kept) == ""


def test_a_thumbnail_is_small_and_made_once(ben):
    kept = upload(ben, picture(size=(2000, 1000)), "big.jpg")
    name = media.thumbnail(kept)
    assert media.thumbnail(kept) == name
    with kept.file.storage.open(name) as file, Image.open(file) as image:
        assert image.size == (640, 320)
    assert media.thumbnail(upload(ben, PDF)) == ""


def test_a_file_stands_in_the_header_of_buttons(conversation, ben, meta):
    kept = upload(ben, picture(), "parcel.jpg")
    content = Buttons("Is it this one?", (Button("y", "Yes"), Button("n", "No")), Header("image", media_id="upload"))
    message = send_message(conversation.pk, content, ben, attachment_ids=[kept.pk])
    deliver_next(conversation.thread_id)
    message.refresh_from_db()
    kept.refresh_from_db()
    assert (message.kind, message.status, message.error_text) == ("buttons", "sent", "")
    assert meta.sent()[0]["body"]["header"] == {"type": "image", "image": {"id": kept.media_id}}


def test_a_file_stands_in_the_header_of_a_template(conversation, ben, meta, berlin):
    components = [{"type": "HEADER", "format": "DOCUMENT"}, {"type": "BODY", "text": "Your invoice"}]
    MessageTemplate.objects.create(
        account=berlin.account, name="invoice", language="en", status="APPROVED", components=components
    )
    kept = upload(ben, PDF, "invoice-118.pdf")
    header = {"type": "header", "parameters": [{"type": "document", "document": {"id": "upload"}}]}
    message = send_message(conversation.pk, Template("invoice", "en", (header,)), ben, attachment_ids=[kept.pk])
    kept.refresh_from_db()
    kept.media_id = "7740011"
    kept.save()
    sent = envelope.payload(message)["template"]["components"]
    assert sent[0]["parameters"] == [{"type": "document", "document": {"id": "7740011", "filename": "invoice-118.pdf"}}]


def test_a_header_of_another_kind_is_refused(conversation, ben):
    kept = upload(ben, PDF, "a.pdf")
    content = Buttons("Is it this one?", (Button("y", "Yes"),), Header("image", media_id="upload"))
    with pytest.raises(Refusal, match="header"):
        send_message(conversation.pk, content, ben, attachment_ids=[kept.pk])
