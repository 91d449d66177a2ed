"""What the composer posts: messages, notes, reactions, files; what it shows before."""

import json
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from inbox.emoji_palette import palette
from inbox.models import Attachment, CannedReply, Conversation, Message
from tests.factories import make_agent, make_contact, make_conversation, make_number
from whatsapp.models import MessageTemplate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media_of_this_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def berlin(db):
    return make_number("Berlin")


@pytest.fixture
def ben(berlin):
    return make_agent("Ben Krüger", numbers=[berlin])


@pytest.fixture
def chen(berlin):
    return make_agent("Chen Wei", numbers=[berlin])


@pytest.fixture
def stranger(db):
    return make_agent("Tiago Rocha", numbers=[make_number("Lisboa")])


@pytest.fixture
def conversation(berlin, ben):
    return make_conversation("assigned", number=berlin, assignee=ben)


@pytest.fixture
def as_agent(client):
    def enter(agent):
        client.force_login(agent)
        return client

    return enter


def post(client, name, *args, **data):
    return client.post(reverse(name, args=[row.pk for row in args]), json.dumps(data), content_type="application/json")


def text(words, **more):
    return {"client_id": "a1", "kind": "text", "content": {"text": words}, **more}


def asked(conversation, wamid="wamid.asked"):
    thread = conversation.thread
    row = {"author_kind": "customer", "kind": "text", "status": "received", "content": {"text": "Where is it?"}}
    return Message.objects.create(thread=thread, conversation=conversation, wamid=wamid, **row)


def picture(name="crack.png", sides=(40, 30), form="PNG"):
    data = BytesIO()
    Image.new("RGB", sides, "teal").save(data, form)
    return SimpleUploadedFile(name, data.getvalue())


def uploaded(client, *files):
    return [client.post(reverse("upload"), {"file": file}).json()["id"] for file in files]


# Words


def test_what_is_sent_comes_back_as_the_bubble_that_everyone_sees(as_agent, conversation, ben):
    answer = post(as_agent(ben), "send", conversation, **text("It left <b>Hamburg</b>"))
    assert answer.status_code == 201
    sent = Message.objects.get(pk=answer.json()["id"])
    assert (sent.author, sent.content, sent.status) == (ben, {"text": "It left <b>Hamburg</b>"}, "queued")
    assert f'id="message-{sent.pk}"' in answer.json()["html"]
    assert 'data-client-id="a1"' in answer.json()["html"]
    assert "&lt;b&gt;Hamburg" in answer.json()["html"]


def test_the_same_name_again_is_the_same_message(as_agent, conversation, ben):
    first, second = (post(as_agent(ben), "send", conversation, **text("Hello")).json() for _ in range(2))
    assert first == second
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "status", "field"),
    [
        (text("  "), 400, "text"),
        (text("x" * 4097), 400, "text"),
        (text(7), 400, "text"),
        ({"kind": "fax", "content": {}}, 400, "kind"),
        ({"kind": "buttons", "content": {"text": "Fits?", "buttons": [{"id": "1", "title": "x" * 21}]}}, 400, None),
        (text("Hello", client_id="x" * 90), 400, "client_id"),
        (text("Hello", client_id="a\x00b"), 400, "client_id"),
        (text("Hello", quoted_id="abc"), 400, "quoted_id"),
        (text("Hello", quoted_id=10**15), 400, "quoted_id"),
        (text("Hello", attachments="abc"), 400, "attachments"),
        ({"kind": "location", "content": {"latitude": 1, "longitude": 1}, "attachments": [1]}, 400, "attachments"),
    ],
)
def test_content_that_cannot_go_is_refused_with_words_and_its_field(as_agent, conversation, ben, data, status, field):
    answer = post(as_agent(ben), "send", conversation, **data)
    assert answer.status_code == status
    assert answer.json()["words"].endswith(".")
    assert field is None or answer.json()["field"] == field
    assert not Message.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "{", '"text"'])
def test_what_is_no_object_is_refused(as_agent, conversation, ben, body):
    answer = as_agent(ben).post(reverse("send", args=[conversation.pk]), body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "content",
    [
        ("buttons", {"text": "Fits?", "buttons": [{"id": "1", "title": "Yes"}]}),
        (
            "list",
            {"text": "About?", "button": "Choose", "sections": [{"title": "", "rows": [{"id": "1", "title": "A"}]}]},
        ),
        ("link", {"text": "Prices", "label": "See", "url": "https://hafen.example"}),
        ("location", {"latitude": "52.5", "longitude": "13.4", "name": "Shop"}),
        ("location_request", {"text": "Where?"}),
        ("contacts", {"contacts": [{"name": {"formatted_name": "Ida Brandt", "first_name": "Ida"}}]}),
    ],
)
def test_buttons_places_and_cards_are_sent_like_words(as_agent, conversation, ben, content):
    kind, stored = content
    answer = post(as_agent(ben), "send", conversation, client_id="a1", kind=kind, content=stored)
    assert answer.status_code == 201
    assert Message.objects.get().kind == kind


