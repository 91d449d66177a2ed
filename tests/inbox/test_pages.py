"""The inbox page and its fragments: what is shown, to whom, and in which words."""

import json
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from inbox.models import Attachment, Event, Message
from tests.factories import (
    make_agent,
    make_contact,
    make_conversation,
    make_number,
    make_tag,
    make_team,
    moved_back,
    writes,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    return make_number("Berlin")


@pytest.fixture
def ada(berlin):
    return make_agent("Ada", numbers=[berlin])


@pytest.fixture
def browser(client, ada):
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    return client


def log_in(client, agent):
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return client


def message_in(conversation, kind, content, author_kind="customer", **fields):
    fields.setdefault("status", "received" if author_kind == "customer" else "sent")
    return Message.objects.create(
        thread=conversation.thread,
        conversation=conversation,
        kind=kind,
        content=content,
        author_kind=author_kind,
        **fields,
    )


def shown(browser, conversation):
    answer = browser.get(reverse("conversation", args=[conversation.pk]), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.text


# --- Who sees what ---------------------------------------------------------------------------------------------------

FRAGMENTS = ["conversation", "conversation_row", "conversation_head", "conversation_items", "conversation_transfer"]


@pytest.mark.parametrize("name", FRAGMENTS)
def test_what_one_may_not_see_is_not_there(browser, name):
    foreign = make_conversation("queued", number=make_number("Lisboa"))
    assert browser.get(reverse(name, args=[foreign.pk])).status_code == 404


@pytest.mark.parametrize("name", FRAGMENTS)
def test_what_one_may_see_is_there(browser, berlin, name):
    near = make_conversation("queued", number=berlin)
    assert browser.get(reverse(name, args=[near.pk])).status_code == 200


@pytest.mark.parametrize("name", ["inbox", "inbox_list", "inbox_counts", "inbox_leaving"])
def test_strangers_are_asked_to_log_in(client, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("login"))


def test_a_list_holds_only_what_its_viewer_sees(browser, berlin, ada):
    mine = make_conversation("assigned", number=berlin, assignee=ada, contact=make_contact("Amira Haddad"))
    make_conversation(
        "assigned", number=berlin, assignee=make_agent(numbers=[berlin]), contact=make_contact("Luis Ortega")
    )
    page = browser.get(reverse("inbox")).text
    assert f'id="row-{mine.pk}"' in page
    assert "Amira Haddad" in page
    assert "Luis Ortega" not in page


def test_all_is_offered_where_colleagues_work_is_hidden_only_to_supervisors(client, berlin, ada):
    berlin.reception.hides_colleagues = True
    berlin.reception.save()
    assert 'data-group="all"' not in log_in(client, ada).get(reverse("inbox")).text
    boss = make_agent("Sofia", role="supervisor", numbers=[berlin])
    assert 'data-group="all"' in log_in(client, boss).get(reverse("inbox")).text


# --- Folders, bar, search --------------------------------------------------------------------------------------------


def test_the_queue_bar_stands_at_the_limit_and_leads_to_the_queue(client, berlin):
    """S1-29: at the limit the inbox shows on top how many people are in the queue."""
    full = make_agent("Full", limit=1, numbers=[berlin])
    make_conversation("assigned", number=berlin, assignee=full)
    for _ in range(3):
        make_conversation("queued", number=berlin)
    page = log_in(client, full).get(reverse("inbox"))
    assert page.context["is_at_limit"]
    assert "3 people in queue" in page.text
    free = make_agent("Free", limit=9, numbers=[berlin])
    assert not log_in(client, free).get(reverse("inbox")).context["is_at_limit"]


def test_a_queued_conversation_offers_claim(browser, berlin):
    """S1-30: opened from Unassigned > In queue it can be taken."""
    queued = make_conversation("queued", number=berlin)
    listed = browser.get(reverse("inbox_list"), {"folder": "queue"}).text
    assert f'id="row-{queued.pk}"' in listed
    assert 'data-act="claim"' in shown(browser, queued)


def test_the_queue_is_listed_in_the_order_of_the_line(browser, berlin):
    late, early = make_conversation("queued", number=berlin), make_conversation("queued", number=berlin)
    early.waiting_since = moved_back(early, minutes=5).waiting_since
    page = browser.get(reverse("inbox_list"), {"folder": "queue"}).context["page"]
    assert [row.pk for row in page.rows] == [early.pk, late.pk]


def test_search_offers_its_filters_and_finds_by_name_and_tag(browser, berlin, ada):
    """S4-31, S4-32."""
    tag = make_tag("vip")
    found = make_conversation("assigned", number=berlin, assignee=ada, contact=make_contact("Amira Haddad"))
    found.tags.add(tag)
    make_conversation("assigned", number=berlin, assignee=ada, contact=make_contact("Luis Ortega"))
    page = browser.get(reverse("inbox_list"), {"folder": "mine", "q": "amira", "tag": tag.pk, "rows": ""})
    assert [row.pk for row in page.context["page"].rows] == [found.pk]
    assert "data-filtered" in page.text


def test_the_list_goes_on_where_it_ended(browser, berlin, ada):
    rows = [make_conversation("assigned", number=berlin, assignee=ada).pk for _ in range(33)]
    first = browser.get(reverse("inbox_list"))
    assert 'hx-trigger="intersect once"' in first.text
    second = browser.get(first.context["next_page"])
    listed = [row.pk for row in first.context["page"].rows] + [row.pk for row in second.context["page"].rows]
    assert listed == rows[::-1]
    assert "intersect" not in second.text


@pytest.mark.parametrize("query", ["folder=nonsense", "cursor=@@@", "tag=%00", "number=99999999999999999999", "sort=1"])
def test_a_nonsensical_address_shows_a_list(browser, query):
    assert browser.get(f"{reverse('inbox_list')}?{query}").status_code == 200


def test_counts_are_told(browser, berlin):
    make_conversation("queued", number=berlin)
    counts = browser.get(reverse("inbox_counts")).json()
    assert counts["queue"] == counts["in_queue"] == 1


def test_an_empty_folder_says_what_will_stand_there(browser):
    assert "Nobody is in the queue" in browser.get(reverse("inbox_list"), {"folder": "queue"}).text


# --- The thread ------------------------------------------------------------------------------------------------------

KINDS = [
    ("text", {"text": "Where is *my* parcel?"}, ["Where is ", "my"]),
    ("image", {"caption": "Broken", "mime_type": "image/jpeg"}, ["Broken"]),
    ("location", {"latitude": 52.5, "longitude": 13.25, "name": "Shop"}, ["Shop", "mlat=52.5"]),
    ("contacts", {"contacts": [{"name": {"formatted_name": "Luc"}, "phones": [{"phone": "+331"}]}]}, ["Luc", "+331"]),
    ("buttons", {"text": "Where?", "buttons": [{"id": "1", "title": "Here"}]}, ["Where?", "Here"]),
    (
        "list",
        {"text": "When?", "button": "Times", "sections": [{"title": "Today", "rows": [{"id": "1", "title": "9"}]}]},
        ["When?", "Times", "Today"],
    ),
    ("link", {"text": "Map", "label": "Open", "url": "https://a.example"}, ["https://a.example", "Open"]),
    ("location_request", {"text": "Where are you?"}, ["Where are you?", "Send location"]),
    ("template", {"name": "ready", "language": "en", "preview": {"body": "It is ready"}}, ["ready", "It is ready"]),
    ("button_reply", {"id": "1", "title": "Here"}, ["Here"]),
    ("list_reply", {"id": "1", "title": "Nine", "description": "sharp"}, ["Nine", "sharp"]),
    ("flow_reply", {"name": "damage", "body": "Sent", "response": {"item": "Mug"}}, ["damage", "Mug"]),
    ("order", {"items": [{"product_id": "mug", "quantity": 2, "item_price": 3, "currency": "EUR"}]}, ["mug", "EUR"]),
    ("unsupported", {"type": "poll"}, ["does not hand over", "poll"]),
    ("unknown", {"type": "hologram"}, ["cannot be shown yet", "hologram"]),
    ("kind_of_tomorrow", {}, ["cannot be shown yet"]),
]


@pytest.mark.parametrize("kind, content, words", KINDS, ids=[kind for kind, *_ in KINDS])
def test_every_kind_of_message_is_shown(browser, berlin, kind, content, words):
    conversation = make_conversation("queued", number=berlin)
    message = message_in(conversation, kind, content)
    page = shown(browser, conversation)
    bubble = page[page.index(f'id="message-{message.pk}"') :]
    assert all(word in bubble for word in words)


@pytest.mark.parametrize("kind", [kind for kind, *_ in KINDS])
@pytest.mark.parametrize("content", [{}, {"text": None, "contacts": "x", "sections": 1, "preview": [], "response": ""}])
def test_content_of_another_shape_is_still_shown(browser, berlin, kind, content):
    conversation = make_conversation("queued", number=berlin)
    message = message_in(conversation, kind, content)
    assert f'id="message-{message.pk}"' in shown(browser, conversation)


def test_customers_cannot_write_html(browser, berlin):
    conversation = make_conversation("queued", number=berlin, contact=make_contact("<b>Eve</b>"))
    attack = '<script>alert(1)</script> *<img src=x onerror=alert(1)>* https://a.example/"onmouseover=alert(1)'
    message_in(conversation, "text", {"text": attack})
    page = shown(browser, conversation)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>Eve" not in page
    assert '"onmouseover' not in page


def test_customer_text_chooses_its_own_direction(browser, berlin):
    conversation = make_conversation("queued", number=berlin)
    message_in(conversation, "text", {"text": "مرحبا"})
    assert '<span class="words" dir="auto">مرحبا</span>' in shown(browser, conversation)


def test_the_past_stands_above_a_divider(browser, berlin, ada):
    now = make_conversation("queued", number=berlin)
    past = make_conversation("closed", thread=now.thread, last_agent=ada)
    message_in(past, "text", {"text": "Long ago"})
    Event.objects.create(thread=now.thread, conversation=past, kind="closed", actor=ada)
    page = shown(browser, now)
    assert "Long ago" in page
    assert "Closed by Ada" in page


def test_a_failed_message_says_why_and_can_be_sent_again(browser, berlin, ada):
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    message = message_in(
        mine, "text", {"text": "Hi"}, "agent", author=ada, status="failed", error_code=131047, error_text="Too late."
    )
    page = shown(browser, mine)
    assert "Too late." in page
    assert f'data-again="{message.pk}"' in page


def test_edited_and_deleted_words_say_so(browser, berlin):
    conversation = make_conversation("queued", number=berlin)
    message_in(conversation, "text", {"text": "now"}, revisions=[{"text": "before", "until": "2025-01-01T00:00:00Z"}])
    message_in(conversation, "text", {"text": "secret"}, deleted_at=timezone.now())
    page = shown(browser, conversation)
    assert "edited" in page
    assert "before" in page
    assert "Deleted by the customer" in page
    assert "secret" not in page


@pytest.mark.parametrize("status, words", [("pending", "on its way"), ("failed", "Gone.")])
def test_a_file_that_is_not_here_says_so(browser, berlin, status, words):
    conversation = make_conversation("queued", number=berlin)
    message = message_in(conversation, "image", {"mime_type": "image/jpeg"})
    Attachment.objects.create(message=message, token=uuid.uuid4(), kind="image", status=status, error_text="Gone.")
    assert words in shown(browser, conversation)


def test_older_items_and_changes_are_handed_out(browser, berlin):
    conversation = make_conversation("queued", number=berlin)
    for number in range(45):
        message_in(conversation, "text", {"text": f"word {number}"})
    address = reverse("conversation_items", args=[conversation.pk])
    page = browser.get(reverse("conversation", args=[conversation.pk])).context["thread_page"]
    older = browser.get(address, {"before": page.earlier}).json()
    assert older["html"].count("<article") == 5
    assert older["earlier"] == ""
    writes(conversation.thread.contact, berlin, "News")
    news = browser.get(address, {"since": page.version}).json()
    assert news["is_complete"]
    assert "News" in news["html"]
    assert news["version"] > page.version


def test_since_of_nonsense_is_everything(browser, berlin):
    conversation = make_conversation("queued", number=berlin)
    answer = browser.get(reverse("conversation_items", args=[conversation.pk]), {"since": "²x"})
    assert json.loads(answer.text)["version"] == 0


# --- Head and details ------------------------------------------------------------------------------------------------


def test_the_head_says_who_has_it_and_how_long_the_window_lasts(browser, berlin, ada):
    mine = make_conversation("assigned", number=berlin, assignee=ada, window_hours=3)
    page = shown(browser, mine)
    assert "<strong>yours</strong>" in page
    assert "window closes in" in page
    closed = make_conversation("assigned", number=berlin, assignee=ada, window_hours=-1)
    assert "template only" in shown(browser, closed)


def test_a_colleagues_conversation_can_be_taken_over_or_helped_with(browser, berlin):
    theirs = make_conversation("assigned", number=berlin, assignee=make_agent("Bea", numbers=[berlin]))
    page = shown(browser, theirs)
    assert 'data-act="take-over"' in page
    assert "Answer as helper" in page
    assert 'data-act="close"' not in page


def test_tags_are_offered_at_the_top_left(browser, berlin, ada):
    """S4-23, S4-24."""
    tag = make_tag("vip", "purple")
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    page = shown(browser, mine)
    assert page.index('id="tag-button"') < page.index('class="thread-who"')
    assert f'data-tag="{tag.pk}" aria-checked="false"' in page


def test_transfer_names_colleagues_of_the_number_with_their_load_and_teams(browser, berlin, ada):
    bea = make_agent("Bea", limit=5, numbers=[berlin])
    make_conversation("assigned", number=berlin, assignee=bea)
    make_agent("Cleo of elsewhere", numbers=[make_number("Lisboa")])
    make_team("Customs", bea)
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    menu = browser.get(reverse("conversation_transfer", args=[mine.pk])).text
    assert "Bea" in menu
    assert "1 of 5" in menu
    assert "Customs" in menu
    assert "Cleo" not in menu


def test_details_tell_of_the_same_customer_on_another_number(client, berlin):
    lisboa = make_number("Lisboa")
    both = make_agent("Both", numbers=[berlin, lisboa])
    here = make_conversation("assigned", number=berlin, assignee=both)
    make_conversation("queued", number=lisboa, contact=here.thread.contact)
    assert "Also open on Lisboa" in shown(log_in(client, both), here)


def test_local_time_of_the_customer_is_known_from_their_phone(browser, berlin):
    near = make_conversation("queued", number=berlin, contact=make_contact(phone="+33612345678"))
    assert 'data-zone-clock="Europe/Paris"' in shown(browser, near)


def test_going_away_asks_about_open_conversations(browser, berlin, ada):
    make_conversation("assigned", number=berlin, assignee=ada)
    bea = make_agent("Bea", numbers=[berlin])
    question = browser.get(reverse("inbox_leaving")).text
    assert 'data-open="1"' in question
    assert f'value="{bea.pk}"' in question
