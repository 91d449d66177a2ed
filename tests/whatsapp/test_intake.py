"""The door beside Django: the same answers, and posts that wait at the same time share a transaction."""

import asyncio

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import OperationalError

from config.asgi import FrontDoor
from tests.whatsapp.posting import ADDRESS, SECRET, make_captured_number
from whatsapp import intake, keeping
from whatsapp.models import WebhookCall
from whatsapp.signature import sign

pytestmark = pytest.mark.django_db(transaction=True)


def scope_of(body, secret=SECRET, method="POST"):
    headers = [(b"host", b"127.0.0.1"), (b"x-hub-signature-256", sign(secret, body).encode())]
    return {"type": "http", "method": method, "path": ADDRESS, "query_string": b"", "headers": headers}


async def asked(application, body, **how):
    """(status, words) of a POST whose body comes in two pieces."""
    caller = ApplicationCommunicator(application, scope_of(body, **how))
    middle = len(body) // 2
    await caller.send_input({"type": "http.request", "body": body[:middle], "more_body": True})
    await caller.send_input({"type": "http.request", "body": body[middle:]})
    start = await caller.receive_output(timeout=10)
    told = await caller.receive_output(timeout=10)
    await caller.wait()
    return start["status"], told["body"].decode()


def ask(*bodies, **how):
    """What these posts, sent at the same moment, are answered."""

    async def all_of_them():
        application = FrontDoor()
        return await asyncio.gather(*(asked(application, body, **how) for body in bodies))

    return asyncio.run(all_of_them())


def test_a_signed_post_is_kept_as_it_came():
    number = make_captured_number()
    body = '{"words": "Grüße 👋"}'.encode()
    assert ask(body) == [(200, "Kept.")]
    call = WebhookCall.objects.get()
    assert (bytes(call.body), call.size_bytes, call.account) == (body, len(body), number.account)


def test_a_forged_post_is_refused_and_leaves_nothing():
    make_captured_number()
    assert ask(b"{}", secret="guessed") == [(401, "The signature fits no account here.")]
    assert not WebhookCall.objects.exists()


def test_3_mib_are_taken_and_a_byte_more_is_not():
    make_captured_number()
    most = b" " * settings.WEBHOOK_MAX_BYTES
    assert [status for status, _ in ask(most, most + b" ")] == [200, 413]
    assert WebhookCall.objects.count() == 1


def test_posts_that_wait_at_the_same_time_share_a_transaction(monkeypatch):
    make_captured_number()
    together, keep = [], intake.keep
    monkeypatch.setattr(intake, "keep", lambda posts: together.append(len(posts)) or keep(posts))
    bodies = [b'{"place": %d}' % place for place in range(20)]
    assert ask(*bodies) == [(200, "Kept.")] * 20
    assert {bytes(call.body) for call in WebhookCall.objects.all()} == set(bodies)
    assert sum(together) == 20
    assert len(together) < 20


def test_a_forged_post_among_others_does_not_harm_them():
    make_captured_number()

    async def both():
        application = FrontDoor()
        return await asyncio.gather(asked(application, b"{}"), asked(application, b"{}", secret="guessed"))

    assert [status for status, _ in asyncio.run(both())] == [200, 401]
    assert WebhookCall.objects.count() == 1


def test_while_the_database_is_away_meta_is_asked_to_repeat(monkeypatch):
    make_captured_number()

    def away(*args, **kwargs):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(keeping, "_store", away)
    assert {status for status, _ in ask(b"{}", b"[]")} == {503}


def test_a_post_that_breaks_off_leaves_nothing():
    make_captured_number()

    async def broken():
        caller = ApplicationCommunicator(FrontDoor(), scope_of(b"{}"))
        await caller.send_input({"type": "http.request", "body": b"{", "more_body": True})
        await caller.send_input({"type": "http.disconnect"})
        await caller.wait()
        return await caller.receive_nothing()

    assert asyncio.run(broken())
    assert not WebhookCall.objects.exists()


def test_everything_but_a_post_goes_to_django():
    make_captured_number()
    [(status, _)] = ask(b"", method="PUT")
    assert status == 405
