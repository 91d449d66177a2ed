"""The welcome message: once, when the chat is opened, else on the first word; in every form that WhatsApp has."""

import itertools
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from automation.models import Decision
from inbox import media
from inbox.actions.receive import receive
from inbox.actions.sending import send_message
from inbox.models import Attachment, Bot, Message, Reception
from tests.automation.numbers import WORDS, decided, said, turn_on, wait, work
from tests.factories import make_conversation, make_thread, moved_back, sender_of, writes
from whatsapp.content import Text
from whatsapp.inbound import ChatOpened

pytestmark = pytest.mark.django_db
_serial = itertools.count(1)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def opens_chat(contact, number, minutes_ago=0):
    """Meta reports that the customer opened the chat. Returns the thread."""
    sent_at = timezone.now() - timedelta(minutes=minutes_ago)
    place = (number.account.waba_id, number.phone_number_id, f"wamid.open.{next(_serial)}", sent_at)
    with transaction.atomic():
        thread = receive(ChatOpened(*place, sender_of(contact)))
    work()
    return thread


class TestWhenTheChatIsOpened:
    def test_s1_4_s1_5_the_customer_is_welcomed_before_writing_anything(self, berlin, amira):
        turn_on(berlin, "welcome")
        thread = opens_chat(amira, berlin)
        assert said(thread) == [WORDS["welcome"]]
        assert not thread.conversations.exists()
        assert not Message.objects.filter(author_kind="customer").exists()

    def test_opening_it_again_or_writing_then_brings_no_second_one(self, berlin, amira):
        turn_on(berlin, "welcome")
        thread = opens_chat(amira, berlin)
        opens_chat(amira, berlin)
        wait(writes(amira, berlin).conversation, minutes=5)
        assert said(thread) == [WORDS["welcome"]]
        assert decided(thread) == [("welcome", "done", "")]

    def test_not_where_the_thread_holds_an_earlier_message(self, berlin, amira):
        moved_back(writes(amira, berlin), minutes=60)
        turn_on(berlin, "welcome")
        assert said(opens_chat(amira, berlin)) == []

    def test_not_where_the_opening_took_more_than_an_hour_to_get_here(self, berlin, amira):
        turn_on(berlin, "welcome")
        thread = opens_chat(amira, berlin, minutes_ago=61)
        assert said(thread) == []
        assert decided(thread) == [("welcome", "refused", "old_word")]

    def test_switched_off_nothing_is_said(self, berlin, amira):
        turn_on(berlin, "unassigned")
        assert said(opens_chat(amira, berlin)) == []


class TestOnTheFirstWord:
    def test_a_first_word_is_welcomed_at_once(self, berlin, amira):
        turn_on(berlin, "welcome")
        thread = writes(amira, berlin).thread
        work()
        assert said(thread) == [WORDS["welcome"]]

    def test_two_quick_words_are_welcomed_once(self, berlin, amira):
        turn_on(berlin, "welcome")
        thread = writes(amira, berlin, "Hello").thread
        writes(amira, berlin, "Where is my parcel?")
        work()
        assert said(thread) == [WORDS["welcome"]]

    def test_a_customer_of_old_is_not_welcomed(self, berlin, amira):
        conversation = make_conversation("closed", number=berlin, contact=amira)
        Message.objects.create(thread=conversation.thread, kind="text", status="received", author_kind="customer")
        turn_on(berlin, "welcome")
        thread = writes(amira, berlin).thread
        work()
        assert said(thread) == []

    def test_whom_we_wrote_to_first_is_not_welcomed(self, berlin, amira):
        thread = make_thread(amira, berlin)
        Message.objects.create(thread=thread, kind="text", status="sent", author_kind="broadcast")
        turn_on(berlin, "welcome")
        writes(amira, berlin)
        work()
        assert said(thread) == []

    def test_an_answer_that_was_faster_spares_the_welcome(self, berlin, lena, amira):
        turn_on(berlin, "welcome")
        conversation = writes(amira, berlin).conversation
        send_message(conversation, Text("Good morning"), lena)
        work()
        assert said(conversation.thread) == []
        assert decided(conversation.thread) == [("welcome", "refused", "already_answered")]

    def test_not_where_a_bot_takes_the_conversation(self, berlin, lena, amira):
        turn_on(berlin, "welcome")
        Reception.objects.filter(number=berlin).update(bot=Bot.objects.create(name="Robin"))
        conversation = writes(amira, berlin).conversation
        assert conversation.status == "bot"
        wait(conversation, seconds=40)
        assert WORDS["welcome"] not in said(conversation.thread)
        assert decided(conversation.thread, "welcome") == [("refused", "bot_serves")]

    def test_a_word_of_more_than_an_hour_ago_is_not_welcomed_and_the_log_says_why(self, berlin, amira):
        turn_on(berlin, "welcome")
        thread = writes(amira, berlin, sent_at=timezone.now() - timedelta(minutes=61)).thread
        work()
        assert said(thread) == []
        assert decided(thread) == [("welcome", "refused", "old_word")]

    def test_a_waiting_reply_is_held_for_a_minute_after_it(self, berlin, amira):
        turn_on(berlin, "welcome")
        turn_on(berlin, "unassigned")
        conversation = writes(amira, berlin).conversation
        work()
        wait(conversation, seconds=55)
        assert said(conversation.thread) == [WORDS["welcome"]]
        assert ("unassigned", "held", "after_welcome") in decided(conversation.thread)
        wait(conversation, seconds=10)
        assert said(conversation.thread) == [WORDS["welcome"], WORDS["unassigned"]]

    def test_a_waiting_reply_that_was_held_is_dropped_when_somebody_serves_by_then(self, berlin, lena, amira):
        lena.reception_limit = 0
        lena.save()
        turn_on(berlin, "welcome")
        turn_on(berlin, "queue")
        conversation = writes(amira, berlin).conversation
        work()
        lena.reception_limit = 5
        lena.save()
        work()
        wait(conversation, minutes=2)
        assert said(conversation.thread) == [WORDS["welcome"]]
        assert ("withdrawn", "someone_serves") in decided(conversation.thread, "queue")