def test_a_reply_quotes(as_agent, conversation, ben):
    question = asked(conversation)
    answer = post(as_agent(ben), "send", conversation, **text("In Hamburg", quoted_id=question.pk))
    assert Message.objects.get(pk=answer.json()["id"]).quoted == question
    assert f'data-quote="{question.pk}"' in answer.json()["html"]


# Who may


def test_nobody_writes_where_they_see_nothing(as_agent, conversation, stranger):
    assert post(as_agent(stranger), "send", conversation, **text("Hello")).status_code == 404
    assert post(as_agent(stranger), "write_note", conversation, text="Hello").status_code == 404
    assert post(as_agent(stranger), "react", asked(conversation), emoji="👍").status_code == 404
    assert as_agent(stranger).get(reverse("conversation_templates", args=[conversation.pk])).status_code == 404
    assert as_agent(stranger).get(reverse("composer_state", args=[conversation.pk])).status_code == 404
    assert not Message.objects.filter(author=stranger).exists()


def test_without_a_login_there_is_only_the_login_page(client, conversation):
    for name in ("send", "write_note"):
        assert post(client, name, conversation, **text("Hello")).status_code == 302
    assert client.post(reverse("upload"), {"file": picture()}).status_code == 302
    assert client.get(reverse("canned")).status_code == 302
    assert not Attachment.objects.exists()


def test_a_colleagues_conversation_asks_and_a_helper_may(as_agent, conversation, chen):
    refused = post(as_agent(chen), "send", conversation, **text("I know"))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_yours")
    assert "Ben Krüger" in refused.json()["words"]
    assert post(as_agent(chen), "send", conversation, **text("I know", as_helper=True)).status_code == 201


def test_writing_into_a_waiting_conversation_claims_it(as_agent, berlin, chen):
    waiting = make_conversation("queued", number=berlin)
    assert post(as_agent(chen), "send", waiting, **text("Hello")).status_code == 201
    waiting.refresh_from_db()
    assert waiting.assignee == chen


def test_a_closed_window_refuses_words_and_says_what_to_do(as_agent, berlin, ben):
    conversation = make_conversation("assigned", number=berlin, assignee=ben, window_hours=-1)
    refused = post(as_agent(ben), "send", conversation, **text("Hello"))
    assert (refused.status_code, refused.json()["code"]) == (409, "window_closed")
    assert "template" in refused.json()["words"]


def test_a_note_stays_in_the_team_once(as_agent, conversation, ben):
    for _ in range(2):
        answer = post(as_agent(ben), "write_note", conversation, text="Ask the depot", client_id="n1")
    assert answer.status_code == 201
    note = Message.objects.get()
    assert (note.kind, note.status, note.author) == ("note", "noted", ben)
    assert 'data-side="note"' in answer.json()["html"]
    assert post(as_agent(ben), "write_note", conversation, text=" ").status_code == 400


def test_a_reaction_shows_on_its_message_and_is_taken_back(as_agent, conversation, ben):
    question = asked(conversation)
    answer = post(as_agent(ben), "react", question, emoji="👍", client_id="r1")
    assert answer.status_code == 200
    assert "👍" in answer.json()["html"]
    post(as_agent(ben), "react", question, emoji="", client_id="r2")
    question.refresh_from_db()
    assert question.reactions == {}
    assert post(as_agent(ben), "react", question, emoji="ok").status_code == 400


def test_a_failed_message_is_sent_again(as_agent, conversation, ben):
    failed = Message.objects.create(
        thread=conversation.thread, conversation=conversation, author_kind="agent", author=ben, kind="text",
        content={"text": "Hello"}, status="failed",
    )  # fmt: skip
    answer = post(as_agent(ben), "send_again", failed)
    assert answer.status_code == 201
    assert Message.objects.get(pk=answer.json()["id"]).retry_of == failed


# Files (S4-26 to S4-30)


