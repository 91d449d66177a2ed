"""The list of broadcasts and the page of each: who sees them, what they say, how they are paged."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from broadcasts.models import Broadcast, Recipient, Tally
from inbox.models import Message
from inbox.templatetags.wording import author_label
from tests.factories import make_agent, make_contact, make_number

Status = Broadcast.Status


def make_broadcast(number, name="Autumn sale", status=Status.SENDING, recipients=(), **fields):
    """A WhatsApp broadcast with one recipient per status given, counted as the ledger counts them."""
    if status not in (Status.DRAFT, Status.SCHEDULED):
        fields = {"started_at": timezone.now(), "lane": f"whatsapp:{number.pk}"} | fields
    if status == Status.PAUSED:
        fields.setdefault("pause_reason", "by_hand")
    broadcast = Broadcast.objects.create(name=name, number=number, status=status, **fields)
    tally = Tally(broadcast=broadcast, shard=0)
    for status_of in recipients:
        add_recipient(broadcast, status_of)
        setattr(tally, status_of, getattr(tally, status_of) + 1)
    tally.save()
    return broadcast


def add_recipient(broadcast, status, contact=None, **fields):
    contact = contact or make_contact()
    if status in ("failed", "skipped"):
        fields = {"reason": "whatsapp_131026", "words": "This phone has no WhatsApp."} | fields
    return Recipient.objects.create(
        broadcast=broadcast, contact=contact, address=contact.phone, status=status, **fields
    )


@pytest.fixture
def number(db):
    return make_number("Berlin")


@pytest.fixture
def boss(number, client):
    agent = make_agent("Boss", role="supervisor", numbers=[number])
    client.force_login(agent)
    return agent


def words_of(response):
    return " ".join(response.content.decode().split())


def test_the_list_says_what_became_of_each(client, boss, number):
    """S4-34: a broadcast goes to many, and the list shows how many got it."""
    make_broadcast(number, "Autumn sale", recipients=["read", "delivered", "sent", "failed", "queued"])
    shown = words_of(client.get(reverse("broadcasts")))
    assert "Autumn sale" in shown
    assert "of 5" in shown
    assert "Sending" in shown


def test_agents_see_nothing_of_broadcasts(client, boss, number):
    broadcast = make_broadcast(number)
    client.force_login(make_agent("Ada", numbers=[number]))
    addresses = [
        reverse("broadcasts"),
        *(reverse(name, args=[broadcast.pk]) for name in ("broadcast", "broadcast_csv")),
    ]
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    assert reverse("broadcasts") not in client.get("/").content.decode()


def test_supervisors_see_those_of_their_numbers(client, boss, number):
    own, other = make_broadcast(number, "Ours"), make_broadcast(make_number("Hamburg"), "Theirs")
    shown = words_of(client.get(reverse("broadcasts")))
    assert "Ours" in shown
    assert "Theirs" not in shown
    assert client.get(reverse("broadcast", args=[own.pk])).status_code == 200
    assert client.get(reverse("broadcast", args=[other.pk])).status_code == 404


def test_admins_see_all(client, boss, number):
    make_broadcast(make_number("Hamburg"), "Theirs")
    client.force_login(make_agent("Root", role="admin"))
    assert "Theirs" in words_of(client.get(reverse("broadcasts")))


def test_the_list_is_narrowed_by_name_channel_and_state(client, boss, number):
    make_broadcast(number, "Autumn sale", Status.FINISHED)
    make_broadcast(number, "Winter sale")
    for query, names in (
        ({"q": "autumn"}, ["Autumn sale"]),
        ({"state": "under_way"}, ["Winter sale"]),
        ({"channel": "sms"}, []),
        ({"state": "nonsense", "channel": "\x00"}, ["Autumn sale", "Winter sale"]),
    ):
        shown = words_of(client.get(reverse("broadcasts"), query))
        assert [name for name in ("Autumn sale", "Winter sale") if name in shown] == names


def test_an_empty_list_offers_the_one_next_step(client, boss):
    """S4-36: Broadcasts, then New broadcast."""
    shown = words_of(client.get(reverse("broadcasts")))
    assert "No broadcast yet" in shown
    assert "New broadcast" in shown


def test_the_list_is_paged_and_costs_the_same_however_long_it_is(client, boss, number, django_assert_max_num_queries):
    for place in range(60):
        make_broadcast(number, f"Number {place:02}", recipients=["sent"])
    with django_assert_max_num_queries(8):
        first = client.get(reverse("broadcasts"))
    seen, page = [], first
    while True:
        seen += [row.broadcast.name for row in page.context["rows"]]
        if not page.context["next_page"]:
            break
        page = client.get(page.context["next_page"])
    assert seen == [f"Number {place:02}" for place in reversed(range(60))]


def test_the_ledger_shows_each_recipient_with_status_reason_and_what_to_do(client, boss, number):
    broadcast = make_broadcast(number, recipients=["read", "failed"])
    shown = words_of(client.get(reverse("broadcast", args=[broadcast.pk])))
    assert "This phone has no WhatsApp." in shown
    narrowed = client.get(reverse("broadcast", args=[broadcast.pk]), {"status": "read"})
    assert [recipient.status for recipient in narrowed.context["recipients"]] == ["read"]


def test_the_ledger_finds_people_by_name_and_address(client, boss, number):
    broadcast = make_broadcast(number)
    amira = make_contact("Amira Haddad", phone="+4915123456789")
    add_recipient(broadcast, "read", amira)
    add_recipient(broadcast, "read", make_contact("Luis"))
    for words in ("amira", "0151 2345", "+49 151 2345"):
        page = client.get(reverse("broadcast", args=[broadcast.pk]), {"q": words})
        assert [recipient.contact for recipient in page.context["recipients"]] == [amira], words


def test_the_ledger_is_paged_and_costs_the_same_however_long_it_is(client, boss, number, django_assert_max_num_queries):
    broadcast = make_broadcast(number, recipients=["sent"] * 120)
    seen, address = [], reverse("broadcast", args=[broadcast.pk])
    while address:
        with django_assert_max_num_queries(10):
            page = client.get(address)
        seen += [recipient.pk for recipient in page.context["recipients"]]
        address = page.context["next_page"]
    assert seen == sorted(seen)
    assert len(seen) == 120


def test_the_ledger_can_be_taken_away(client, boss, number):
    broadcast = make_broadcast(number)
    add_recipient(broadcast, "failed", make_contact("=HYPERLINK()"))
    add_recipient(broadcast, "read")
    answer = client.get(reverse("broadcast_csv", args=[broadcast.pk]), {"status": "failed"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Name"], row["Status"], row["Reason"]) for row in rows] == [
        ("'=HYPERLINK()", "Failed", "whatsapp_131026")
    ]


def test_an_open_page_asks_for_what_moved(client, boss, number):
    broadcast = make_broadcast(number, recipients=["queued", "sent"])
    page = client.get(reverse("broadcast", args=[broadcast.pk]))
    shown = page.context["recipients"]
    address = reverse("broadcast_progress", args=[broadcast.pk])
    update = client.get(address, {"row": [recipient.pk for recipient in shown], "sample": page.context["sample"]})
    assert f"innerHTML:#recipient-{shown[0].pk}" in update.content.decode()
    assert 'hx-trigger="load delay:2s"' in update.content.decode()
    Broadcast.objects.filter(pk=broadcast.pk).update(status=Status.FINISHED, finished_at=timezone.now())
    assert "hx-trigger" not in client.get(address).content.decode().partition("</section>")[0]


def test_a_damaged_sample_is_no_error(client, boss, number):
    broadcast = make_broadcast(number, recipients=["queued"])
    for sample in ("x", "1.2", "1.2-x.-", "9" * 400, "\x00", "1." + "7-7." * 900):
        assert client.get(reverse("broadcasts_moving"), {"sample": sample}).status_code == 200
        assert client.get(reverse("broadcast_progress", args=[broadcast.pk]), {"sample": sample}).status_code == 200


def test_its_messages_stand_in_the_thread_under_its_name(number):
    from_broadcast = Message(author_kind="broadcast", on_answer={"broadcast": 5, "broadcast_name": "Autumn sale"})
    assert author_label(from_broadcast) == "Broadcast: Autumn sale"
    assert author_label(Message(author_kind="broadcast")) == "Broadcast"
    long = Message(author_kind="broadcast", on_answer={"broadcast_name": "x" * 200})
    assert len(author_label(long)) < 80


def test_who_does_not_serve_a_number_any_more_has_its_broadcasts_no_more(client, boss, number):
    """Also those that they made: a draft of it could still be sent, and one under way be cancelled."""
    made = make_broadcast(number, "Autumn sale", created_by=boss)
    assert client.get(reverse("broadcast", args=[made.pk])).status_code == 200
    number.reception.agents.remove(boss)
    assert client.get(reverse("broadcast", args=[made.pk])).status_code == 404
    assert client.post(reverse("broadcast_act", args=[made.pk, "pause"])).status_code == 404
