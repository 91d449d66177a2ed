"""A test of a draft to oneself: a broadcast to one, which goes the same way as the real one and stands in no list."""

from django.utils import timezone

from broadcasts import actions, audience, ledger
from broadcasts.channels import channel_of
from broadcasts.drafts import lifecycle
from broadcasts.drafts.steps import check_message
from broadcasts.models import Broadcast, Recipient
from broadcasts.queries import TESTS
from inbox.actions.refusals import Refusal

SHOWN = 3


def send(broadcast, address, contact, by):
    """Send a draft to one address, filled with the values of `contact` (None: with the defaults), with the own files of
    the list's first line that has some. Raises Refusal."""
    if not address:
        raise Refusal("address_missing", "Say first where the test is to go.", "address", 400)
    check_message(broadcast)
    trial = _copy(broadcast, by)
    to = channel_of(trial).address(address, trial)
    params = {name: value for name, value in audience.values_of(contact).items() if value} if contact else {}
    ledger.add(trial, [ledger.Entry(to, None, params)], timezone.now())
    actions.launch(trial.pk)


def of(broadcast):
    """The Recipients of a draft's newest tests."""
    tests = Recipient.objects.filter(broadcast__audience__source=f"{TESTS}{broadcast.pk}")
    return list(tests.order_by("-pk")[:SHOWN])


def _copy(broadcast, by):
    copied = {field: getattr(broadcast, field) for field in ("channel", "number", "email_sender", "sms_sender")}
    trial = Broadcast.objects.create(
        **copied,
        name=f"Test: {broadcast.name[:190]}",
        content=broadcast.content,
        params=broadcast.params,
        audience={"source": f"{TESTS}{broadcast.pk}"},
        answers_to=Broadcast.AnswersTo.RECORD,
        created_by=by,
    )
    somebody = broadcast.recipients.exclude(files=[]).order_by("pk").first()
    lifecycle.copy_files(broadcast, trial, also=somebody.files if somebody else ())
    return trial
