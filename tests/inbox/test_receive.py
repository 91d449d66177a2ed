"""A customer's message arrives: where it stands in its thread, and what it does to the conversation."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.actions.assignment import claim
from inbox.actions.receive import receive
from inbox.assignment import fill_places
from inbox.models import Attachment, Contact, Conversation, Event, Message, Thread
from inbox.queries import thread_page
from inbox.signals import message_received, thread_opened
from tests.factories import make_agent, make_conversation, make_team, moved_back, writes
from tests.inbox.phone import IDA, Phone, ago
from tests.whatsapp.posting import delivered, make_captured_number, payload, post, words
from whatsapp import processing
from whatsapp.inbound import ChatOpened, MessageEchoed, PreferenceChanged
from whatsapp.models import WebhookCall

pytestmark = pytest.mark.django_db


def the_conversation():
    return Conversation.objects.get()


# --- The first word, and the next ones -------------------------------------------------------------------------------


def test_a_first_word_makes_contact_thread_and_a_conversation_that_waits(phone, number):
    message = phone.says("Is it open today?")
    conversation = the_conversation()
    assert (conversation.status, conversation.last_message) == ("unassigned", message)
    assert conversation.waiting_since == conversation.unanswered_since == conversation.customer_wrote_at
    assert conversation.last_inbound_id == message.pk
    contact = conversation.thread.contact
    assert (contact.profile_name, contact.username, contact.phone) == ("Ida", "ida.b", "+491725550137")
    assert sorted(contact.identities.values_list("kind", "value")) == [("bsuid", "DE.4031"), ("wa_id", "491725550137")]
    assert (message.text, message.status, message.author_kind) == ("Is it open today?", "received", "customer")
    assert Event.objects.get().kind == "opened"


def test_a_new_conversation_stands_in_its_numbers_team(number, phone):
    number.reception.team = make_team()
    number.reception.save()
    phone.says()
    assert the_conversation().team == number.reception.team


def test_the_next_word_stays_in_the_conversation_and_bumps_it(phone):
    phone.says()
    moved_back(the_conversation(), minutes=5)
    before = the_conversation()
    message = phone.says("Hello?")
    conversation = the_conversation()
    assert conversation.last_message == message
    assert conversation.bumped_at > before.bumped_at
    assert conversation.unanswered_since == before.unanswered_since
    assert conversation.waiting_since == before.waiting_since
    assert conversation.customer_wrote_at == before.customer_wrote_at


def test_a_word_after_an_answer_waits_from_its_arrival(number):
    conversation = make_conversation("assigned", number=number, assignee=make_agent(numbers=[number]))
    Conversation.objects.update(unanswered_since=None)
    before = timezone.now()
    writes(conversation.thread.contact, number, sent_at=ago(90))
    assert the_conversation().unanswered_since >= before


@pytest.mark.django_db(transaction=True)
def test_a_word_to_an_agent_costs_a_handful_of_queries_from_the_kept_call_to_the_screens(django_assert_max_num_queries):
    number = make_captured_number()
    delivered(payload(words("wamid.1")))
    claim(the_conversation().pk, make_agent(numbers=[number]))
    post(payload(words("wamid.2")))
    call = WebhookCall.objects.latest("pk")
    # With BEGIN and COMMIT, what the upper layers ask, and whether any program listens.
    with django_assert_max_num_queries(17):
        processing.process(call.pk)
    assert the_conversation().last_message.wamid == "wamid.2"


def test_the_same_message_twice_changes_nothing(phone):
    phone.says(wamid="wamid.twice")
    thread = Thread.objects.get()
    assert phone.says(wamid="wamid.twice") is None
    assert Message.objects.count() == 1
    assert Thread.objects.get().version == thread.version


def test_an_event_costs_few_queries(phone, django_assert_max_num_queries):
    with django_assert_max_num_queries(34):
        phone.says()
    with django_assert_max_num_queries(14):
        phone.says()


def test_a_free_agent_gets_it_once_places_are_filled(phone, number):
    agent = make_agent(numbers=[number])
    phone.says()
    fill_places()
    assert the_conversation().assignee == agent


def test_those_above_are_told_inside_the_transaction(phone):
    told = []
    message_received.connect(lambda **news: told.append(news), weak=False, dispatch_uid="above")
    try:
        message = phone.says()
    finally:
        message_received.disconnect(dispatch_uid="above")
    (news,) = told
    assert (news["message"], news["conversation"], news["decision"].act) == (message, the_conversation(), "open")


# --- Late and shuffled -----------------------------------------------------------------------------------------------


def test_shuffled_messages_stand_in_the_order_of_metas_time(phone):
    for minutes in (1, 5, 3):
        phone.says(f"{minutes} minutes ago", minutes=minutes)
    items = [item.message.text for item in thread_page(Thread.objects.get()).items if item.message]
    assert items == ["5 minutes ago", "3 minutes ago", "1 minutes ago"]
    assert the_conversation().last_message.text == "1 minutes ago"


def test_a_late_word_is_unread_although_the_preview_stays(phone):
    phone.says("new")
    late = phone.says("late", minutes=30)
    conversation = the_conversation()
    assert conversation.last_message.text == "new"
    assert conversation.last_inbound_id == late.pk


def test_the_window_counts_from_metas_time_and_never_moves_back(phone):
    phone.says(minutes=10)
    until = Thread.objects.get().window_until
    assert until == Message.objects.get().at + timedelta(hours=24)
    phone.says(minutes=600)
    assert Thread.objects.get().window_until == until


def test_a_clock_ahead_of_ours_does_not_stretch_the_window(phone):
    phone.says(minutes=-600)
    assert Thread.objects.get().window_until <= timezone.now() + timedelta(hours=24)


def test_a_waiting_conversation_whose_window_had_closed_is_back_in_line(number, django_capture_on_commit_callbacks):
    conversation = make_conversation("unassigned", number=number, window_hours=-1)
    agent = make_agent(numbers=[number])
    fill_places()
    assert the_conversation().assignee is None
    writes(conversation.thread.contact, number)
    fill_places()
    assert the_conversation().assignee == agent


# --- After closing ---------------------------------------------------------------------------------------------------


def closed_minutes_ago(number, minutes, assignee=None, **fields):
    conversation = make_conversation("closed", number=number, assignee=assignee, **fields)
    return moved_back(conversation, minutes=minutes)


def test_a_word_within_the_follow_up_time_goes_back_to_the_same_agent(number):
    agent = make_agent(numbers=[number])
    make_agent(numbers=[number])
    closed = closed_minutes_ago(number, 9, agent)
    message = writes(closed.thread.contact, number, "One more thing")
    conversation = the_conversation()
    assert (conversation.status, conversation.assignee, conversation.closed_at) == ("assigned", agent, None)
    assert conversation.unanswered_since
    assert message.conversation == conversation
    assert Event.objects.filter(kind="reopened").exists()


@pytest.mark.parametrize("agent", [{"available": False}, {"limit": 0}, {"is_active": False}])
def test_an_agent_who_is_not_there_for_it_is_not_given_it_again(number, agent):
    closed = closed_minutes_ago(number, 9, make_agent(numbers=[number], **agent))
    writes(closed.thread.contact, number)
    conversation = the_conversation()
    assert conversation.is_waiting
    assert conversation.assignee is None
    assert conversation.waiting_since


def test_reopening_never_passes_the_reception_limit(number):
    agent = make_agent(numbers=[number], limit=1)
    make_conversation("assigned", number=number, assignee=agent)
    closed = closed_minutes_ago(number, 9, agent)
    writes(closed.thread.contact, number)
    assert closed.thread.conversations.get().status == "queued"


def test_an_agent_who_no_longer_serves_the_number_does_not_get_it_back(number):
    closed = closed_minutes_ago(number, 9, make_agent())
    writes(closed.thread.contact, number)
    assert the_conversation().is_waiting


def test_a_later_word_opens_a_new_conversation(number):
    closed = closed_minutes_ago(number, 11, make_agent(numbers=[number]))
    writes(closed.thread.contact, number)
    assert Conversation.objects.exclude(pk=closed.pk).get().is_waiting
    closed.refresh_from_db()
    assert closed.status == "closed"


def test_the_follow_up_time_is_the_numbers_setting(number):
    number.reception.follow_up_minutes = 60
    number.reception.save()
    closed = closed_minutes_ago(number, 50)
    writes(closed.thread.contact, number)
    assert Conversation.objects.count() == 1


def test_only_the_newest_closed_conversation_is_reopened(number):
    older = closed_minutes_ago(number, 5)
    newer = moved_back(make_conversation("closed", thread=older.thread), minutes=4)
    writes(older.thread.contact, number)
    newer.refresh_from_db()
    older.refresh_from_db()
    assert newer.is_waiting
    assert older.status == "closed"


# --- Pending, bots ---------------------------------------------------------------------------------------------------


def test_a_word_hands_a_pending_conversation_to_the_agent_who_waits_for_it_even_at_the_limit(number):
    agent = make_agent(numbers=[number], limit=0)
    pending = make_conversation("pending", number=number, handover_to=agent)
    writes(pending.thread.contact, number)
    conversation = the_conversation()
    assert (conversation.status, conversation.assignee, conversation.handover_to) == ("assigned", agent, None)
    assert Event.objects.filter(kind="handed_over").exists()


@pytest.mark.parametrize("waiting_for", [None, {"is_active": False}])
def test_without_such_an_agent_it_goes_into_the_line(number, waiting_for):
    agent = waiting_for and make_agent(numbers=[number], **waiting_for)
    pending = make_conversation("pending", number=number, handover_to=agent)
    writes(pending.thread.contact, number)
    assert the_conversation().is_waiting


def test_an_answer_to_a_message_that_only_records_stands_in_the_thread_alone(number):
    conversation = make_conversation("assigned", number=number, assignee=make_agent(numbers=[number]))
    Conversation.objects.update(unanswered_since=None)
    survey = Message.objects.create(
        thread=conversation.thread,
        author_kind="automation",
        kind="list",
        status="sent",
        wamid="wamid.survey",
        on_answer={"record_only": True},
    )
    before, window_until = the_conversation(), Thread.objects.get().window_until
    answer = writes(conversation.thread.contact, number, quoted_wamid="wamid.survey")
    assert (answer.conversation, answer.quoted) == (None, survey)
    after = the_conversation()
    assert (after.unanswered_since, after.bumped_at, after.last_inbound_id) == (None, before.bumped_at, 0)
    assert after.thread.window_until > window_until


# --- Files, and what cannot be read ----------------------------------------------------------------------------------


def test_a_file_waits_to_be_fetched(phone):
    content = {"mime_type": "image/jpeg", "media_id": "774", "sha256": "q0kB", "caption": "the crack"}
    message = phone.says(kind="image", content=content)
    attachment = Attachment.objects.get()
    assert (attachment.message, attachment.status, attachment.media_id) == (message, "pending", "774")
    assert message.text == "the crack"


def test_the_name_of_a_file_hides_nothing_and_fits_a_header(phone):
    name = "../bill\u202egpj\r\nX-Evil: 1.exe"
    phone.says(kind="document", content={"mime_type": "application/pdf", "media_id": "774", "filename": name})
    assert Attachment.objects.get().filename == "billgpjX-Evil: 1.exe"


def test_a_readable_copy_replaces_what_was_not_available_at_first(phone):
    first = phone.says(wamid="wamid.1", kind="unsupported", content={"code": 131060}, raw={"type": "unsupported"})
    assert first.raw
    image = {"mime_type": "image/jpeg", "media_id": "774", "caption": "here"}
    message = phone.says(wamid="wamid.1", kind="image", content=image)
    assert (message.pk, message.kind, message.text, message.raw) == (first.pk, "image", "here", None)
    assert Attachment.objects.get().message == message
    assert phone.says(wamid="wamid.1", kind="unsupported", content={}) is None


# --- Opening the chat, the phone app, Meta's marketing choice --------------------------------------------------------


def test_opening_the_chat_opens_the_window_and_nothing_else(phone):
    told = []
    thread_opened.connect(lambda **news: told.append(news["thread"]), weak=False, dispatch_uid="above")
    event = ChatOpened(*phone.start(0), IDA)
    try:
        receive(event)
        receive(event)
    finally:
        thread_opened.disconnect(dispatch_uid="above")
    thread = Thread.objects.get()
    assert thread.window_until
    assert not Conversation.objects.exists()
    assert told == [thread]
    assert Event.objects.get().kind == "opened_chat"


def test_an_answer_from_the_phone_app_stands_in_the_conversation_and_ends_the_waiting_for_an_answer(phone, number):
    phone.says(minutes=2)
    echo = MessageEchoed(*phone.start(1), IDA, "text", {"text": "From the shop"})
    message = receive(echo)
    assert receive(echo) is None
    conversation = the_conversation()
    assert (message.author_kind, message.status, message.conversation) == ("phone_app", "sent", conversation)
    assert (conversation.last_message, conversation.unanswered_since) == (message, None)


def prefers(number, value, minutes=0, category="marketing_messages"):
    place = (number.account.waba_id, number.phone_number_id)
    receive(PreferenceChanged(*place, IDA.wa_id, IDA.bsuid, category, value, ago(minutes)))
    return Contact.objects.get().whatsapp_optout


def test_metas_marketing_choice_is_stored(phone, number):
    phone.says()
    assert prefers(number, "stop", minutes=2) == "marketing"
    assert Event.objects.filter(kind="opted_out").count() == 1
    assert prefers(number, "resume", minutes=1) == ""
    assert Event.objects.filter(kind="opted_in").count() == 1


def test_it_never_lowers_a_refusal_of_all_messages(phone, number):
    phone.says()
    Contact.objects.update(whatsapp_optout="all")
    assert prefers(number, "stop", minutes=2) == "all"
    assert prefers(number, "resume", minutes=1) == "all"


def test_a_choice_of_somebody_unknown_holds_for_their_first_message(number):
    assert prefers(number, "stop") == "marketing"
    Phone(number).says()
    assert Contact.objects.get().whatsapp_optout == "marketing"


def test_an_older_choice_that_arrives_late_changes_nothing(phone, number):
    assert prefers(number, "stop", minutes=3) == "marketing"
    assert prefers(number, "resume", minutes=1) == ""
    assert prefers(number, "stop", minutes=2) == ""


@pytest.mark.parametrize("value, category", [("signup", "marketing_messages"), ("stop", "utility_messages")])
def test_other_choices_are_not_ours_to_keep(phone, number, value, category):
    phone.says()
    assert prefers(number, value, category=category) == ""
