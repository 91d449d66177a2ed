"""Step two of the wizard: the message, its tags and defaults, its preview, the file above the text."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.broadcasts.drafting import (
    LINK,
    make_draft,
    make_email_draft,
    make_email_sender,
    make_sms_draft,
    make_sms_sender,
    make_template,
)
from tests.broadcasts.pictures import PICTURE, png
from tests.broadcasts.wizard.pages import HTMX, at, known, words_of
from tests.factories import make_agent, make_contact


def test_a_template_is_chosen_and_the_others_say_why_not(client, boss, number, template):
    """S4-45: a broadcast on WhatsApp is a template."""
    make_template(number, "storm", status="PAUSED")
    draft = make_draft(boss, number)
    assert "Meta has paused this template" in words_of(client.get(at("message", draft)))
    client.post(at("message", draft) + "?choose", {"template": template.pk})
    draft.refresh_from_db()
    assert draft.content["name"] == "order_update"


def test_variables_take_words_and_tags(client, boss, number):
    """S4-39: tags stand in the message and are filled for each recipient."""
    template = make_template(number, more=[{"type": "BUTTONS", "buttons": [LINK]}])
    known(number, attributes={"order": "A-17"})
    draft = make_draft(boss, number, template)
    values = {"value-body.1": "{{ first_name }}", "value-body.2": "{{ order }}", "value-button.0": "{{ order }}"}
    answer = client.post(at("message", draft), values, **HTMX)
    draft.refresh_from_db()
    assert draft.content["components"] == [
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "{{ first_name }}"}, {"type": "text", "text": "{{ order }}"}],
        },
        {
            "type": "button",
            "sub_type": "url",
            "index": "0",
            "parameters": [{"type": "text", "text": "{{ order }}"}],
        },
    ]
    shown = words_of(answer)
    assert "Hello Amira, your order A-17 comes tomorrow." in shown
    assert "https://hafen.example/A-17" in shown


def test_the_preview_is_for_whoever_is_chosen_and_says_what_they_lack(client, boss, number, template):
    known(number, "Amira Haddad", attributes={"order": "A-17"})
    luis = known(number, "Luis Ortega")
    stranger = make_contact("Somebody else's")
    draft = make_draft(boss, number, template)
    values = {"value-body.1": "{{ first_name }}", "value-body.2": "{{ order }}", "preview_for": luis.pk}
    shown = words_of(client.post(at("message", draft), values, **HTMX))
    assert "Hello Luis" in shown
    assert "has no order." in shown
    with_default = values | {"default-order": "on its way", "tags_shown": "first_name order"}
    assert "your order on its way comes" in words_of(client.post(at("message", draft), with_default, **HTMX))
    other = words_of(client.post(at("message", draft), values | {"preview_for": stranger.pk}, **HTMX))
    assert "Somebody" not in other
    nothing_yet = words_of(client.post(at("message", draft), {"preview_for": luis.pk}, **HTMX))
    assert "Give a default" not in nothing_yet


def test_the_message_must_be_whole_before_recipients_are_chosen(client, boss, number, template):
    draft = make_draft(boss, number, template)
    answer = client.post(at("message", draft), {"value-body.1": "you", "value-body.2": ""})
    assert answer.status_code == 400
    assert "Write what stands here" in words_of(answer)
    answer = client.post(at("message", draft), {"value-body.1": "you", "value-body.2": "A-1"})
    assert answer.url == at("recipients", draft)


def test_tags_are_offered_at_the_bottom_attributes_included(client, boss, number):
    """S4-39."""
    known(number, attributes={"order": "A-17", "city": "Berlin"})
    known(number, "Luis", attributes={"order": "A-18"})
    draft = make_email_draft(boss, make_email_sender())
    tags = client.get(at("message", draft)).context["tags"]
    assert [tag.text for tag in tags] == [
        "{{ name }}",
        "{{ first_name }}",
        "{{ phone }}",
        "{{ email }}",
        "{{ order }}",
        "{{ city }}",
    ]


def test_an_email_has_a_subject_then_a_message(client, boss):
    """S4-38."""
    draft = make_email_draft(boss, make_email_sender())
    answer = client.post(at("message", draft), {"subject": "", "message": "Hello"})
    assert "An email needs a subject." in words_of(answer)
    assert 'id="subject-problem"' in words_of(answer)
    answer = client.post(at("message", draft), {"subject": "News for {{ name }}", "message": "Hello"})
    assert answer.url == at("recipients", draft)


def test_an_email_takes_files_up_to_a_limit(client, boss):
    draft = make_email_draft(boss, make_email_sender())
    file = SimpleUploadedFile("../price list.pdf", b"%PDF-1.4 ...")
    shown = words_of(client.post(at("files", draft), {"file": [file]}))
    assert "price list.pdf" in shown
    large = SimpleUploadedFile("film.mp4", b"0" * (15 * 1024 * 1024))
    assert "may have 15 MB in all" in words_of(client.post(at("files", draft), {"file": [large]}))
    kept = draft.files.get()
    assert kept.name == "price list.pdf"
    client.post(at("files", draft), {"remove": kept.pk})
    assert not draft.files.exists()


def test_an_sms_counts_what_it_costs_as_one_writes(client, boss):
    draft = make_sms_draft(boss, make_sms_sender())
    short = words_of(client.post(at("message", draft), {"message": "Hello"}, **HTMX))
    assert "<strong>1 SMS</strong> per recipient" in short
    long = words_of(client.post(at("message", draft), {"message": "ж" * 71}, **HTMX))
    assert "<strong>2 SMS</strong>" in long
    assert "is not in the SMS alphabet" in long


def test_marks_stand_in_an_sms_as_they_are_written(client, boss):
    draft = make_sms_draft(boss, make_sms_sender())
    shown = words_of(client.post(at("message", draft), {"message": "Only *today*"}, **HTMX))
    assert "Only *today*" in shown


def test_a_default_survives_while_its_tag_is_typed_anew(client, boss):
    draft = make_email_draft(boss, make_email_sender())
    client.post(at("message", draft), {"subject": "S", "message": "{{ city }}", "default-city": "town"}, **HTMX)
    client.post(at("message", draft), {"subject": "S", "message": "{{ cit"}, **HTMX)
    shown = client.post(at("message", draft), {"subject": "S", "message": "{{ city }}"}, **HTMX)
    assert 'name="default-city" value="town"' in words_of(shown)


def test_a_picture_above_the_text_is_brought_to_whatsapp(client, berlin):
    root = make_agent("Root", role="admin")
    client.force_login(root)
    template = make_template(berlin, "flyer", body="Look", more=PICTURE)
    draft = make_draft(root, berlin, template)
    shown = words_of(client.post(at("above_text", draft), {"file": png()}))
    assert "flyer.png" in shown
    draft.refresh_from_db()
    (header,) = draft.content["components"]
    assert header["parameters"][0]["image"]["id"]
    assert client.get(at("picture", draft))["Content-Type"] == "image/png"
    assert f'<img src="{at("picture", draft)}" alt="">' in words_of(client.get(at("message", draft)))
    assert client.post(at("message", draft), {}).url == at("recipients", draft)
    refused = client.post(at("above_text", draft), {"file": SimpleUploadedFile("x.txt", b"words")})
    assert "This place takes a file of the kind image." in words_of(refused)


def test_the_file_above_the_text_may_be_a_link_that_is_each_recipients_own(client, boss, number):
    """Issue 5: a media header, also per recipient."""
    draft = make_draft(boss, number, make_template(number, "flyer", body="Look", more=PICTURE))
    assert client.post(at("message", draft), {"value-header.image.link": "ftp://x.example/a.png"}).status_code == 400
    assert client.post(at("message", draft), {"value-header.image.link": "{{ photo }}"}).url == at("recipients", draft)
    draft.refresh_from_db()
    assert draft.content["components"][0]["parameters"][0]["image"] == {"link": "{{ photo }}"}
    assert 'value="{{ photo }}"' in words_of(client.get(at("message", draft)))
    table = "phone;photo\n+4915170000001;https://x.example/1.png\n+4915170000002;ftp://x.example/2.png\n"
    read = words_of(client.post(at("pasted", draft), {"text": table, "add": "1"}))
    assert "</strong> recipient of a pasted list is chosen" in read
    only = draft.recipients.get()
    assert only.params == {"photo": "https://x.example/1.png"}


def test_files_of_single_recipients_are_added_and_those_that_a_line_names_stay(client, boss):
    """Issue 5: attachments, also per recipient."""
    draft = make_email_draft(boss, make_email_sender())
    shown = words_of(client.post(at("files", draft), {"personal": SimpleUploadedFile("invoice.pdf", b"%PDF-1.4")}))
    assert "invoice.pdf" in shown
    table = "email,attachment\nida@hafen.example,invoice.pdf\nben@hafen.example,other.pdf\n"
    read = client.post(at("pasted", draft), {"text": table})
    assert "There is no file “other.pdf” for single recipients." in words_of(read)
    client.post(at("pasted", draft), {"text": table, "add": "1"})
    kept = draft.files.get()
    assert draft.recipients.get().files == [kept.pk]
    assert "One line names this file." in words_of(client.post(at("files", draft), {"remove": kept.pk}))
    assert draft.files.exists()


def test_the_words_that_are_appended_to_an_sms_are_counted_with_it(client, boss):
    draft = make_sms_draft(boss, make_sms_sender(), message="")
    long = {"message": "x" * 150}
    assert "<strong>1 SMS</strong>" in words_of(client.post(at("message", draft), long, **HTMX))
    assert "<strong>2 SMS</strong>" in words_of(client.post(at("message", draft), long | {"offers_stop": "1"}, **HTMX))
