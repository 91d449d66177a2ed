"""Letters on their way through a real SMTP server: what arrives, and which refusal means what."""

import socket

import pytest
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused, AnymailRequestsAPIError

from broadcasts.failures import Refused, SenderFault, TryLater, Unclear
from broadcasts.mail import post as posting
from broadcasts.mail.letter import From, Letter, email
from broadcasts.mail.post import post

HAFEN = From("Hafen & Co", "news@hafen.example", "help@hafen.example")
AMIRA = "amira@example.org"


def letter(to=AMIRA, **more):
    return email(HAFEN, Letter(to, "Your parcel", "Dear *Amira*, it is here.", "broadcast-7.12", **more))


def test_a_letter_arrives_with_both_bodies_and_its_files(postbox):
    """S4-35: by email."""
    post(letter(files=[("label.pdf", b"%PDF-1.7", "application/pdf")]))
    (came,) = postbox.letters
    assert (came["From"], came["To"], came["Reply-To"]) == (
        "Hafen & Co <news@hafen.example>",
        AMIRA,
        "help@hafen.example",
    )
    assert came["Subject"] == "Your parcel"
    assert "Dear Amira, it is here." in came.get_body(("plain",)).get_content()
    assert "<strong>Amira</strong>" in came.get_body(("html",)).get_content()
    assert [(part.get_filename(), part.get_content()) for part in came.iter_attachments()] == [
        ("label.pdf", b"%PDF-1.7")
    ]


def test_a_letter_offers_to_stop_with_one_click(postbox):
    """RFC 8058: both headers, on an https address in production."""
    post(letter(unsubscribe_url="https://inbox.example.com/unsubscribe/abc/"))
    (came,) = postbox.letters
    assert came["List-Unsubscribe"] == "<https://inbox.example.com/unsubscribe/abc/>"
    assert came["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "https://inbox.example.com/unsubscribe/abc/" in came.get_body(("plain",)).get_content()
    assert 'href="https://inbox.example.com/unsubscribe/abc/"' in came.get_body(("html",)).get_content()


def test_every_try_of_a_letter_has_the_same_message_id(postbox):
    assert post(letter()) == post(letter()) == "<broadcast-7.12@hafen.example>"
    assert {came["Message-ID"] for came in postbox.letters} == {"<broadcast-7.12@hafen.example>"}


def test_one_connection_carries_many_letters(postbox):
    for number in range(5):
        post(letter(f"person{number}@example.org"))
    assert (len(postbox.letters), postbox.connections) == (5, 1)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ("550 5.1.1 No such user", Refused),
        ("553 Mailbox name not allowed", Refused),
        ("450 4.2.0 Greylisted, come back later", TryLater),
        ("452 4.2.2 Mailbox full", TryLater),
        ("421 Shutting down", TryLater),
    ],
)
def test_what_the_server_says_of_a_recipient_is_told_apart(postbox, answer, meaning):
    """4yz is worth another try, 5yz is not."""
    postbox.answers[AMIRA] = answer
    with pytest.raises(meaning) as failure:
        post(letter())
    assert failure.value.code == answer[:3]
    assert answer[4:] in failure.value.words
    assert postbox.letters == []


def test_one_refused_recipient_does_not_hold_up_the_next(postbox):
    postbox.answers[AMIRA] = "550 No such user"
    with pytest.raises(Refused):
        post(letter())
    post(letter("luis@example.org"))
    assert len(postbox.to("luis@example.org")) == 1


@pytest.mark.parametrize(("answer", "meaning"), [("554 5.7.1 Spam", Refused), ("451 Try again", TryLater)])
def test_what_the_server_says_of_the_text_is_told_apart(postbox, answer, meaning):
    postbox.data_answers[AMIRA] = answer
    with pytest.raises(meaning):
        post(letter())


def test_a_refused_sender_is_the_senders_fault(postbox):
    postbox.sender_answer = "553 5.7.1 Sender address rejected: not owned by user"
    with pytest.raises(SenderFault):
        post(letter())


def test_a_connection_that_breaks_after_the_text_left_leaves_a_doubt(postbox):
    postbox.data_answers[AMIRA] = "drop"
    with pytest.raises(Unclear):
        post(letter())
    assert len(postbox.letters) == 1


def test_a_server_that_is_away_certainly_took_nothing(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    with pytest.raises(TryLater):
        post(letter())


def test_a_server_that_went_away_between_two_letters_is_called_again(postbox):
    """A kept connection that is dead says nothing of the letter: it had not left."""
    post(letter())
    posting.kept.connection.connection.sock.shutdown(socket.SHUT_RDWR)
    with pytest.raises(TryLater):
        post(letter())
    post(letter())
    assert len(postbox.letters) == 2


class Answered:
    """A provider's HTTP answer."""

    reason = "Because"
    text = ""

    def __init__(self, status_code):
        self.status_code = status_code

    def json(self):
        return {}


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (AnymailRecipientsRefused(), Refused),
        (AnymailRequestsAPIError(response=Answered(400)), Refused),
        (AnymailRequestsAPIError(response=Answered(401)), SenderFault),
        (AnymailRequestsAPIError(response=Answered(429)), TryLater),
        (AnymailRequestsAPIError(response=Answered(503)), TryLater),
        (AnymailRequestsAPIError("connection broke"), Unclear),
    ],
)
def test_what_a_provider_says_is_told_apart(settings, error, meaning):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    made = letter()
    made.anymail_test_response = error if isinstance(error, AnymailAPIError) else None
    if made.anymail_test_response is None:
        made.to = ["invalid"]
    with pytest.raises(meaning):
        post(made)


def test_a_provider_hands_back_which_letter_it_speaks_of(settings):
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    made = letter()
    post(made)
    assert made.anymail_test_params["metadata"] == {"reference": "broadcast-7.12"}
