"""A supervisor sends broadcasts from the inbox: each channel from the first step to what arrives at the other end."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from broadcasts.models import Broadcast, EmailSender, Pace, SmsSender
from inbox.models import Contact
from tests.browser.broadcasting import (
    begin,
    choose_template,
    fate,
    looks,
    paste,
    press,
    send_now,
    state,
    step,
    tick,
    will_get_it,
)
from tests.browser.stage import NARROW, bubble
from tests.factories import make_contact
from tests.sandbox.texting import Texting

pytestmark = pytest.mark.browser


@pytest.fixture
def number(stage):
    return stage.numbers[0]


@pytest.fixture
def sofia(stage):
    return stage.agent("Sofia", role="supervisor")


def known(stage, name, **fields):
    """A customer with a phone who has written before; what is known of them."""
    phone = stage.customer(name)
    phone.writes("Hello")
    contact = stage.conversation_of(phone).thread.contact
    Contact.objects.filter(pk=contact.pk).update(**fields)
    return phone


def plus(phone):
    return f"+{phone.phone}"


def test_a_whatsapp_broadcast_from_the_first_step_to_the_customers_phone(stage, sofia, number):
    """The journey of S4-34, S4-36, S4-37, S4-39, S4-40, S4-42, S4-43 and S4-45."""
    nia = known(stage, "Nia", attributes={"order": "A-17"})
    omar = known(stage, "Omar", attributes={"order": "B-4"})
    begin(sofia, "Order news", number.name)
    choose_template(sofia, "parcel_arrived", "English")
    sofia.get_by_label("Value 1").focus()
    press(sofia, "First name")
    expect(sofia.get_by_label("Value 1")).to_have_value("{{ first_name }}")
    sofia.get_by_label("Value 2").focus()
    press(sofia, "order")
    sofia.get_by_label("Value 3").fill("Friday")
    expect(looks(sofia)).to_contain_text("Hello Omar, your parcel B-4 has arrived and waits for you until Friday.")
    press(sofia, "Proceed to recipients")
    for phone in (nia, omar):
        tick(sofia, phone)
    will_get_it(sofia, 2)
    press(sofia, "Proceed to confirm")
    expect(sofia.get_by_role("dialog", name="Send to 2 people?")).to_be_hidden()
    sent = send_now(sofia)
    state(sofia, "Finished")
    for phone, order in ((nia, "A-17"), (omar, "B-4")):
        expect(fate(sofia, phone.name)).to_have_text(re.compile("Delivered|Read"))
        assert order in str(phone.messages(number.phone_number_id)[-1])
    assert sent.recipients.count() == 2


def test_what_was_sent_stands_labelled_in_the_thread_and_an_answer_shows_it(stage, sofia, number):
    nia = known(stage, "Nia")
    begin(sofia, "Storm warning", number.name)
    choose_template(sofia, "hello_world", "English")
    press(sofia, "Proceed to recipients")
    tick(sofia, nia)
    press(sofia, "Proceed to confirm")
    sent = send_now(sofia)
    state(sofia, "Finished")
    nia.writes("Thank you for telling me", quote=sent.recipients.get().message.wamid)
    conversation = stage.conversation_of(nia)
    sofia.goto(f"{stage.url}/inbox/c/{conversation.pk}/")
    expect(sofia.get_by_text("Broadcast: Storm warning").first).to_be_visible()
    answer = bubble(sofia, "Thank you for telling me")
    expect(answer.locator(".quote")).to_contain_text("Broadcast: Storm warning")


def test_an_email_broadcast_arrives_with_subject_name_and_a_way_out(stage, sofia):
    """S4-35 and S4-38 by email."""
    nia = known(stage, "Nia", email="nia@example.org")
    stage.installation.mail.postbox.empty()
    begin(sofia, "Autumn letter", EmailSender.objects.first().address)
    sofia.get_by_label("Subject").fill("News for ")
    press(sofia, "First name")
    sofia.get_by_role("textbox", name="Message").fill("Hello,\n\n- warm\n- *light*")
    expect(looks(sofia).get_by_role("heading", name="News for Nia")).to_be_visible()
    expect(looks(sofia).get_by_role("listitem").first).to_have_text("warm")
    press(sofia, "Proceed to recipients")
    tick(sofia, nia)
    press(sofia, "Proceed to confirm")
    send_now(sofia)
    state(sofia, "Finished")
    expect(fate(sofia, nia.name)).to_have_text("Sent")
    (letter,) = stage.installation.mail.postbox.to("nia@example.org")
    assert letter["Subject"] == "News for Nia"
    assert letter["List-Unsubscribe"]


def test_an_sms_broadcast_is_counted_and_delivered(stage, sofia):
    """S4-35 and S4-38 by SMS."""
    nia = known(stage, "Nia")
    texting = Texting(stage.sandbox)
    begin(sofia, "Parcel tomorrow", SmsSender.objects.first().name)
    sofia.get_by_role("textbox", name="Message").fill("x" * 161)
    expect(sofia.get_by_text("2 SMS per recipient")).to_be_visible()
    sofia.get_by_role("textbox", name="Message").fill("Your parcel comes tomorrow, ")
    press(sofia, "First name")
    expect(looks(sofia)).to_contain_text("Your parcel comes tomorrow, Nia")
    press(sofia, "Proceed to recipients")
    tick(sofia, nia)
    press(sofia, "Proceed to confirm")
    send_now(sofia)
    state(sofia, "Finished")
    expect(fate(sofia, nia.name)).to_have_text("Delivered")
    assert [text["body"] for text in texting.sent(to=plus(nia))] == ["Your parcel comes tomorrow, Nia"]


def test_groups_are_the_target_audience(stage, sofia, number):
    """S4-41: pick existing groups in the target audience tab."""
    nia = known(stage, "Nia")
    contact = stage.conversation_of(nia).thread.contact
    contact.groups.create(name=f"Buyers {contact.pk}")
    begin(sofia, "For buyers", number.name)
    choose_template(sofia, "hello_world", "English")
    press(sofia, "Proceed to recipients")
    sofia.get_by_role("link", name="Target audience").click()
    sofia.get_by_role("checkbox", name=re.compile(f"Buyers {contact.pk}")).check()
    will_get_it(sofia, 1)
    press(sofia, "Proceed to confirm")
    expect(sofia.get_by_text(f"group Buyers {contact.pk}")).to_be_visible()


def test_a_pasted_list_names_its_bad_lines_and_is_sent_with_its_own_values(stage, sofia, number):
    nia = stage.customer("Nia")
    begin(sofia, "From a table", number.name)
    choose_template(sofia, "parcel_arrived", "English")
    for place, text in enumerate(("{{ first_name }}", "{{ order }}", "Friday"), start=1):
        sofia.get_by_label(f"Value {place}").fill(text)
    press(sofia, "Proceed to recipients")
    paste(sofia, f"phone;first_name;order\n{plus(nia)};Nia;A-17\nnonsense;X;Y\n")
    expect(sofia.get_by_text("1 line left out")).to_be_visible()
    expect(sofia.get_by_text("Line 3")).to_be_visible()
    press(sofia, "Use 1 recipient")
    will_get_it(sofia, 1)
    press(sofia, "Proceed to confirm")
    send_now(sofia)
    state(sofia, "Finished")
    assert "Hello Nia, your parcel A-17" in str(nia.messages(number.phone_number_id)[-1])


def test_steps_are_left_and_resumed_and_later_ones_wait(stage, sofia, number):
    begin(sofia, "Half a thought", number.name)
    expect(step(sofia)).to_contain_text("Message")
    steps = sofia.get_by_role("navigation", name="Steps")
    expect(steps.get_by_role("link", name="Recipients")).to_have_count(0)
    choose_template(sofia, "parcel_arrived", "English")
    sofia.get_by_label("Value 1").fill("everybody")
    expect(sofia.locator("#saved")).to_contain_text("Saved")
    sofia.get_by_role("navigation", name="Main").get_by_role("link", name="Broadcasts").click()
    sofia.get_by_role("link", name="Half a thought").click()
    expect(sofia.get_by_label("Value 1")).to_have_value("everybody")
    press(sofia, "Proceed to recipients")
    second = sofia.get_by_label("Value 2")
    expect(second).to_be_focused()
    expect(second).to_have_accessible_description("Write what stands here, or choose a tag below.")
    second.fill("A-17")
    expect(second).not_to_have_attribute("aria-invalid", "true")


def test_what_was_typed_in_step_one_is_a_draft_and_deleting_it_can_be_undone(stage, sofia, number):
    """Whoever leaves before proceeding finds it again; no second draft is made by proceeding at once."""
    sofia.goto(f"{stage.url}/broadcasts/new/")
    sofia.get_by_label("Name of the broadcast").fill("A quick idea")
    expect(sofia.locator("#saved")).to_contain_text("Saved")
    sofia.goto(f"{stage.url}/broadcasts/")
    sofia.get_by_role("link", name="A quick idea").click()
    sofia.get_by_label("Name of the broadcast").fill("A better idea")
    press(sofia, "Delete this draft")
    sofia.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(sofia.get_by_text("The draft A better idea is deleted.")).to_be_visible()
    press(sofia, "Undo")
    expect(sofia.get_by_label("Name of the broadcast")).to_have_value("A better idea")
    assert Broadcast.objects.filter(name__endswith=" idea").count() == 1


def test_a_tag_stands_where_the_cursor_was_and_the_field_keeps_the_focus(stage, sofia):
    begin(sofia, "Cursor", EmailSender.objects.first().address)
    message = sofia.get_by_role("textbox", name="Message")
    message.fill("Dear  and goodbye")
    message.evaluate("node => node.setSelectionRange(5, 5)")
    press(sofia, "Name")
    expect(message).to_have_value("Dear {{ name }} and goodbye")
    expect(message).to_be_focused()
    sofia.get_by_label("name", exact=True).fill("customer")
    expect(sofia.locator("#saved")).to_contain_text("Saved")
    expect(sofia.get_by_label("name", exact=True)).to_be_focused()


def test_a_test_goes_to_oneself_before_anybody_else_gets_it(stage, sofia, number):
    """S4-42: the review sends a test."""
    nia, own = known(stage, "Nia"), stage.customer("Sofia's own phone")
    begin(sofia, "Tried first", number.name)
    choose_template(sofia, "hello_world", "English")
    press(sofia, "Proceed to recipients")
    tick(sofia, nia)
    press(sofia, "Proceed to confirm")
    sofia.get_by_role("textbox", name="Your phone number").fill(plus(own))
    press(sofia, "Send a test")
    expect(sofia.locator(".trial-list .fate")).to_have_text(re.compile("Delivered|Read"))
    assert own.messages(number.phone_number_id)
    assert Broadcast.objects.get(name="Tried first").status == "draft"


def test_it_is_paused_resumed_and_the_rest_cancelled(stage, sofia, number):
    """S4-34: many; and they can be stopped at any moment."""
    pace, _ = Pace.objects.get_or_create(key=f"whatsapp:{number.pk}", defaults={"number": number})
    Pace.objects.filter(pk=pace.pk).update(per_second=1)
    phones = [stage.customer("Somebody") for _ in range(30)]
    begin(sofia, "Slowly", number.name)
    choose_template(sofia, "hello_world", "English")
    press(sofia, "Proceed to recipients")
    paste(sofia, "\n".join(plus(phone) for phone in phones))
    press(sofia, "Use 30 recipients")
    press(sofia, "Proceed to confirm")
    send_now(sofia)
    expect(sofia.get_by_text("a second")).to_be_visible()
    press(sofia, "Pause")
    state(sofia, "Paused")
    press(sofia, "Resume")
    state(sofia, "Sending")
    press(sofia, "Cancel the rest")
    sofia.get_by_role("dialog", name="Cancel the rest?").get_by_role("button", name="Cancel the rest").click()
    state(sofia, "Cancelled")
    expect(sofia.get_by_role("row", name=re.compile("^Cancelled"))).to_be_visible()
    Pace.objects.filter(pk=pace.pk).update(per_second=80)


def test_it_is_sent_later_in_the_browsers_time_zone(stage, number):
    """S4-43: send later."""
    nia = known(stage, "Nia")
    page = stage.agent("Sofia", role="supervisor", time_zone="Europe/Lisbon")
    begin(page, "Later", number.name)
    choose_template(page, "hello_world", "English")
    press(page, "Proceed to recipients")
    tick(page, nia)
    press(page, "Proceed to confirm")
    page.get_by_text("Send later").click()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Lisbon")
    press_disabled = page.get_by_role("button", name="Schedule broadcast")
    expect(press_disabled).to_be_disabled()
    soon = timezone.now() + timedelta(days=2)
    page.get_by_label("Day and time").fill(soon.strftime("%Y-%m-%dT09:00"))
    press(page, "Schedule broadcast")
    page.get_by_role("dialog").get_by_role("button", name="Schedule", exact=True).click()
    state(page, "Scheduled")
    press(page, "Change")
    expect(page.get_by_role("radio", name="Send later")).to_be_checked()


def test_a_contact_and_a_selection_of_contacts_lead_into_a_broadcast(stage, sofia, number):
    """S3-3."""
    nia, omar = known(stage, "Nia"), known(stage, "Omar")
    contact = stage.conversation_of(nia).thread.contact
    sofia.goto(f"{stage.url}/contacts/{contact.pk}/")
    sofia.get_by_role("link", name="Send template").click()
    expect(sofia.get_by_text(f"To {nia.name}")).to_be_visible()
    sofia.goto(f"{stage.url}/contacts/")
    for phone in (nia, omar):
        sofia.get_by_role("checkbox", name=re.compile(re.escape(phone.name))).check()
    press(sofia, "Send template")
    expect(step(sofia)).to_contain_text("Name and channel")
    assert len(Broadcast.objects.latest("pk").audience["contacts"]) == 2


def test_the_list_moves_by_itself(stage, sofia, number):
    nia = known(stage, "Nia")
    begin(sofia, "Watched", number.name)
    choose_template(sofia, "hello_world", "English")
    press(sofia, "Proceed to recipients")
    tick(sofia, nia)
    will_get_it(sofia, 1)
    draft = Broadcast.objects.get(name="Watched")
    Broadcast.objects.filter(pk=draft.pk).update(
        status="scheduled", scheduled_at=timezone.now() + timedelta(seconds=12)
    )
    sofia.goto(f"{stage.url}/broadcasts/")
    row = sofia.locator(".broadcast-row").filter(has_text="Watched")
    expect(row.locator(".state")).to_have_text("Scheduled")
    expect(row.locator(".state")).to_have_text("Finished", timeout=40_000)


def test_no_page_is_wider_than_a_phone(stage, number):
    make_contact("A very long name " * 11, phone="+4915199999999")
    page = stage.agent("Sofia", role="supervisor", see=NARROW)
    begin(page, "A very long name 🍂 " * 9, number.name)
    checked = [page.url]
    choose_template(page, "parcel_arrived", "English")
    for place in (1, 2, 3):
        page.get_by_label(f"Value {place}").fill("{{ first_name }}")
    press(page, "Proceed to recipients")
    for tab in ("Target audience", "Paste a list", "Customers"):
        page.get_by_role("link", name=tab).click()
        checked.append(page.url)
    paste(page, "+4915100000001\n")
    press(page, "Use 1 recipient")
    press(page, "Proceed to confirm")
    checked += [page.url, f"{stage.url}/broadcasts/", f"{stage.url}/broadcasts/new/"]
    for address in checked:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], address


def test_agents_have_no_entry(stage):
    page = stage.agent("Omar")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    expect(page.get_by_role("link", name="Broadcasts")).to_have_count(0)
