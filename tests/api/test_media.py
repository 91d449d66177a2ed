"""Files of programs: uploaded, sent, fetched; nobody reaches what is not theirs."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from inbox.delivery import envelope
from inbox.media import store_upload
from inbox.models import ApiKey, Attachment, Contact, Message
from tests.factories import make_agent, make_conversation, make_number, says
from whatsapp.models import MessageTemplate

HEADER = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Your picture."}]


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def crm(program):
    return program(*ApiKey.Scope.values)


@pytest.fixture
def conversation(berlin):
    return make_conversation("assigned", number=berlin, assignee=make_agent("Ada", numbers=[berlin]))


def picture(colour="red"):
    data = BytesIO()
    Image.new("RGB", (40, 30), colour).save(data, "PNG")
    return data.getvalue()


def upload(crm, content=None, name="parcel.png", **headers):
    file = SimpleUploadedFile(name, picture() if content is None else content)
    return crm.client.post("/api/v1/media/", {"file": file}, headers=crm.headers(**headers))


def test_an_upload_is_described_by_its_content_and_can_be_fetched_again(crm):
    """Whatever its name says."""
    answer = upload(crm, name="parcel.txt")
    assert answer.status_code == 201, answer.json()
    shown = answer.json()
    assert (shown["kind"], shown["mime_type"], shown["status"]) == ("image", "image/png", "stored")
    assert crm.get(f"media/{shown['id']}/").json() == shown
    assert shown["content_url"].endswith(f"/api/v1/media/{shown['id']}/content/")
    fetched = crm.get(f"media/{shown['id']}/content/")
    assert fetched.content == picture()
    assert fetched["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in fetched["Content-Security-Policy"]
    assert fetched["RateLimit-Limit"]


def test_a_range_of_a_file_is_answered_alone(crm):
    media = upload(crm).json()["id"]
    part = crm.client.get(f"/api/v1/media/{media}/content/", headers=crm.headers(Range="bytes=0-3"))
    assert (part.status_code, part.content) == (206, picture()[:4])


def test_what_could_run_is_only_ever_downloaded(crm):
    media = upload(crm, b"<script>alert(1)</script>", "page.html").json()["id"]
    fetched = crm.get(f"media/{media}/content/")
    assert fetched["Content-Type"] == "application/octet-stream"
    assert fetched["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "content, status, code", [(b"", 400, "file_refused"), (b"\x7fELF\x00\x01", 400, "file_refused")]
)
def test_what_whatsapp_does_not_carry_is_refused_in_words(crm, content, status, code):
    answer = upload(crm, content)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, "file")


def test_a_body_that_is_larger_than_any_file_is_not_read(crm):
    answer = crm.client.post(
        "/api/v1/media/",
        b"x",
        content_type="multipart/form-data; boundary=x",
        headers=crm.headers(),
        CONTENT_LENGTH="200000000",
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_form_without_file_and_a_body_that_is_no_form_are_refused(crm):
    answer = crm.client.post("/api/v1/media/", {"name": "x"}, headers=crm.headers())
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert crm.post("media/", {"file": "x"}).status_code == 415


def test_a_named_upload_happens_once_though_each_form_has_another_boundary(crm):
    first, again = (upload(crm, Idempotency_Key="one") for _ in range(2))
    assert first.status_code == 201
    assert (again["Idempotency-Replayed"], again.json()) == ("true", first.json())
    assert Attachment.objects.count() == 1
    other = upload(crm, picture("blue"), Idempotency_Key="one")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_a_file_goes_out_by_itself_with_its_words_as_caption(crm, conversation):
    media = upload(crm).json()["id"]
    body = {"content": {"text": "Your parcel"}, "attachments": [media]}
    sent = crm.post(f"conversations/{conversation.pk}/messages/", body)
    assert sent.status_code == 201, sent.json()
    assert (sent.json()["kind"], sent.json()["content"]["caption"]) == ("image", "Your parcel")
    assert [row["id"] for row in sent.json()["attachments"]] == [media]
    assert sent.json()["author_kind"] == "integration"
    again = crm.post(f"conversations/{conversation.pk}/messages/", body)
    assert (again.status_code, again.json()["code"]) == (400, "attachment_gone")


def test_a_file_that_carries_no_caption_is_not_sent_with_words(crm, conversation):
    sound = ContentFile(b"ID3\x04" + bytes(200), "song.mp3")
    media = store_upload(None, sound, api_key=crm.key)
    path = f"conversations/{conversation.pk}/messages/"
    refused = crm.post(path, {"content": {"text": "Listen"}, "attachments": [media.pk]})
    assert (refused.status_code, refused.json()["field"]) == (400, "content")
    assert crm.post(path, {"attachments": [media.pk]}).json()["kind"] == "audio"


def test_a_file_is_the_header_of_buttons(crm, conversation):
    media = upload(crm).json()["id"]
    content = {"text": "Is this yours?", "buttons": [{"id": "yes", "title": "Yes"}]}
    path = f"conversations/{conversation.pk}/messages/"
    sent = crm.post(path, {"kind": "buttons", "content": content, "attachments": [media]})
    assert sent.status_code == 201, sent.json()
    assert sent.json()["content"]["header"]["type"] == "image"
    assert [row["id"] for row in sent.json()["attachments"]] == [media]
    place = {"kind": "location", "content": {"latitude": 1, "longitude": 1}, "attachments": [upload(crm).json()["id"]]}
    assert crm.post(path, place).json()["code"] == "header_file"


def test_a_file_is_the_header_of_a_template_and_goes_to_whatsapp_by_its_id_there(program, conversation):
    """With a key that sends templates only; the caller need not write the header's component."""
    crm = program("media:write", "messages:templates")
    MessageTemplate.objects.create(
        account=conversation.thread.number.account, name="shown", language="en", status="APPROVED", components=HEADER
    )
    media = upload(crm).json()["id"]
    body = {"name": "shown", "language": "en", "attachments": [media]}
    sent = crm.post(f"conversations/{conversation.pk}/template-messages/", body)
    assert sent.status_code == 201, sent.json()
    assert sent.json()["content"]["preview"]["header"]["type"] == "image"
    Attachment.objects.filter(pk=media).update(media_id="7740011")
    parts = envelope.payload(Message.objects.get(pk=sent.json()["id"]))["template"]["components"]
    assert parts == [{"type": "header", "parameters": [{"type": "image", "image": {"id": "7740011"}}]}]