def test_a_file_is_kept_and_described(as_agent, ben):
    answer = as_agent(ben).post(reverse("upload"), {"file": picture("Crack in the box.png")})
    assert answer.status_code == 201
    described = answer.json()
    assert (described["kind"], described["name"], described["width"]) == ("image", "Crack in the box.png", 40)
    assert as_agent(ben).get(described["url"]).status_code == 200


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (SimpleUploadedFile("virus.exe", b"MZ" + b"\x00" * 400), 400),
        (SimpleUploadedFile("empty.png", b""), 400),
        (SimpleUploadedFile("film.mp4", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * (17 * 1024 * 1024)), 413),
    ],
)
def test_a_file_that_whatsapp_does_not_carry_is_refused_in_words(as_agent, ben, file, status):
    answer = as_agent(ben).post(reverse("upload"), {"file": file})
    assert answer.status_code == status
    assert answer.json()["words"].endswith(".")
    assert not Attachment.objects.exists()


def test_no_file_at_all_is_refused(as_agent, ben):
    assert as_agent(ben).post(reverse("upload")).status_code == 400


def test_several_files_go_at_once_with_or_without_words(as_agent, conversation, ben):
    """S4-30: an accompanying text is optional."""
    client = as_agent(ben)
    ids = uploaded(client, picture("one.png"), picture("two.png"))
    answer = post(client, "send", conversation, client_id="f1", attachments=ids)
    assert answer.status_code == 201
    assert len(answer.json()["ids"]) == 2
    ids = uploaded(client, picture("three.png"))
    answer = post(client, "send", conversation, **text("The third", client_id="f2", attachments=ids))
    assert Message.objects.get(pk=answer.json()["id"]).content["caption"] == "The third"
    again = post(client, "send", conversation, **text("The third", client_id="f2", attachments=ids))
    assert again.json()["ids"] == answer.json()["ids"]


def test_a_colleagues_upload_cannot_be_sent(as_agent, conversation, ben, chen):
    ids = uploaded(as_agent(chen), picture())
    refused = post(as_agent(ben), "send", conversation, client_id="f1", attachments=ids)
    assert (refused.status_code, refused.json()["field"]) == (400, "attachments")


# Message templates


@pytest.fixture
def offer(berlin):
    header = {"type": "HEADER", "format": "IMAGE"}
    body = {"type": "BODY", "text": "Hello {{first_name}}, *{{percent}}* off."}
    return MessageTemplate.objects.create(
        account=berlin.account, name="offer", language="en_US", status="APPROVED", category="UTILITY",
        components=[header, body],
    )  # fmt: skip


def test_the_picker_shows_all_and_says_why_some_cannot_be_chosen(as_agent, conversation, offer, ben):
    MessageTemplate.objects.create(account=offer.account, name="storm", language="de", status="PAUSED", components=[])
    MessageTemplate.objects.create(account=offer.account, name="gone", language="de", status="DELETED", components=[])
    MessageTemplate.objects.create(
        account=make_number("Lisboa").account, name="foreign", language="pt", status="APPROVED"
    )
    page = as_agent(ben).get(reverse("conversation_templates", args=[conversation.pk])).content.decode()
    assert "offer" in page
    assert "English (US)" in page
    assert 'aria-disabled="true"' in page
    assert "Meta has paused this template" in page
    assert "gone" not in page
    assert "foreign" not in page


def test_without_templates_the_picker_says_what_to_do(as_agent, conversation, ben):
    page = as_agent(ben).get(reverse("conversation_templates", args=[conversation.pk])).content.decode()
    assert "no message templates yet" in page


def test_the_form_asks_for_each_value_beside_the_bubble(as_agent, offer, ben, stranger):
    page = as_agent(ben).get(reverse("template_form", args=[offer.pk])).content.decode()
    assert 'data-value="body.first_name"' in page
    assert 'data-value="header.image"' in page
    assert 'data-place="body.percent"' in page
    assert 'class="bold place"' in page
    assert as_agent(stranger).get(reverse("template_form", args=[offer.pk])).status_code == 404


def filled(offer, **values):
    return {"client_id": "t1", "kind": "template", "content": {"template": offer.pk, "values": values}}


def test_a_filled_template_is_sent_with_its_picture_even_twice(as_agent, conversation, offer, ben):
    client = as_agent(ben)
    [file] = uploaded(client, picture())
    values = {"body.first_name": "Ida", "body.percent": "20 %", "header.image": {"attachment": file}}
    for _ in range(2):
        answer = post(client, "send", conversation, **filled(offer, **values))
        assert answer.status_code == 201
    sent = Message.objects.get()
    assert sent.content["preview"]["body"] == "Hello Ida, *20 %* off."
    assert sent.attachments.get().pk == file


def test_a_template_is_refused_by_the_value_that_is_wrong(as_agent, conversation, offer, ben, chen):
    client = as_agent(chen)
    [foreign] = uploaded(client, picture())
    client = as_agent(ben)
    [file] = uploaded(client, picture())
    right = {"body.first_name": "Ida", "body.percent": "20 %", "header.image": {"attachment": file}}
    for wrong, field in (
        ({"body.percent": ""}, "body.percent"),
        ({"header.image": {"attachment": foreign}}, "header.image"),
        ({"header.image": {"attachment": "x"}}, "attachment"),
        ({"header.image": None}, "header.image"),
    ):
        refused = post(client, "send", conversation, **filled(offer, **right | wrong))
        assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert not Message.objects.exists()


