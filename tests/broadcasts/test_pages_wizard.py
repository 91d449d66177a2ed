"""The wizard, step by step: what it keeps, what it refuses in which words, and when a later step opens."""

import io
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from broadcasts.models import Broadcast
from inbox.actions import groups
from inbox.models import Contact
from tests.broadcasts.drafting import (
    LINK,
    make_draft,
    make_email_draft,
    make_email_sender,
    make_sms_draft,
    make_sms_sender,
    make_template,
)
from tests.factories import make_agent, make_contact, make_conversation, make_number, make_thread

Status = Broadcast.Status
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def number(db):
    return make_number("Berlin")


@pytest.fixture
def boss(number, client):
    agent = make_agent("Boss", role="supervisor", numbers=[number])
    client.force_login(agent)
    return agent


@pytest.fixture
def template(number):
    return make_template(number)


def known(number, name="Amira Haddad", **fields):
    """A customer of this number, so that its supervisors see them."""
    contact = make_contact(name, **fields)
    make_thread(contact, number)
    return contact


def at(step, draft, *more):
    return reverse(f"broadcast_{step}", args=[draft.pk, *more])


def words_of(response):
    return " ".join(response.content.decode().split())


# --- Step one --------------------------------------------------------------------------------------------------------


def test_step_one_asks_for_a_name_and_the_channel_to_send_from(client, boss, number):
    """S4-37 and S4-35: WhatsApp numbers, email senders, SMS senders."""
    make_email_sender()
    make_sms_sender(is_active=False)
    shown = words_of(client.get(reverse("new_broadcast")))
    assert "Berlin" in shown
    assert "news@hafen.example" in shown
    assert "No SMS sender is set up." in shown
    assert "Proceed to compose message" in shown


def test_proceeding_makes_the_draft_and_goes_to_the_message(client, boss, number):
    answer = client.post(reverse("new_broadcast"), {"name": "Order news", "sender": f"whatsapp:{number.pk}"})
    draft = Broadcast.objects.get()
    assert (draft.name, draft.number, draft.created_by, draft.status) == ("Order news", number, boss, Status.DRAFT)
    assert answer.url == at("message", draft)


def test_step_one_says_what_is_missing_in_place(client, boss, number):
    answer = client.post(reverse("new_broadcast"), {"name": " ", "sender": ""})
    assert answer.status_code == 400
    assert "Give the broadcast a name" in words_of(answer)
    assert "Choose where it comes from." in words_of(answer)
    assert not Broadcast.objects.exists()


def test_nobody_sends_from_a_number_that_they_do_not_serve(client, boss):
    other = make_number("Hamburg")
    answer = client.post(reverse("new_broadcast"), {"name": "X", "sender": f"whatsapp:{other.pk}"})
    assert answer.status_code == 400


def test_a_draft_saves_itself_as_far_as_it_goes(client, boss, number, template):
    draft = make_draft(boss, number)
    answer = client.post(at("channel", draft), {"name": "Half a na", "sender": ""}, **HTMX)
    draft.refresh_from_db()
    assert (draft.name, draft.number) == ("Half a na", number)
    assert "Saved" in words_of(answer)


def test_a_draft_is_resumed_where_it_was_left(client, boss, number, template):
    draft = make_draft(boss, number)
    assert client.get(at("draft", draft)).url == at("message", draft)
    done = make_draft(boss, number, template, {"body.1": "you", "body.2": "A-1"})
    assert client.get(at("draft", done)).url == at("recipients", done)


def test_later_steps_are_locked_until_the_earlier_ones_are_valid(client, boss, number, template):
    draft = make_draft(boss, number)
    for step in ("recipients", "review"):
        assert client.get(at(step, draft)).url == at("message", draft)
    draft = make_draft(boss, number, template, {"body.1": "you", "body.2": "A-1"})
    assert client.get(at("recipients", draft)).status_code == 200
    assert client.get(at("review", draft)).url == at("recipients", draft)


