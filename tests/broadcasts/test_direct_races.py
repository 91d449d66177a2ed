"""Email and SMS with several hands at once, in threads with connections of their own, on real PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from broadcasts import ledger, people
from broadcasts.channels.outcomes import record
from broadcasts.mail.post import hang_up
from broadcasts.models import Recipient
from broadcasts.outside.reports import News, hear
from inbox.consent import Said
from inbox.models import Consent, Contact
from tests.broadcasts.senders import CHANNELS, enter, fates, make_email, make_sms, make_sms_sender
from tests.factories import make_contact
from tests.running import until_another_waits_for_us

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 4


def at_once(*steps):
    """Every step in a thread of its own, all let go together."""
    start = threading.Barrier(len(steps))

    def do(step):
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return step()
        finally:
            hang_up()
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(do, steps))


def addresses(count):
    return [f"person{place}@example.org" for place in range(count)]


def test_several_couriers_of_one_broadcast_send_each_letter_once(postbox):
    """S4-34: nobody twice, nobody forgotten, whoever carries."""
    broadcast = make_email(addresses(20))
    at_once(*[partial(carry, broadcast) for _ in range(HANDS)])
    assert set(fates(broadcast).values()) == {("sent", "")}
    assert sorted(letter["To"] for letter in postbox.letters) == sorted(addresses(20))
    assert ledger.totals(broadcast)["sent"] == 20


def test_the_same_claims_in_several_hands_leave_once(texting):
    broadcast = make_sms(make_sms_sender(texting.account()), [f"+4915228810{place:03}" for place in range(12)])
    entered = enter_now(broadcast)
    at_once(*[partial(CHANNELS["sms"].leave, broadcast.lane, entered) for _ in range(HANDS)])
    assert len(texting.sent()) == 12
    assert texting.doubles() == {}


def enter_now(broadcast):
    with transaction.atomic():
        return enter(broadcast)


def carry(broadcast):
    """Runs of five until nobody waits, as couriers do."""
    while entered := enter_some(broadcast, 5):
        CHANNELS["email"].leave(broadcast.lane, entered)


@transaction.atomic
def enter_some(broadcast, count):
    now = timezone.now()
    return CHANNELS["email"].enter(broadcast, ledger.take_next(broadcast, count, now), now)


def test_reports_and_our_own_writing_down_may_cross():
    """A report may come while the answer is still being written down: no deadlock, and the counts stay true."""
    broadcast = make_email(addresses(20))
    now = timezone.now()
    rows = list(Recipient.objects.filter(broadcast=broadcast))
    ledger.move(rows, "sending", now, left_at=now)
    steps = [partial(record, row.pk, f"<{row.pk}@x>", now) for row in rows]
    reports = [partial(hear, row.pk, News("delivered", external_id=f"<{row.pk}@x>")) for row in reversed(rows)]
    at_once(*[partial(do_all, part) for part in (steps[::2], steps[1::2], reports[::2], reports[1::2])])
    assert set(fates(broadcast).values()) == {("delivered", "")}
    assert {status: count for status, count in ledger.totals(broadcast).items() if count} == {"delivered": 20}


def do_all(steps):
    for step in steps:
        step()


@pytest.mark.parametrize("cap_of_first", [1, None])
def test_two_broadcasts_in_the_same_instant_keep_to_the_cap_together(cap_of_first):
    """The second one looks while the first one's claim is not committed: it waits, and then it sees it."""
    person = addresses(1)
    make_contact(email=person[0])
    first, second = make_email(person, cap_count=cap_of_first), make_email(person, cap_count=1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert len(enter(first)) == 1
            waiting = pool.submit(at_once, partial(enter_now, second))
            until_another_waits_for_us()
        assert waiting.result() == [[]]
    assert list(fates(second).values()) == [("skipped", "capped")]


def test_many_broadcasts_at_once_give_nobody_more_than_the_cap():
    people = addresses(10)
    for address in people:
        make_contact(email=address)
    broadcasts = [make_email(people, cap_count=2) for _ in range(HANDS)]
    at_once(*[partial(enter_now, broadcast) for broadcast in broadcasts])
    claimed = Recipient.objects.filter(status="sending")
    assert {claimed.filter(address=address).count() for address in people} == {2}


def test_two_refusals_at_once_of_an_unknown_address_make_one_contact():
    said = Said(Consent.Source.LINK)
    at_once(*[partial(people.refuse_at, "email", "amira@example.org", said) for _ in range(HANDS)])
    assert Contact.objects.get().email_optout == "all"
    assert Consent.objects.count() == 1
