"""Step one of the wizard: name and channel; drafts that save themselves and are resumed."""

from django.urls import reverse

from broadcasts.drafts import lifecycle
from broadcasts.models import Broadcast
from tests.broadcasts.drafting import (
    make_draft,
    make_email_sender,
    make_sms_sender,
)
from tests.broadcasts.wizard.pages import HTMX, at, words_of
from tests.factories import make_agent, make_number

Status = Broadcast.Status


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


def test_what_is_typed_before_the_draft_exists_is_kept_when_one_leaves(client, boss, number):
    """One draft, however often it saves itself, also while it is proceeded from; of nothing none is made."""
    page = {"client_id": "one"}
    assert client.post(reverse("new_broadcast"), page | {"name": " "}, **HTMX).status_code == 204
    assert not Broadcast.objects.exists()
    answer = client.post(reverse("new_broadcast"), page | {"name": "Order"}, **HTMX)
    draft = Broadcast.objects.get()
    assert answer["HX-Replace-Url"] == at("channel", draft)
    typed = page | {"name": "Order news", "sender": f"whatsapp:{number.pk}"}
    assert "Delete this draft?" in words_of(answer)
    assert "Delete this draft?" not in words_of(client.post(reverse("new_broadcast"), typed, **HTMX))
    assert client.post(reverse("new_broadcast"), typed).url == at("message", draft)
    assert [(one.name, one.number) for one in Broadcast.objects.all()] == [("Order news", number)]


def test_what_was_deleted_meanwhile_is_not_typed_on(client, boss, number):
    client.post(reverse("new_broadcast"), {"client_id": "one", "name": "Order"}, **HTMX)
    lifecycle.delete(Broadcast.objects.get())
    client.post(reverse("new_broadcast"), {"client_id": "one", "name": "Other"}, **HTMX)
    assert Broadcast.objects.get().name == "Order"


def test_a_colleagues_draft_is_not_taken_for_ones_own(client, boss, number):
    client.post(reverse("new_broadcast"), {"client_id": "one", "name": "Mine"}, **HTMX)
    client.force_login(make_agent("Other", role="supervisor", numbers=[number]))
    client.post(reverse("new_broadcast"), {"client_id": "one", "name": "Theirs"}, **HTMX)
    assert sorted(Broadcast.objects.values_list("name", flat=True)) == ["Mine", "Theirs"]


def test_a_page_whose_name_is_none_begins_anew_each_time(client, boss, number):
    for odd in ("\x00", "x" * 65, ""):
        client.post(reverse("new_broadcast"), {"client_id": odd, "name": "Order"}, **HTMX)
    assert Broadcast.objects.count() == 3