def test_another_channel_lets_the_message_of_the_old_one_go(client, boss, number, template):
    sender = make_email_sender()
    draft = make_draft(boss, number, template, {"body.1": "you", "body.2": "A-1"})
    client.post(at("channel", draft), {"name": "Order news", "sender": f"email:{sender.pk}"})
    draft.refresh_from_db()
    assert (draft.channel, draft.number, draft.email_sender, draft.content) == ("email", None, sender, {})


def test_agents_and_supervisors_of_other_numbers_find_no_draft(client, boss, number, template):
    draft = make_draft(boss, number, template)
    for stranger in (
        make_agent("Ada", numbers=[number]),
        make_agent("Other", role="supervisor", numbers=[make_number("Hamburg")]),
    ):
        client.force_login(stranger)
        for step in ("channel", "message", "recipients", "review"):
            assert client.get(at(step, draft)).status_code == 404
            assert client.post(at(step, draft), {}).status_code == 404


# --- Step two --------------------------------------------------------------------------------------------------------


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


# --- Step three ------------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(boss, number, template):
    return make_draft(boss, number, template, {"body.1": "{{ first_name }}", "body.2": "A-1"})


def test_recipients_are_ticked_in_the_list_of_customers_page_after_page(client, draft, number):
    """S4-40: the selection is kept across pages and searches."""
    everybody = [known(number, f"Customer {place:02}") for place in range(40)]
    first = client.get(at("recipients", draft))
    assert len(first.context["page"].rows) == 25
    for contact in (everybody[0], everybody[39]):
        client.post(at("tick", draft), {"contact": contact.pk, "on": "1"}, **HTMX)
    client.post(at("tick", draft), {"contact": everybody[39].pk}, **HTMX)
    answer = client.post(at("tick", draft), {"contact": everybody[20].pk, "on": "1"}, **HTMX)
    draft.refresh_from_db()
    assert draft.audience == {"contacts": sorted([everybody[0].pk, everybody[20].pk])}
    assert answer.context["reach"].gets == 2
    found = client.get(at("recipients", draft), {"q": "Customer 20"})
    assert f'id="contact-{everybody[20].pk}" checked' in words_of(found)


def test_all_that_were_found_are_ticked_at_once(client, draft, number):
    for name in ("Anna", "Annika", "Ben"):
        known(number, name)
    answer = client.post(at("tick", draft), {"all": "1", "q": "ann"}, **HTMX)
    assert answer.context["reach"].gets == 2
    assert client.post(at("tick", draft), {"none": "1"}, **HTMX).context["reach"].named == 0


def test_customers_of_other_numbers_cannot_be_ticked(client, draft, number):
    stranger = make_contact("Stranger")
    client.post(at("tick", draft), {"contact": stranger.pk, "on": "1"}, **HTMX)
    draft.refresh_from_db()
    assert draft.audience == {}


def test_groups_are_picked_in_the_target_audience_tab(client, draft, number, boss):
    """S4-41."""
    from_list = [known(number, name).pk for name in ("Anna", "Ben")]
    group = groups.save_set("Buyers", Contact.objects.filter(pk__in=from_list), boss)
    shown = words_of(client.get(at("recipients", draft), {"tab": "audience"}))
    assert "Buyers" in shown
    answer = client.post(at("group", draft), {"group": group.pk, "on": "1"}, **HTMX)
    assert answer.context["reach"].gets == 2
    assert client.post(at("group", draft), {"group": group.pk}, **HTMX).context["reach"].named == 0


def test_a_filter_means_whoever_fits_it(client, draft, number):
    known(number, "Anna", attributes={"city": "Berlin"})
    known(number, "Ben", attributes={"city": "Lisboa"})
    asked = {"attribute": "city", "attribute_is": "equals", "attribute_value": "Berlin"}
    assert client.post(at("narrow", draft), asked, **HTMX).context["reach"].gets == 1
    assert "Say first whom you mean" in words_of(client.post(at("narrow", draft), {}, **HTMX))
    assert client.post(at("narrow", draft), {"remove": "1"}, **HTMX).context["reach"].named == 0


