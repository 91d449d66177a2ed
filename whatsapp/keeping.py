"""What Meta posts is proven to be Meta's and kept, before anybody answers; what it says comes later, from the rows."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from django.db import connection

from whatsapp import signature
from whatsapp.models import Account
from whatsapp.prepared import Prepared
from whatsapp.wake import wake

PROCESS = "whatsapp.tasks.process_calls"
RECEIPTS = "whatsapp.tasks.process_receipts"
# Receipts gather for so long: a worker records many with hardly more trouble than one.
RECEIPTS_GATHER_SECONDS = 0.2
STATUSES = re.compile(rb'"statuses"\s*:\s*\[')
MESSAGES = re.compile(rb'"messages"\s*:\s*\[')
# Accounts of one app share a secret: it is tried once.
SECRETS = Prepared(lambda: Account.objects.only("app_secret").order_by("-pk"))
STORE = """
    INSERT INTO whatsapp_webhookcall
        (account_id, body, size_bytes, is_receipts, received_at, attempts, event_count, problems)
    SELECT told.*, now(), 0, 0, '[]'
    FROM unnest(%s::bigint[], %s::bytea[], %s::integer[], %s::boolean[]) AS told
"""


@dataclass(frozen=True)
class Post:
    """The raw body of a POST, and what it says in `X-Hub-Signature-256`."""

    body: bytes
    signature: str | None


@dataclass(frozen=True)
class Answer:
    """What Meta is told."""

    status: HTTPStatus
    words: str


KEPT = Answer(HTTPStatus.OK, "Kept.")
UNKNOWN = Answer(HTTPStatus.UNAUTHORIZED, "The signature fits no account here.")
TOO_LARGE = Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Larger than 3 MiB.")
AWAY = Answer(HTTPStatus.SERVICE_UNAVAILABLE, "The database is away. Please repeat.")


def keep(posts):
    """The Answer to each of these Posts. They share one statement, which has committed when this returns: what Meta was
    told to be safe is safe. Raises DatabaseError where nothing could be kept."""
    accounts = {account.app_secret: account for account in SECRETS.all()}
    signers = [accounts.get(signature.matches(accounts, post.body, post.signature)) for post in posts]
    known = [(post.body, signer) for post, signer in zip(posts, signers, strict=True) if signer]
    if known:
        _store(known)
    return [KEPT if signer else UNKNOWN for signer in signers]


def _store(known):
    """`known`: [(body, the Account that signed it)]."""
    bodies = [body for body, _ in known]
    are_receipts = [brings_receipts_only(body) for body in bodies]
    told = [[signer.pk for _, signer in known], bodies, [len(body) for body in bodies], are_receipts]
    with connection.cursor() as cursor:
        cursor.execute(STORE, told)
    if not all(are_receipts):
        wake(PROCESS)
    if any(are_receipts):
        wake(RECEIPTS, after_seconds=RECEIPTS_GATHER_SECONDS)


def brings_receipts_only(body):
    """Told by a look at the bytes: such calls let customers' words go first. Nothing breaks where the look errs."""
    return bool(STATUSES.search(body)) and not MESSAGES.search(body)
