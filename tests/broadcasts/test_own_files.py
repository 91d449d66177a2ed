"""What each recipient gets besides the words: a file above the text on WhatsApp, attachments by email."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from broadcasts import ledger
from broadcasts.drafts import choosing, files, lifecycle, trials
from broadcasts.models import Broadcast, Recipient
from inbox.media import forget_unsent
from inbox.models import Attachment, FeedEvent, Installation, Message
from tests.api.conftest import Program
from tests.broadcasts.conftest import approve
from tests.broadcasts.drafting import make_email_draft
from tests.broadcasts.pictures import PICTURE, png
from tests.broadcasts.senders import make_email, make_email_sender, run
from tests.broadcasts.sending import NOTICE, carry_all, phone_of, send
from tests.factories import make_agent
from whatsapp import template_sync

pytestmark = pytest.mark.django_db

FLYER = {"name": "flyer", "language": "en", "components": []}
PDF = b"%PDF-1.4 an invoice"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shop(berlin, meta):
    """Our number, with a template that has a picture above its text."""
    approve(meta, meta.numbers()[0], "flyer", [*PICTURE, {"type": "BODY", "text": "Have a look at this."}])
    template_sync.sync(berlin.account_id)
    return berlin


@pytest.fixture
def crm(client, shop):
    Installation.switch_on()
    return Program(client, ["broadcasts:read", "broadcasts:write", "media:write", "events:read"])


def upload(crm, file):
    answer = crm.client.post("/api/v1/media/", {"file": file}, headers=crm.headers())
    assert answer.status_code == 201, answer.json()
    return answer.json()["id"]


def post(crm, users, **template):
    return crm.post("broadcasts/", {"template": {**FLYER, **template}, "users": users})


def carried(crm, users, **template):
    answer = post(crm, users, **template)
    assert answer.status_code == 201, answer.json()
    carry_all(Broadcast.objects.get(pk=answer.json()["id"]))
    return crm.get(f"broadcasts/{answer.json()['id']}/").json()


def pictures_of(meta):
    """{phone: WhatsApp's id of what stood above its text}"""
    to = {f"m:{message.pk}": message.thread.contact.phone for message in messages()}
    return {to[row["callback_data"]]: row["shown"]["header"]["media"]["id"] for row in meta.sent()}


def messages():
    return Message.objects.select_related("thread__contact").order_by("pk")


def test_each_user_gets_an_upload_of_their_own_and_the_others_that_of_the_template(crm, meta):
    """Issue 5: a media header, also per recipient. WhatsApp gets each file once, the thread shows it."""
    red, teal = upload(crm, png(colour="red")), upload(crm, png(colour="teal"))
    users = [
        {"phone": phone_of(1), "attachments": [red]},
        {"phone": phone_of(2)},
        {"phone": phone_of(3), "attachments": [red]},
    ]
    shown = carried(crm, users, attachments=[teal])
    assert [one["status"] for one in shown["statuses"]] == ["sent"] * 3
    got = pictures_of(meta)
    assert got[phone_of(1)] == got[phone_of(3)] != got[phone_of(2)]
    kept = Attachment.objects.in_bulk([red, teal])
    assert (kept[red].media_id, kept[teal].media_id) == (got[phone_of(1)], got[phone_of(2)])
    assert shown["template"]["attachments"] == [teal]
    of_thread = [message.attachments.get() for message in messages()]
    assert [file.file.name for file in of_thread] == [kept[one].file.name for one in (red, teal, red)]
    created = FeedEvent.objects.filter(kind="message.created").order_by("pk").first()
    assert created.data["message"]["attachments"][0]["kind"] == "image"


def test_an_upload_that_a_broadcast_needs_is_not_forgotten_as_unsent(crm):
    red = upload(crm, png())
    assert post(crm, [{"phone": phone_of(1), "attachments": [red]}]).status_code == 201
    Attachment.objects.update(created_at="2020-01-01T00:00:00Z")
    assert forget_unsent() == 0


def test_a_link_with_a_placeholder_is_each_users_own(crm, meta):
    """Issue 5: a media header, also per recipient, from a public HTTPS address."""
    header = {"type": "header", "parameters": [{"type": "image", "image": {"link": "{{ photo }}"}}]}
    users = [{"phone": phone_of(1), "params": {"photo": "https://pictures.example/1.png"}}, {"phone": phone_of(2)}]
    body = {"template": {**FLYER, "components": [header]}, "users": users}
    created = crm.post("broadcasts/", {**body, "params": {"photo": "https://pictures.example/all.png"}})
    assert created.status_code == 201, created.json()
    carry_all(Broadcast.objects.get())
    sent = [message.content["components"][0]["parameters"][0]["image"] for message in messages()]
    assert [image["link"] for image in sent] == ["https://pictures.example/1.png", "https://pictures.example/all.png"]


LINKED = {"type": "header", "parameters": [{"type": "image", "image": {"link": "{{ photo }}"}}]}


@pytest.mark.parametrize(
    "second, template, code, field",
    [
        ({}, {}, "content", "header"),
        ({"attachments": ["red"]}, {}, "invalid", "users.1.attachments"),
        ({"attachments": [True]}, {}, "invalid", "users.1.attachments"),
        ({"attachments": [1, 2]}, {}, "invalid", "users.1.attachments"),
        ({"attachments": [999_999]}, {}, "attachment_gone", "users.1.attachments"),
        ({"attachments": "paper"}, {}, "content", "users.1.attachments"),
        ({"attachments": "red"}, {"name": "delivery_notice", **NOTICE, "components": []}, "content", "body"),
        (
            {"params": {"photo": "http://plain.example/1.png"}},
            {"components": [LINKED]},
            "content",
            "header parameter 1",
        ),
        ({}, {"components": [LINKED]}, "value_missing", "header parameter 1"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_sent_naming_user_and_field(crm, second, template, code, field):
    """Shows S3-47, S3-48."""
    ids = {"red": upload(crm, png()), "paper": upload(crm, SimpleUploadedFile("a.pdf", PDF))}
    named = second.get("attachments")
    second = {**second, "attachments": [ids[named]]} if isinstance(named, str) else second
    first = {"phone": phone_of(1), "attachments": [ids["red"]]}
    answer = post(crm, [first, {"phone": phone_of(2), **second}], **template)
    told = answer.json()
    assert (answer.status_code, told["code"], told["field"]) == (400, code, field), told
    if code in ("content", "value_missing") and field != "body":
        assert f"User 1, {phone_of(2)}" in told["detail"]
    assert not Broadcast.objects.exists()


def test_another_programs_upload_is_none_of_this_ones(crm, client):
    theirs = upload(Program(client, ["media:write"]), png())
    answer = post(crm, [{"phone": phone_of(1), "attachments": [theirs]}])
    assert (answer.status_code, answer.json()["code"]) == (400, "attachment_gone")


def test_whose_file_is_gone_fails_with_the_reason_and_the_others_get_theirs(crm, meta):
    red, teal = upload(crm, png(colour="red")), upload(crm, png(colour="teal"))
    users = [{"phone": phone_of(1), "attachments": [red]}, {"phone": phone_of(2), "attachments": [teal]}]
    broadcast_id = post(crm, users).json()["id"]
    Attachment.objects.filter(pk=red).delete()
    carry_all(Broadcast.objects.get(pk=broadcast_id))
    shown = crm.get(f"broadcasts/{broadcast_id}/").json()["statuses"]
    assert [(one["status"], one["reason"]) for one in shown] == [("failure", "file_gone"), ("sent", None)]


def test_what_another_worker_brings_to_whatsapp_just_now_is_waited_for(crm, meta):
    red = upload(crm, png())
    broadcast_id = post(crm, [{"phone": phone_of(1), "attachments": [red]}]).json()["id"]
    Attachment.objects.filter(pk=red).update(claimed_until="2099-01-01T00:00:00Z")
    broadcast = carry_all(Broadcast.objects.get(pk=broadcast_id))
    assert meta.sent() == []
    Attachment.objects.filter(pk=red).update(claimed_until=None)
    carry_all(broadcast, timezone.now() + timedelta(minutes=10))
    assert len(meta.sent()) == 1


def test_the_picture_chosen_in_the_wizard_stands_in_each_thread(shop, meta):
    """Issue 5, 8: a broadcast's messages stand in the contact's thread, whole."""
    root = make_agent("Root", role="admin")
    draft = Broadcast.objects.create(number=shop, name="Flyer", content=FLYER, created_by=root)
    draft = files.put_above_text(draft, png(), root)
    ledger.add(draft, [ledger.Entry(phone_of(place)) for place in (1, 2)], draft.created_at)
    send(draft)
    kept = files.file_above_text(draft)
    assert [message.attachments.get().file.name for message in messages()] == [kept.file.name] * 2
    assert set(pictures_of(meta).values()) == {kept.media_id}


# --- Email -----------------------------------------------------------------------------------------------------------


def files_in(postbox):
    """{address: names of the files of the letter it got}"""
    return {letter["To"]: [part.get_filename() for part in letter.iter_attachments()] for letter in postbox.letters}


@pytest.fixture
def draft(db):
    """An email with one file for everybody and two that are somebody's."""
    draft = make_email_draft(make_agent("Boss", role="admin"), make_email_sender())
    files.attach(draft, [SimpleUploadedFile("terms.pdf", PDF)])
    files.attach_personal(draft, [SimpleUploadedFile(f"invoice-{place}.pdf", PDF) for place in (1, 2)])
    return draft


TABLE = "email;attachment\nida@hafen.example;Invoice-1.pdf\nben@hafen.example;invoice-1.pdf | invoice-2.pdf\n"


def test_a_line_of_the_list_names_the_files_that_only_its_recipient_gets(draft, postbox):
    """Issue 5: email takes attachments, also per recipient."""
    found = choosing.read(draft, TABLE + "chen@hafen.example;\ndana@hafen.example;invoice-9.pdf\n")
    assert [problem.words for problem in found.problems] == ["There is no file “invoice-9.pdf” for single recipients."]
    choosing.put_list(draft, found)
    draft.params = {"first_name": "friend"}
    draft.save()
    send(draft)
    assert files_in(postbox) == {
        "ida@hafen.example": ["terms.pdf", "invoice-1.pdf"],
        "ben@hafen.example": ["terms.pdf", "invoice-1.pdf", "invoice-2.pdf"],
        "chen@hafen.example": ["terms.pdf"],
    }


def test_a_file_that_a_line_names_stays_until_the_list_goes(draft):
    choosing.put_list(draft, choosing.read(draft, TABLE))
    one = draft.files.get(name="invoice-1.pdf")
    with pytest.raises(files.Refusal, match="2 lines name this file"):
        files.take_out(draft, one.pk)
    choosing.forget_list(draft)
    files.take_out(draft, one.pk)
    assert not draft.files.filter(pk=one.pk).exists()


def test_files_that_are_too_large_for_one_email_leave_their_line_out(draft):
    draft.files.filter(is_personal=True).update(size_bytes=8 * files.MIB)
    found = choosing.read(draft, TABLE)
    assert [line.address for line in found.lines] == ["ida@hafen.example"]
    assert found.problems[0].words == "These files are too large for one email."


def test_everybodys_files_and_ones_own_share_the_room_of_an_email(draft):
    draft.files.filter(is_personal=False).update(size_bytes=8 * files.MIB)
    draft.files.filter(name="invoice-1.pdf").update(size_bytes=7 * files.MIB)
    found = choosing.read(draft, TABLE)
    assert [line.address for line in found.lines] == ["ida@hafen.example"]
    choosing.put_list(draft, found)
    with pytest.raises(files.Refusal, match="15 MB in all"):
        files.attach(draft, [SimpleUploadedFile("more.pdf", PDF)])


def test_files_of_a_deleted_draft_go_with_it_but_for_those_that_another_one_shares(draft):
    other = lifecycle.duplicate(draft, draft.created_by)
    shared, own = (draft.files.get(name=name).file for name in ("terms.pdf", "invoice-1.pdf"))
    now = timezone.now()
    lifecycle.delete(draft, now - timedelta(days=1))
    lifecycle.forget_deleted(now)
    assert not Broadcast.objects.filter(pk=draft.pk).exists()
    assert not own.storage.exists(own.name)
    assert other.files.get().read() == PDF
    assert shared.storage.exists(shared.name)


def test_a_test_brings_the_files_of_the_first_line_along(draft, postbox):
    choosing.put_list(draft, choosing.read(draft, TABLE))
    draft.params = {"first_name": "friend"}
    draft.save()
    trials.send(draft, "boss@hafen.example", None, draft.created_by)
    carry_all(Broadcast.objects.latest("pk"))
    assert files_in(postbox) == {"boss@hafen.example": ["terms.pdf", "invoice-1.pdf"]}


def test_an_email_whose_own_file_is_gone_does_not_leave_without_it(postbox):
    broadcast = make_email(["ida@hafen.example"])
    kept = broadcast.files.create(file=ContentFile(PDF, "a.pdf"), name="a.pdf", size_bytes=9, is_personal=True)
    Recipient.objects.update(files=[kept.pk + 1])
    run(broadcast)
    assert postbox.letters == []
    assert Recipient.objects.get().status == "queued"