def test_the_page_says_that_consent_must_exist_beforehand(client, draft):
    """S3-51."""
    shown = words_of(client.get(at("recipients", draft)))
    assert "Only write to people who agreed to it beforehand. That consent is yours to obtain" in shown


LIST = "phone;first_name;order\n+49 151 70000001;Nia;A-17\n0151 70000002;Ben;\nnonsense;X;Y\n+4915170000001;Nia;A-18\n"


def test_a_pasted_list_is_read_before_it_is_used(client, draft):
    answer = client.post(at("pasted", draft), {"text": LIST}, **HTMX)
    assert not draft.recipients.exists()
    shown = words_of(answer)
    assert "Use 2 recipients" in shown
    assert "Line 4" in shown
    assert "It stands in line 2 already." in shown
    client.post(at("pasted", draft), {"text": LIST, "add": "1"}, **HTMX)
    assert list(draft.recipients.order_by("id").values_list("address", "params")) == [
        ("+4915170000001", {"first_name": "Nia", "order": "A-17"}),
        ("+4915170000002", {"first_name": "Ben"}),
    ]
    client.post(at("pasted", draft), {"remove": "1"}, **HTMX)
    assert not draft.recipients.exists()


def test_a_csv_file_of_ten_thousand_lines_is_taken(client, draft):
    rows = "".join(f"+49151{70000000 + place},Name {place}\n" for place in range(10_000))
    file = SimpleUploadedFile("list.csv", ("phone,first_name\n" + rows).encode("utf-8-sig"))
    answer = client.post(at("pasted", draft), {"file": file, "add": "1"}, **HTMX)
    assert draft.recipients.count() == 10_000
    assert answer.context["reach"].gets == 10_000


def test_more_than_ten_thousand_lines_are_refused_in_words(client, draft):
    file = SimpleUploadedFile("list.csv", "".join(f"x{place}\n" for place in range(10_002)).encode())
    answer = client.post(at("pasted", draft), {"file": file, "add": "1"}, **HTMX)
    assert "more than 10,000 lines" in words_of(answer)
    assert not draft.recipients.exists()


def test_somebody_has_to_be_chosen(client, draft):
    answer = client.post(at("recipients", draft))
    assert answer.status_code == 400
    assert "Choose at least one recipient." in words_of(answer)


# --- Step four -------------------------------------------------------------------------------------------------------


@pytest.fixture
def ready(draft, number):
    draft.audience = {"contacts": [known(number, "Amira Haddad").pk, known(number, "Luis").pk]}
    draft.save()
    return draft


def test_the_review_has_everything_on_one_page(client, ready):
    """S4-42: review the details."""
    shown = words_of(client.get(at("review", ready)))
    for words in ("WhatsApp", "Berlin", "order_update", "will get it", "Not known here.", "Send to 2 now"):
        assert words in shown
    assert "Send to 2 people?" in shown


def test_it_is_sent_now(client, ready):
    """S4-43: send now; S4-34: to many."""
    answer = client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    ready.refresh_from_db()
    assert answer.url == reverse("broadcast", args=[ready.pk])
    assert ready.status == Status.SENDING


def test_an_email_is_sent_now_without_a_word_on_answers(client, boss, number):
    """S4-43, and S4-35 by email."""
    amira = known(number, email="amira@example.org")
    draft = make_email_draft(boss, make_email_sender(), audience={"contacts": [amira.pk]})
    client.post(at("review", draft), {"when": "now"})
    draft.refresh_from_db()
    assert draft.status == Status.SENDING


