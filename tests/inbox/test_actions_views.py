"""What the page's buttons post: done, or refused in words."""

import pytest
from django.test import Client
from django.urls import reverse

from inbox.models import Participant
from tests.factories import make_agent, make_conversation, make_number, make_tag, make_team

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


def post(browser, conversation, name, **data):
    address = reverse("conversation", args=[conversation.pk]) + f"{name}/"
    return browser.post(address, data, content_type="application/json")


def test_claim_takes_a_queued_conversation(browser, berlin, ada):
    """S1-28, S1-30."""
    queued = make_conversation("queued", number=berlin)
    assert post(browser, queued, "claim").json() == {
        "conversation": queued.pk,
        "status": "assigned",
        "assignee": ada.pk,
    }


def test_a_lost_claim_names_the_winner(browser, berlin):
    taken = make_conversation("assigned", number=berlin, assignee=make_agent("Bea", numbers=[berlin]))
    answer = post(browser, taken, "claim")
    assert answer.status_code == 409
    assert answer.json()["code"] == "already_claimed"
    assert "Bea" in answer.json()["words"]


def test_close_and_undo(browser, berlin, ada):
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    assert post(browser, mine, "close").json()["status"] == "closed"
    assert post(browser, mine, "undo-close").json()["status"] == "assigned"


@pytest.mark.parametrize("name, status", [("give-back", "unassigned"), ("waive", "assigned"), ("follow", "assigned")])
def test_what_an_agent_does_with_their_own(browser, berlin, ada, name, status):
    berlin.reception.picking = "manual"
    berlin.reception.save()
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    assert post(browser, mine, name).json()["status"] == status


def test_a_colleagues_conversation_is_not_closed_by_accident(browser, berlin):
    theirs = make_conversation("assigned", number=berlin, assignee=make_agent("Bea", numbers=[berlin]))
    answer = post(browser, theirs, "close")
    assert answer.status_code == 403
    assert "Bea" in answer.json()["words"]


def test_helping_makes_a_follower_of_a_colleagues_conversation(browser, berlin, ada):
    theirs = make_conversation("assigned", number=berlin, assignee=make_agent("Bea", numbers=[berlin]))
    assert post(browser, theirs, "follow").status_code == 200
    assert Participant.objects.filter(conversation=theirs, agent=ada, is_following=True).exists()
    assert post(browser, theirs, "unfollow").status_code == 200


def test_transfer_to_a_colleague_and_to_a_team(browser, berlin, ada):
    bea = make_agent("Bea", numbers=[berlin])
    first = make_conversation("assigned", number=berlin, assignee=ada)
    assert post(browser, first, "transfer", agent=bea.pk).json()["assignee"] == bea.pk
    second = make_conversation("assigned", number=berlin, assignee=ada)
    team = make_team("Customs", bea)
    assert post(browser, second, "transfer", team=str(team.pk)).status_code == 200
    second.refresh_from_db()
    assert second.team == team


@pytest.mark.parametrize("data", [{}, {"agent": 0}, {"agent": "x"}, {"agent": True}, {"team": 10**30}])
def test_transfer_to_nobody_is_refused_in_words(browser, berlin, ada, data):
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    answer = post(browser, mine, "transfer", **data)
    assert answer.status_code == 400
    assert answer.json()["words"]


def test_tags_go_on_and_off(browser, berlin, ada):
    """S4-24, S4-25: several at once, by hand."""
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    first, second = make_tag("vip"), make_tag("order")
    post(browser, mine, "tags", tag=first.pk, on=True)
    post(browser, mine, "tags", tag=second.pk, on=True)
    assert set(mine.tags.all()) == {first, second}
    post(browser, mine, "tags", tag=first.pk, on=False)
    assert list(mine.tags.all()) == [second]
    assert post(browser, mine, "tags", tag=987654, on=True).status_code == 400


def test_read_and_unread_are_the_agents_own(browser, berlin, ada):
    mine = make_conversation("assigned", number=berlin, assignee=ada, last_inbound_id=7)
    listed = {"folder": "mine", "unread": "1"}
    assert browser.get(reverse("inbox_list"), listed).context["page"].rows
    post(browser, mine, "read")
    assert not browser.get(reverse("inbox_list"), listed).context["page"].rows
    post(browser, mine, "unread")
    assert browser.get(reverse("inbox_list"), listed).context["page"].rows


def test_notes_about_a_customer_are_kept(browser, berlin, ada):
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    assert post(browser, mine, "contact-notes", notes="Rings twice").status_code == 200
    mine.thread.contact.refresh_from_db()
    assert mine.thread.contact.notes == "Rings twice"


@pytest.mark.parametrize(
    "written, kept", [("a\x00b", "a\ufffdb"), ("\ud800!", "\ufffd!"), ("x" * 10_001, "x" * 10_000)]
)
def test_notes_keep_what_a_database_can_hold(browser, berlin, ada, written, kept):
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    assert post(browser, mine, "contact-notes", notes=written).json() == {"notes": kept}


def test_notes_that_are_no_text_are_refused(browser, berlin, ada):
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    assert post(browser, mine, "contact-notes", notes={"a": 1}).status_code == 400


@pytest.mark.parametrize("name", ["transfer", "tags", "contact-notes", "send", "note"])
def test_endless_nesting_is_refused_in_words(browser, berlin, ada, name):
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    address = reverse("conversation", args=[mine.pk]) + f"{name}/"
    answer = browser.post(address, "[" * 100_000 + "]" * 100_000, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "not_json")


def test_going_away_gives_back_what_was_open(browser, berlin, ada):
    mine = make_conversation("assigned", number=berlin, assignee=ada)
    data = {"availability": "away", "conversations": "give_back"}
    answer = browser.post(reverse("inbox_availability"), data, content_type="application/json")
    assert answer.status_code == 200
    mine.refresh_from_db()
    ada.refresh_from_db()
    assert (ada.availability, mine.assignee) == ("away", None)


@pytest.mark.parametrize("data", [{}, {"availability": "asleep"}, {"availability": "away", "conversations": "987654"}])
def test_a_nonsensical_availability_is_refused_in_words(browser, data):
    answer = browser.post(reverse("inbox_availability"), data, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["words"]


@pytest.mark.parametrize(
    "name", ["claim", "close", "transfer", "tags", "read", "unread", "follow", "reopen", "contact-notes", "waive"]
)
def test_nothing_is_done_to_what_one_may_not_see(browser, name):
    foreign = make_conversation("queued", number=make_number("Lisboa"))
    assert post(browser, foreign, name).status_code == 404


@pytest.mark.parametrize("name", ["claim", "close", "tags", "read", "unread"])
def test_actions_are_posted_by_someone_who_logged_in(browser, berlin, name):
    near = make_conversation("queued", number=berlin)
    assert browser.get(reverse("conversation", args=[near.pk]) + f"{name}/").status_code == 405
    assert post(Client(), near, name).status_code == 302


def test_a_forged_post_is_refused(berlin, ada):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    near = make_conversation("queued", number=berlin)
    assert post(careful, near, "claim").status_code == 403


def test_a_body_that_is_no_json_is_refused(browser, berlin):
    near = make_conversation("queued", number=berlin)
    address = reverse("conversation_tags", args=[near.pk])
    for body in (b"{", b"[1]", b"\xff"):
        assert browser.post(address, body, content_type="application/json").status_code == 400