def test_a_template_without_a_place_for_a_file_takes_none(crm, conversation):
    account = conversation.thread.number.account
    MessageTemplate.objects.create(
        account=account, name="plain", language="en", status="APPROVED", components=HEADER[1:]
    )
    body = {"name": "plain", "language": "en", "attachments": [upload(crm).json()["id"]]}
    refused = crm.post(f"conversations/{conversation.pk}/template-messages/", body)
    assert refused.status_code == 400


def test_files_of_others_are_neither_seen_nor_sent(program, crm, conversation):
    """An agent's upload, another program's, a file kept for settings."""
    agents = store_upload(conversation.assignee, ContentFile(b"Agent", "a.txt"))
    kept = store_upload(None, ContentFile(b"Settings", "b.txt"))
    others = store_upload(None, ContentFile(b"Other", "c.txt"), api_key=program(*ApiKey.Scope.values).key)
    for file in (agents, kept, others):
        assert crm.get(f"media/{file.pk}/").status_code == 404
        assert crm.get(f"media/{file.pk}/content/").status_code == 404
        sent = crm.post(f"conversations/{conversation.pk}/messages/", {"attachments": [file.pk]})
        assert sent.json()["code"] == "attachment_gone"


def test_a_key_of_one_number_fetches_files_of_its_conversations_only(program, conversation, berlin):
    says(Contact.objects.get(), berlin, "image", {"media_id": "1", "mime_type": "image/png"})
    message = Message.objects.get(kind="image")
    file, _ = Attachment.objects.get_or_create(message=message, defaults={"token": message.pk})
    file.status = "stored"
    file.file.save("x", ContentFile(b"bytes"))
    assert program(number=berlin).get(f"media/{file.pk}/content/").content == b"bytes"
    elsewhere = program(number=make_number("Munich"))
    assert elsewhere.get(f"media/{file.pk}/content/").status_code == 404
    assert elsewhere.get(f"media/{file.pk}/").status_code == 404
    Attachment.objects.update(status="pending")
    waiting = program(number=berlin).get(f"media/{file.pk}/content/")
    assert (waiting.status_code, waiting.json()["code"]) == (404, "not_found")


def test_messages_show_their_files(crm, conversation, berlin):
    crm.post(f"conversations/{conversation.pk}/messages/", {"attachments": [upload(crm).json()["id"]]})
    rows = crm.get(f"conversations/{conversation.pk}/messages/").json()["results"]
    assert [file["mime_type"] for row in rows for file in row["attachments"]] == ["image/png"]