def test_it_is_scheduled_in_the_time_zone_that_is_named(client, ready):
    """S4-43: send later."""
    plan = {"when": "later", "day_and_time": "2099-07-01T09:00", "time_zone": "Europe/Berlin", "answers_to": "default"}
    answer = client.post(at("review", ready), plan)
    assert "A broadcast can be scheduled for a year at most." in words_of(answer)
    soon = timezone.now() + timedelta(days=30)
    client.post(at("review", ready), plan | {"day_and_time": soon.strftime("%Y-%m-%dT09:00")})
    ready.refresh_from_db()
    assert ready.status == Status.SCHEDULED
    assert ready.scheduled_at.astimezone(ZoneInfo("Europe/Berlin")).hour == 9


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"when": "later"}, "Choose the day and the time"),
        ({"when": "later", "day_and_time": "2020-01-01T09:00"}, "This moment has passed in UTC."),
        ({"when": "later", "day_and_time": "tomorrow"}, "Enter a day and a time."),
        ({"earliest_hour": "20", "latest_hour": "8"}, "The last hour lies after the first one."),
        ({"stop_percent": "400"}, "enter a whole number from 1 to 99"),
        ({"cap_count": "0"}, "enter a whole number from 1 on"),
        ({"answers_to": "team"}, "Choose the team that gets the answers."),
        ({"answers_to": "bot"}, "Choose the bot that gets the answers."),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_in_words(client, ready, posted, words):
    answer = client.post(at("review", ready), {"when": "now", "answers_to": "default"} | posted)
    assert answer.status_code == 400
    assert words in words_of(answer)
    ready.refresh_from_db()
    assert ready.status == Status.DRAFT


def test_the_plan_saves_itself_and_counts_anew(client, ready, number):
    amira = Contact.objects.get(name="Amira Haddad")
    make_conversation("unassigned", number=number, contact=amira)
    plan = {"when": "now", "answers_to": "record", "skips_open_conversations": "on", "stop_percent": "5"}
    answer = client.post(at("review", ready), plan, **HTMX)
    ready.refresh_from_db()
    assert (ready.skips_open_conversations, ready.stop_percent, ready.answers_to) == (True, 5, "record")
    assert answer.context["reach"].gets == 1
    assert "Send to 1 person?" in words_of(answer)


def test_nothing_is_sent_twice_by_a_double_press(client, ready):
    plan = {"when": "now", "answers_to": "default"}
    client.post(at("review", ready), plan)
    assert client.post(at("review", ready), plan).url == reverse("broadcast", args=[ready.pk])


def test_what_changed_since_a_step_was_done_is_asked_again(client, ready, template):
    template.status = "PAUSED"
    template.save()
    answer = client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    assert answer.url == at("message", ready)
    assert "Meta has paused this template" in words_of(client.get(answer.url))
    ready.refresh_from_db()
    assert ready.status == Status.DRAFT


def test_whoever_would_reach_nobody_is_told_so(client, ready):
    Contact.objects.update(whatsapp_optout="all")
    answer = client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    assert "Nobody of the chosen ones would get it." in words_of(answer)


def test_a_test_goes_to_oneself_and_stands_in_no_list(client, ready):
    answer = client.post(at("test", ready), {"address": "+49 151 23456789"}, **HTMX)
    trial = Broadcast.objects.exclude(pk=ready.pk).get()
    assert trial.status == Status.SENDING
    recipient = trial.recipients.get()
    assert (recipient.address, recipient.params["first_name"]) == ("+4915123456789", "Luis")
    assert "+49 1512 3456789" in words_of(answer)
    assert trial.name not in words_of(client.get(reverse("broadcasts")))
    refused = client.post(at("test", ready), {"address": "nonsense"}, **HTMX)
    assert "This is not a valid phone number." in words_of(refused)


# --- Entrances, and what is done with a draft ------------------------------------------------------------------------


def test_a_contacts_page_and_a_selection_lead_into_a_broadcast(client, boss, number, template):
    """S3-3: find the contact under Contacts and send from there."""
    amira, luis = known(number), known(number, "Luis")
    assert f"{reverse('new_broadcast')}?contact={amira.pk}" in words_of(client.get(reverse("contact", args=[amira.pk])))
    assert "Amira Haddad" in words_of(client.get(reverse("new_broadcast"), {"contact": amira.pk}))
    client.post(reverse("new_broadcast"), {"name": "One", "sender": f"whatsapp:{number.pk}", "contact": [amira.pk]})
    assert Broadcast.objects.get().audience == {"contacts": [amira.pk]}
    assert reverse("broadcast_to_contacts") in words_of(client.get(reverse("contacts")))
    answer = client.post(reverse("broadcast_to_contacts"), {"ids": f"{amira.pk},{luis.pk}"})
    selected = Broadcast.objects.latest("pk")
    assert selected.audience == {"contacts": [amira.pk, luis.pk]}
    assert answer.url == at("channel", selected)


