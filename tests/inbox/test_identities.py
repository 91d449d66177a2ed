"""Who writes: one person with several identities, two persons with one phone, and merges that can be undone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.actions.joining import join, undo_join
from inbox.actions.receive import receive
from inbox.actions.sending import send_message
from inbox.models import Contact, ContactMerge, Conversation, Event, Identity, Message, Thread
from tests.factories import (
    make_agent,
    make_contact,
    make_conversation,
    make_number,
    make_tag,
    make_thread,
    moved_back,
    writes,
)
from whatsapp.content import Text
from whatsapp.inbound import IdentityChanged, MessageReceived, Sender

pytestmark = pytest.mark.django_db

PHONE, OTHER_PHONE = "491725550137", "491725550999"
serial = iter(range(10_000))


@pytest.fixture
def number():
    return make_number()


def says(number, wa_id="", bsuid="", words="Hi", name=""):
    sender = Sender(phone=wa_id and f"+{wa_id}", wa_id=wa_id, bsuid=bsuid, name=name)
    now = timezone.now()
    place = (number.account.waba_id, number.phone_number_id)
    return receive(MessageReceived(*place, f"wamid.id.{next(serial)}", now, sender, "text", {"text": words}))


def changes(number, **told):
    place = (number.account.waba_id, number.phone_number_id)
    return receive(IdentityChanged(*place, f"wamid.id.{next(serial)}", timezone.now(), **told))


def contacts():
    return list(Contact.objects.filter(merged_into=None).order_by("pk"))


def identities(contact):
    return sorted(contact.identities.values_list("kind", "value"))


# --- One person ------------------------------------------------------------------------------------------------------


def test_a_username_user_without_phone_is_known_by_user_id(number):
    message = says(number, bsuid="DE.1", name="Ida")
    says(number, bsuid="DE.1")
    (contact,) = contacts()
    assert (contact.phone, contact.display_name) == ("", "Ida")
    assert message.thread.reply_identity.value == "DE.1"
    assert Conversation.objects.count() == 1


def test_answers_go_to_the_identity_that_wrote_last(number):
    says(number, PHONE, "DE.1")
    assert Thread.objects.get().reply_identity.value == PHONE
    says(number, bsuid="DE.1")
    assert Thread.objects.get().reply_identity.value == "DE.1"


@pytest.mark.parametrize("first", [{"wa_id": PHONE}, {"bsuid": "DE.1"}])
def test_a_payload_with_phone_and_user_id_completes_a_person_known_by_one(number, first):
    says(number, **first)
    says(number, PHONE, "DE.1")
    (contact,) = contacts()
    assert identities(contact) == [("bsuid", "DE.1"), ("wa_id", PHONE)]
    assert contact.phone == f"+{PHONE}"
    assert Thread.objects.count() == 1


def test_a_contact_that_was_written_down_with_the_phone_is_the_one_who_writes(number):
    written_down = Contact.objects.create(name="Ida Brandt", phone=f"+{PHONE}")
    assert says(number, PHONE, "DE.1").thread.contact == written_down


def test_user_ids_are_of_a_portfolio(number):
    other = make_number()
    says(number, bsuid="DE.1")
    says(other, bsuid="DE.1")
    assert len(contacts()) == 2
    says(other, PHONE, "DE.2")
    says(number, PHONE, "DE.3")
    assert len(contacts()) == 3


def test_one_contact_may_be_open_on_two_of_our_numbers(number):
    other = make_number(account=number.account)
    says(number, PHONE, "DE.1")
    says(other, PHONE, "DE.1")
    assert len(contacts()) == 1
    assert Conversation.objects.count() == Thread.objects.count() == 2


def test_a_portfolio_that_becomes_known_later_loses_nobody(number):
    says(number, bsuid="DE.1")
    number.account.portfolio_id = "777"
    number.account.save()
    says(number, bsuid="DE.1")
    assert len(contacts()) == 1


def test_names_are_kept_current_and_never_emptied(number):
    says(number, PHONE, name="Ida")
    says(number, PHONE, name="")
    says(number, PHONE, name="Ida Brandt " * 40)
    (contact,) = contacts()
    assert contact.profile_name.startswith("Ida Brandt")
    assert len(contact.profile_name) == 200


# --- Two become one --------------------------------------------------------------------------------------------------


def test_a_payload_with_both_joins_two_contacts_with_their_open_conversations(number):
    by_phone = says(number, PHONE, words="by phone").conversation
    by_id = says(number, bsuid="DE.1", words="by user id").conversation
    agent = make_agent(numbers=[number])
    Conversation.objects.filter(pk=by_id.pk).update(status="assigned", assignee=agent, waiting_since=None)
    message = says(number, PHONE, "DE.1", words="both")
    (contact,) = contacts()
    assert identities(contact) == [("bsuid", "DE.1"), ("wa_id", PHONE)]
    assert message.conversation == by_id
    by_phone.refresh_from_db()
    assert by_phone.status == "closed"
    assert list(message.thread.messages.order_by("pk").values_list("text", flat=True)) == [
        "by phone",
        "by user id",
        "both",
    ]
    assert set(message.thread.events.values_list("kind", flat=True)) >= {"joined", "closed"}
    assert ContactMerge.objects.get().kept == contact


def joined(keep, absorb):
    return join(keep.thread.contact, absorb.thread.contact, timezone.now())


def test_of_two_unassigned_conversations_the_older_goes_on_with_the_oldest_unanswered_word(number):
    older = make_conversation("unassigned", number=number)
    newer = moved_back(make_conversation("queued", number=number), minutes=9)
    tag = make_tag()
    newer.tags.add(tag)
    joined(newer, older)
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.status, newer.status) == ("unassigned", "closed")
    assert older.unanswered_since == older.waiting_since
    assert older.waiting_since < timezone.now() - timedelta(minutes=8)
    assert list(older.tags.all()) == [tag]
    assert older.thread == newer.thread


def test_a_pending_conversation_gets_the_word_that_the_other_one_had(number):
    agent = make_agent(numbers=[number])
    pending = make_conversation("pending", number=number, handover_to=agent)
    open_one = make_conversation("unassigned", number=number)
    joined(pending, open_one)
    pending.refresh_from_db()
    assert (pending.status, pending.assignee) == ("assigned", agent)


def test_the_next_message_goes_to_whom_it_was_awaited_for_before_and_after_a_merge_is_undone(number):
    """S0-12"""
    keep, absorb = make_conversation("pending", number=number), make_conversation("pending", number=number)
    awaited = send_message(absorb, Text("Which day?"), author_kind="integration", on_answer={"next_message": True})
    merge = joined(keep, absorb)
    assert Thread.objects.get(awaited=awaited) == keep.thread
    undo_join(merge.pk, timezone.now())
    assert Thread.objects.get(awaited=awaited) == absorb.thread


@pytest.mark.parametrize(
    "keeps, other, wins", [("", "all", "all"), ("all", "marketing", "all"), ("", "marketing", "marketing")]
)
def test_the_stricter_opt_out_wins(number, keeps, other, wins):
    keep, absorb = make_contact(whatsapp_optout=keeps), make_contact(whatsapp_optout=other)
    join(keep, absorb, timezone.now())
    keep.refresh_from_db()
    assert keep.whatsapp_optout == wins


def test_what_the_kept_contact_lacks_comes_from_the_other(number):
    owner = make_agent()
    keep = make_contact("Ida", attributes={"plan": "gold"})
    absorb = make_contact("I. Brandt", email="ida@example.com", owner=owner, attributes={"plan": "tin", "size": 3})
    join(keep, absorb, timezone.now())
    keep.refresh_from_db()
    assert (keep.name, keep.email, keep.owner) == ("Ida", "ida@example.com", owner)
    assert keep.attributes == {"plan": "gold", "size": 3}


def test_a_thread_on_a_number_where_the_kept_contact_has_none_moves_whole(number):
    keep, conversation = make_contact(), make_conversation("assigned", number=number, assignee=make_agent())
    join(keep, conversation.thread.contact, timezone.now())
    conversation.refresh_from_db()
    assert (conversation.status, conversation.thread.contact) == ("assigned", keep)


def test_an_open_page_of_the_kept_thread_gets_the_other_ones_words(number):
    keep, absorb = make_contact(), make_contact()
    writes(keep, number)
    for _ in range(3):
        writes(absorb, number, "theirs")
    version = keep.threads.get().version
    join(keep, absorb, timezone.now())
    thread = keep.threads.get()
    assert thread.messages.filter(text="theirs", version__gt=version).count() == 3
    assert thread.version >= max(thread.messages.values_list("version", flat=True))


def test_two_messages_on_their_way_do_not_stop_a_join(number):
    conversations = [make_conversation("unassigned", number=number) for _ in range(2)]
    for conversation in conversations:
        Message.objects.create(thread=conversation.thread, author_kind="bot", kind="text", status="sending")
    joined(*conversations)
    assert sorted(Message.objects.values_list("status", flat=True)) == ["sending", "unconfirmed"]


# --- And apart again -------------------------------------------------------------------------------------------------


def test_a_merge_can_be_undone(number):
    keep, absorb = make_contact("Ida", whatsapp_optout="marketing"), make_contact("Omar", whatsapp_optout="all")
    ours, theirs = writes(keep, number, "ours"), writes(absorb, number, "theirs")
    only_theirs = make_thread(absorb, make_number())
    merge = join(keep, absorb, timezone.now())
    undo_join(merge.pk, timezone.now())
    for row in (keep, absorb, ours, theirs, only_theirs):
        row.refresh_from_db()
    assert (ours.thread.contact, theirs.thread.contact, only_theirs.contact) == (keep, absorb, absorb)
    assert (keep.whatsapp_optout, absorb.whatsapp_optout) == ("marketing", "all")
    assert (absorb.merged_into, absorb.identities.count(), keep.identities.count()) == (None, 1, 1)
    assert ours.conversation.last_message == ours
    assert writes(absorb, number, "again").thread == theirs.thread
    with pytest.raises(ContactMerge.DoesNotExist):
        undo_join(merge.pk, timezone.now())


def test_what_was_said_since_stays_with_its_conversation(number):
    agent = make_agent(numbers=[number])
    keep = make_contact()
    theirs = make_conversation("assigned", number=number, assignee=agent)
    absorb = theirs.thread.contact
    writes(keep, number, "ours")
    merge = join(keep, absorb, timezone.now())
    since = writes(keep, number, "since")
    assert since.conversation == theirs
    undo_join(merge.pk, timezone.now())
    since.refresh_from_db()
    theirs.refresh_from_db()
    assert since.thread == theirs.thread
    assert (theirs.thread.contact, theirs.last_message) == (absorb, since)


# --- A phone with a new owner ----------------------------------------------------------------------------------------


def test_a_known_phone_with_another_user_id_is_a_new_person_without_the_old_history(number):
    old = says(number, PHONE, "DE.1", words="secret").thread
    new = says(number, PHONE, "DE.2").thread
    assert new != old
    assert new.messages.count() == 1
    old.refresh_from_db()
    assert identities(new.contact) == [("bsuid", "DE.2"), ("wa_id", PHONE)]
    assert identities(old.contact) == [("bsuid", "DE.1")]
    assert (old.contact.phone, new.contact.phone) == ("", f"+{PHONE}")
    assert old.reply_identity.value == "DE.1"


def test_the_phone_goes_to_the_person_whose_user_id_is_known_already(number):
    says(number, PHONE, "DE.1")
    known = says(number, bsuid="DE.2").thread.contact
    assert says(number, PHONE, "DE.2").thread.contact == known
    assert len(contacts()) == 2
    assert not ContactMerge.objects.exists()


# --- A person with a new phone ---------------------------------------------------------------------------------------


def test_a_changed_number_stays_the_same_person_and_leaves_a_line(number):
    thread = says(number, PHONE).thread
    changes(number, old_wa_id=PHONE, new_wa_id=OTHER_PHONE)
    assert says(number, OTHER_PHONE).thread == thread
    (contact,) = contacts()
    assert contact.phone == f"+{OTHER_PHONE}"
    line = Event.objects.get(kind="number_changed")
    assert line.data == {"from": f"+{PHONE}", "to": f"+{OTHER_PHONE}"}
    assert Thread.objects.get().reply_identity.value == OTHER_PHONE


def test_the_old_number_then_belongs_to_whoever_writes_from_it(number):
    thread = says(number, PHONE).thread
    changes(number, old_wa_id=PHONE, new_wa_id=OTHER_PHONE)
    assert says(number, PHONE).thread != thread


def test_a_changed_user_id_stays_the_same_person(number):
    thread = says(number, PHONE, "DE.1").thread
    changes(number, old_wa_id=PHONE, old_bsuid="DE.1", new_bsuid="DE.2")
    assert says(number, PHONE, "DE.2").thread == thread


def test_both_notices_of_one_change_and_their_repeats_are_one_change(number):
    thread = says(number, PHONE, "DE.1").thread
    for _ in range(2):
        changes(number, old_wa_id=PHONE, new_wa_id=OTHER_PHONE)
        changes(number, new_wa_id=OTHER_PHONE, old_bsuid="DE.1", new_bsuid="DE.2")
    assert identities(thread.contact) == [("bsuid", "DE.2"), ("wa_id", OTHER_PHONE)]
    assert says(number, OTHER_PHONE, "DE.2").thread == thread


def test_a_notice_after_the_first_word_from_the_new_number_joins_the_two(number):
    thread = says(number, PHONE, "DE.1", words="before").thread
    says(number, OTHER_PHONE, "DE.2", words="after")
    changes(number, new_wa_id=OTHER_PHONE, old_bsuid="DE.1", new_bsuid="DE.2")
    (contact,) = contacts()
    assert contact == thread.contact
    assert thread.messages.count() == 2
    assert ("bsuid", "DE.2") in identities(contact)
    assert ("bsuid", "DE.1") not in identities(contact)


def test_a_notice_about_somebody_unknown_changes_nothing(number):
    assert changes(number, old_wa_id=PHONE, new_wa_id=OTHER_PHONE) is None
    assert not Identity.objects.exists()


def test_a_changed_security_code_changes_nothing(number):
    says(number, PHONE)
    assert changes(number, old_wa_id=PHONE) is None