def test_a_template_of_another_account_is_refused(as_agent, conversation, ben):
    foreign = MessageTemplate.objects.create(
        account=make_number("Lisboa").account, name="hi", language="pt", status="APPROVED"
    )
    refused = post(as_agent(ben), "send", conversation, **filled(foreign))
    assert (refused.status_code, refused.json()["code"]) == (400, "template_unknown")


# What stands above the field


@pytest.mark.parametrize(
    ("status", "stance", "words"),
    [
        ("queued", "claim", "Writing claims this conversation"),
        ("unassigned", "claim", "Writing claims this conversation"),
        ("assigned", "ask", "Answer as helper"),
    ],
)
def test_the_composer_says_where_one_stands(as_agent, berlin, ben, chen, status, stance, words):
    conversation = make_conversation(status, number=berlin, assignee=ben if status == "assigned" else None)
    page = as_agent(chen).get(reverse("composer_state", args=[conversation.pk])).content.decode()
    assert f'data-stance="{stance}"' in page
    assert words in page


def test_a_follower_answers_as_helper_and_the_owner_just_writes(as_agent, conversation, ben, chen):
    as_agent(chen).post(reverse("conversation_act", args=[conversation.pk, "follow"]))
    helper = as_agent(chen).get(reverse("composer_state", args=[conversation.pk])).content.decode()
    owner = as_agent(ben).get(reverse("composer_state", args=[conversation.pk])).content.decode()
    assert 'data-stance="help"' in helper
    assert 'data-stance="write"' in owner
    assert "<p" not in owner


def test_a_closed_conversation_offers_to_reopen(as_agent, berlin, ben):
    closed = make_conversation("closed", number=berlin, assignee=ben)
    page = as_agent(ben).get(reverse("composer_state", args=[closed.pk])).content.decode()
    assert 'data-act="reopen"' in page
    assert post(as_agent(ben), "send", closed, **text("Hello")).json()["code"] == "conversation_closed"


def test_a_number_on_hold_and_an_opt_out_are_said_before_writing(as_agent, berlin, ben):
    contact = make_contact(whatsapp_optout="all")
    conversation = make_conversation("assigned", number=berlin, contact=contact, assignee=ben)
    berlin.held_at, berlin.held_reason = conversation.opened_at, "The access token has expired."
    berlin.save()
    page = as_agent(ben).get(reverse("composer_state", args=[conversation.pk])).content.decode()
    assert "The access token has expired." in page
    assert "does not want messages that we start" in page


def test_the_page_carries_composer_and_file_rules(as_agent, conversation, ben):
    page = as_agent(ben).get(reverse("conversation", args=[conversation.pk])).content.decode()
    assert 'id="composer-text"' in page
    assert "application/pdf" in page
    assert Conversation.objects.count() == 1


# Emoji, canned replies, forms


def test_canned_replies_are_handed_out(as_agent, ben):
    CannedReply.objects.create(shortcut="hello", text="Hello {{ name }}")
    assert as_agent(ben).get(reverse("canned")).json() == {
        "replies": [{"shortcut": "hello", "text": "Hello {{ name }}"}]
    }


def test_the_emoji_palette_is_kept_by_the_browser(as_agent, ben):
    answer = as_agent(ben).get(reverse("emoji_palette"))
    assert "private" in answer["Cache-Control"]
    assert "max-age" in answer["Cache-Control"]
    assert "👍" in answer.content.decode()


def test_every_emoji_stands_in_one_group_and_none_has_a_skin_tone():
    groups = dict(palette())
    characters = [emoji.character for found in groups.values() for emoji in found]
    assert len(characters) == len(set(characters)) > 1500
    assert "👍" in [emoji.character for emoji in groups["People"]]
    assert "😀" in [emoji.character for emoji in groups["Faces"]]
    assert "🇩🇪" in [emoji.character for emoji in groups["Flags"]]
    assert not any(tone in character for character in characters for tone in "🏻🏼🏽🏾🏿")


@pytest.mark.parametrize("kind", ["buttons", "list", "link", "location", "location-request", "contacts"])
def test_each_form_opens(as_agent, ben, kind):
    assert b"<dialog" in as_agent(ben).get(reverse("builder", args=[kind])).content


def test_there_is_no_form_of_another_kind(as_agent, ben):
    assert as_agent(ben).get(reverse("builder", args=["fax"])).status_code == 404