class TestItsContent:
    """S1-6."""

    @pytest.mark.parametrize(
        "kind, content",
        [
            ("text", {"text": "Welcome *to* _Hafen_ 🎉"}),
            (
                "buttons",
                {"text": "How can we help?", "buttons": [{"id": "button-1", "title": "Where is my parcel?"}]},
            ),
            ("link", {"text": "All parcels", "label": "Track", "url": "https://example.com/track"}),
            (
                "list",
                {
                    "text": "Choose",
                    "button": "Topics",
                    "header": {"type": "text", "text": "Hafen"},
                    "sections": [{"title": "", "rows": [{"id": "row-1", "title": "Parcels"}]}],
                },
            ),
        ],
    )
    def test_text_and_everything_with_buttons_is_sent_as_it_is_stored(self, berlin, amira, kind, content):
        """S1-6, S1-10, S1-12"""
        turn_on(berlin, "welcome", content_kind=kind, content=content)
        thread = opens_chat(amira, berlin)
        message = thread.messages.get()
        assert (message.kind, message.author_kind) == (kind, "automation")
        assert message.content == content

    def test_s1_7_s1_11_a_file_with_words_goes_to_every_customer_as_a_copy(
        self, berlin, lena, amira, settings, tmp_path
    ):
        settings.MEDIA_ROOT = tmp_path
        file = media.store_upload(lena, SimpleUploadedFile("prices.pdf", PDF, "application/pdf"))
        Attachment.objects.filter(pk=file.pk).update(is_kept=True)
        content = {"caption": "Our prices", "mime_type": "application/pdf", "filename": "prices.pdf"}
        turn_on(berlin, "welcome", content_kind="document", content=content, attachment=file)
        message = opens_chat(amira, berlin).messages.get()
        assert (message.kind, message.content["caption"]) == ("document", "Our prices")
        copy = message.attachments.get()
        assert (copy.file.name, copy.is_kept) == (file.file.name, False)
        assert Attachment.objects.get(pk=file.pk).message is None

    @pytest.mark.parametrize(
        "kind, content",
        [
            ("document", {"mime_type": "application/pdf", "filename": "prices.pdf"}),
            (
                "buttons",
                {
                    "text": "Hi",
                    "header": {"type": "image", "media_id": "upload"},
                    "buttons": [{"id": "button-1", "title": "Yes"}],
                },
            ),
        ],
    )
    def test_a_file_that_is_gone_is_the_reason_in_the_log(self, berlin, amira, kind, content):
        turn_on(berlin, "welcome", content_kind=kind, content=content)
        thread = opens_chat(amira, berlin)
        assert decided(thread) == [("welcome", "refused", "file_missing")]

    def test_s1_13_a_list_whose_header_is_a_picture_is_refused_with_whatsapps_reason(self, berlin, amira):
        content = {
            "text": "Choose",
            "button": "Topics",
            "header": {"type": "image", "link": "https://example.com/a.jpg"},
            "sections": [{"title": "", "rows": [{"id": "row-1", "title": "Parcels"}]}],
        }
        turn_on(berlin, "welcome", content_kind="list", content=content)
        thread = opens_chat(amira, berlin)
        assert said(thread) == []
        assert Decision.objects.get().data["words"] == "The header of a list can only be text."
