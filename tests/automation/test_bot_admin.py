"""A bot's script in the administration: judged where it is wrong, kept where it is right, tried out by hand."""

import json

import pytest
from django.urls import reverse

from automation.forms.bot_steps import choice_of, line_of
from automation.models import BotStep
from automation.models.bots import script_of
from inbox.models import Bot, Message
from tests import factories

pytestmark = pytest.mark.django_db
ASK = {
    "name": "department",
    "kind": "ask",
    "text": "Hello {{ name }}!",
    "choices": "Sales | Offers > sales\nSupport > end",
    "as_list": "on",
    "variable": "department",
}
SALES = {"name": "sales", "kind": "hand_over", "text": "One moment."}
END = {"name": "end", "kind": "complete", "text": "Bye {{ department }}"}


@pytest.fixture
def browser(client):
    client.force_login(factories.make_agent(role="admin"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(bot=None):
    return reverse("admin:inbox_bot_change", args=[bot.pk]) if bot else reverse("admin:inbox_bot_add")


def fields(*steps, **bot):
    """The page's form with these steps."""
    posted = {"name": "Front desk", "is_active": "on", "silence_minutes": "10", **bot}
    posted |= {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": sum("id" in step for step in steps)}
    usual = {"position": 0, "expects": "text", "max_tries": 3}
    for number, step in enumerate(steps):
        posted |= {f"steps-{number}-{name}": value for name, value in {**usual, **step}.items()}
    return posted


def saved(browser, *steps):
    answer = browser.post(page(), fields(*steps))
    assert answer.status_code == 302, errors(answer)
    return Bot.objects.get()


def errors(answer):
    """[{field: words}] of the steps."""
    formset = answer.context["inline_admin_formsets"][0].formset
    return [{name: list(words) for name, words in found.items()} for found in formset.errors]


def test_a_script_is_kept_in_the_order_in_which_it_was_written(browser):
    bot = saved(browser, ASK, SALES, END)
    script = script_of(bot)
    assert [step.name for step in script.steps] == ["department", "sales", "end"]
    assert [(choice.title, choice.description, choice.goes_to) for choice in script.steps[0].choices] == [
        ("Sales", "Offers", "sales"),
        ("Support", "", "end"),
    ]


def test_a_step_that_is_added_stands_at_the_end(browser):
    bot = saved(browser, ASK, SALES, END)
    kept = [
        {**written, "id": step.pk, "position": step.position}
        for step, written in zip(bot.steps.all(), (ASK, SALES, {**END, "kind": "say", "text": "And now?"}), strict=True)
    ]
    answer = browser.post(page(bot), fields(*kept, {"name": "last", "kind": "complete"}))
    assert answer.status_code == 302, errors(answer)
    assert [step.name for step in bot.steps.all()] == ["department", "sales", "end", "last"]


def test_what_is_wrong_stands_at_its_step_and_nothing_is_saved(browser):
    four = "\n".join(f"Choice {number}" for number in range(4))
    steps = [{**ASK, "choices": four, "as_list": ""}, {**SALES, "kind": "say", "goes_to": "nowhere"}, END]
    answer = browser.post(page(), fields(*steps))
    assert answer.status_code == 200
    found = errors(answer)
    assert found[0]["choices"] == ["WhatsApp shows up to 3 buttons, these are 4. Show the choices as a list."]
    assert found[1]["goes_to"] == ["No step is called “nowhere”."]
    assert "these are 4" in answer.content.decode()
    assert not Bot.objects.exists()
    assert not BotStep.objects.exists()


def test_a_step_that_is_deleted_must_not_be_led_to(browser):
    bot = saved(browser, ASK, SALES, END)
    rows = [{**written, "id": step.pk} for step, written in zip(bot.steps.all(), (ASK, SALES, END), strict=True)]
    answer = browser.post(page(bot), fields(rows[0], {**rows[1], "DELETE": "on"}, rows[2]))
    assert errors(answer)[0]["choices"] == ["“Sales” leads to “sales”, but no step is called so."]


def test_a_bot_without_a_script_may_be_kept(browser):
    assert not saved(browser).steps.exists()


@pytest.mark.parametrize("line", ["Sales", "Sales | Offers", "Sales > to sales", "Sales | Offers > to sales"])
def test_a_choice_is_shown_as_it_was_typed(line):
    assert line_of(choice_of(line)) == line


def test_a_bot_is_tried_out_without_sending_or_keeping_anything(browser):
    bot = saved(browser, ASK, SALES, END)
    address = reverse("admin:inbox_bot_try_out", args=[bot.pk])
    first = browser.get(address)
    assert "Hello Amira Haddad!" in first.content.decode()
    kept = first.context["rehearsal"].kept
    tapped = browser.post(address, {"kept": kept, "tap": "bot:department:Support\nSupport"})
    assert "Bye Support" in tapped.content.decode()
    assert "Closes the conversation" in tapped.content.decode()
    again = browser.post(address, {"kept": kept, "word": "sales"})
    assert "Hands over to whoever the number assigns" in again.content.decode()
    assert not Message.objects.exists()


def test_a_rehearsal_plays_with_closed_hours_and_begins_again(browser):
    hours = {"name": "hours", "kind": "hours", "goes_to": "end", "otherwise": "closed"}
    closed = {"name": "closed", "kind": "complete", "text": "We open at 9."}
    bot = saved(browser, hours, {"name": "end", "kind": "complete", "text": "Come by!"}, closed)
    address = reverse("admin:inbox_bot_try_out", args=[bot.pk])
    assert "We open at 9." in browser.post(address, {"hours": "closed", "again": "1"}).content.decode()
    assert "Come by!" in browser.post(address, {"hours": "open", "again": "1"}).content.decode()


@pytest.mark.parametrize(
    "kept", ["", "{", "[1]", '[{"text": 1}]', '{"a": 1}', json.dumps([{"text": "x"}] * 500), "[" * 100_000]
)
def test_a_rehearsal_takes_whatever_is_posted(browser, kept):
    bot = saved(browser, ASK, SALES, END)
    address = reverse("admin:inbox_bot_try_out", args=[bot.pk])
    assert browser.post(address, {"kept": kept, "tap": "bot:nothing"}).status_code == 200


def test_a_bot_without_a_script_cannot_be_tried_out_but_says_so(browser):
    bot = saved(browser)
    assert "has no steps yet" in browser.get(reverse("admin:inbox_bot_try_out", args=[bot.pk])).content.decode()


def test_a_bot_that_has_served_is_not_deleted(browser):
    bot = saved(browser)
    factories.make_conversation("bot", bot=bot)
    assert browser.get(reverse("admin:inbox_bot_delete", args=[bot.pk])).status_code == 403


def test_a_bot_that_is_none_cannot_be_tried_out(browser):
    assert browser.get(reverse("admin:inbox_bot_try_out", args=["nobody"])).status_code == 404
