"""The panels of opt-out and opt-in words: words, replies, and what has to be said about consent."""

import pytest

from inbox.models import Reception
from tests import factories
from tests.automation.admin_page import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, berlin):
    return Page(client, berlin)


def stored(page):
    reception = Reception.objects.get(number=page.number)
    return reception.optout_words.splitlines(), reception.optin_words.splitlines()


def test_the_page_says_that_consent_must_be_there_beforehand(page):
    """S3-51"""
    shown = page.html()
    assert "You need your customers' consent before you write to them first." in shown
    assert "get their consent beforehand" in shown


def test_a_new_number_listens_to_the_usual_words_and_answers_them(page):
    shown = page.html()
    assert "optout\nopt-out\nopt out\nstop\nunsubscribe</textarea>" in shown
    assert 'name="opt_out-is_on" checked' in shown
    assert "We will not write to you first any more." in shown


def test_words_and_replies_are_written_and_kept_per_number(page):
    """S3-56"""
    page.saves(
        opt_out__told_words="Abmelden, keine  Werbung\n\nABMELDEN",
        opt_out__is_on="on",
        opt_out__shape="text",
        opt_out__text="Schade!",
        opt_in__told_words="anmelden",
    )
    assert stored(page) == (["ABMELDEN", "keine Werbung"], ["anmelden"])
    assert (page.row("opt_out").is_on, page.row("opt_out").content) == (True, {"text": "Schade!"})
    assert not page.row("opt_in").is_on
    other = Page(page.http, factories.make_number("Lisbon"))
    assert "keine Werbung" not in other.html()


def test_words_outlive_a_save_of_a_page_that_does_not_show_them(page):
    before = stored(page)
    page.saves(welcome__is_on="on", welcome__shape="text", welcome__text="Hello")
    assert stored(page) == before


@pytest.mark.parametrize(
    "typed, field, words",
    [
        ({"opt_out__told_words": " \n, !"}, "opt_out-told_words", "at least one word"),
        ({"opt_out__told_words": "x" * 41}, "opt_out-told_words", "Up to 40 characters"),
        ({"opt_out__told_words": "\n".join(map(str, range(31)))}, "opt_out-told_words", "Up to 30 words"),
        (
            {"opt_out__told_words": "stop", "opt_in__told_words": "STOP!"},
            "opt_in-told_words",
            "an opt-out word already",
        ),
    ],
)
def test_lists_that_cannot_work_are_refused_beside_their_field(page, typed, field, words):
    before = stored(page)
    assert words in page.refused(**typed)[field]
    assert stored(page) == before


def test_the_phone_shows_the_word_and_the_reply_as_they_are_typed(page):
    drawn = page.previews("opt_out", opt_out__told_words="Abmelden\nweg", opt_out__is_on="on", opt_out__text="Schade!")
    assert "Abmelden" in drawn
    assert "Schade!" in drawn
    assert "The word “Abmelden” (and 1 more) ends what you start." in drawn