def test_a_selection_of_nobody_leads_back(client, boss):
    answer = client.post(reverse("broadcast_to_contacts"), {"ids": ""})
    assert answer.url == reverse("contacts")
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["Tick the contacts that you mean first."]


def test_a_broadcast_is_duplicated_as_a_new_draft(client, boss, ready):
    client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    answer = client.post(at("act", ready, "duplicate"))
    made = Broadcast.objects.latest("pk")
    assert answer.json()["go"] == at("channel", made)
    assert (made.status, made.content, made.audience) == (Status.DRAFT, ready.content, {})


def test_a_draft_is_deleted_and_what_was_sent_stays(client, boss, ready, number, template):
    other = make_draft(boss, number)
    client.post(at("delete", other))
    assert not Broadcast.objects.filter(pk=other.pk).exists()
    client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    client.post(at("delete", ready))
    assert Broadcast.objects.filter(pk=ready.pk).exists()


def test_it_is_paused_resumed_and_cancelled(client, boss, ready):
    client.post(at("review", ready), {"when": "now", "answers_to": "default"})
    for name, status in (("pause", Status.PAUSED), ("resume", Status.SENDING), ("cancel", Status.CANCELLED)):
        assert client.post(at("act", ready, name)).status_code == 200
        ready.refresh_from_db()
        assert ready.status == status
    refused = client.post(at("act", ready, "resume"))
    assert refused.status_code == 409
    assert refused.json()["words"]
    assert client.post(at("act", ready, "nonsense")).status_code == 404


def test_a_scheduled_one_is_changed_as_a_draft_again(client, boss, ready):
    soon = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT09:00")
    client.post(at("review", ready), {"when": "later", "day_and_time": soon, "answers_to": "default"})
    assert client.post(at("act", ready, "edit")).json()["go"] == at("review", ready)
    ready.refresh_from_db()
    assert ready.status == Status.DRAFT
    assert client.post(at("act", ready, "edit")).status_code == 409


def test_the_wizard_asks_few_questions_however_many_customers_there_are(
    client, draft, number, django_assert_max_num_queries
):
    for place in range(60):
        known(number, f"Customer {place}")
    client.post(at("tick", draft), {"all": "1"}, **HTMX)
    with django_assert_max_num_queries(20):
        client.get(at("recipients", draft))


# --- The file above the text -----------------------------------------------------------------------------------------

PICTURE = [{"type": "HEADER", "format": "IMAGE"}]


def png(name="flyer.png"):
    image = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(image, "PNG")
    return SimpleUploadedFile(name, image.getvalue(), "image/png")


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
    assert "broadcasts" in words_of(client.get(at("message", draft)))
    assert client.post(at("message", draft), {}).url == at("recipients", draft)
    refused = client.post(at("above_text", draft), {"file": SimpleUploadedFile("x.txt", b"words")})
    assert "This place takes a file of the kind image." in words_of(refused)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "2099-07-01T09:00"])
def test_a_moment_at_the_end_of_time_is_refused_and_never_kept(client, ready, moment, zone):
    """S4-43: with one that no zone can show, the draft's own page could not be opened any more."""
    plan = {"when": "later", "day_and_time": moment, "time_zone": zone, "answers_to": "default"}
    assert client.post(at("review", ready), plan, **HTMX).status_code == 200
    ready.refresh_from_db()
    assert ready.scheduled_at is None
    assert client.post(at("review", ready), plan).status_code == 400
    assert client.get(at("review", ready)).status_code == 200
