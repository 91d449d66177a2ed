"""Ice breakers and the welcome switch at Meta: pushed after Save until it took, Meta's copy read back (S1-14 to S1-19).

`MetaCopy.push_wanted_at` is "to push": whatever happens to a worker, the sweep finds it.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from automation.models import Automation, MetaCopy
from whatsapp.client import GraphClient
from whatsapp.errors import GraphError
from whatsapp.wake import wake

# Meta's copy is read again when the page is opened, but not more often than this.
READ_EVERY = timedelta(minutes=1)
# A push that finds newer settings afterwards goes once more; more often somebody is saving all the time.
MOST_ROUNDS = 3


@dataclass(frozen=True)
class AtMeta:
    """The part of a number's conversational automation that is ours."""

    prompts: tuple[str, ...] = ()
    reports_openings: bool = False


def wanted(number_id):
    """What Meta should have, from what is saved here."""
    on = Automation.objects.filter(number_id=number_id, is_on=True)
    prompts = on.filter(kind=Automation.Kind.ICE_BREAKERS).values_list("prompts", flat=True).first()
    return AtMeta(tuple(prompts or ()), on.filter(kind=Automation.Kind.WELCOME).exists())


def differs(copy):
    """Whether Meta has something else than we want (`copy` None: never read)."""
    return copy is not None and bool(copy.read_at) and _stored(copy) != wanted(copy.number_id)


def _stored(copy):
    return AtMeta(tuple(copy.prompts), copy.reports_openings)


# Saying what is to be done


def want_push(number_id):
    """Have what is saved brought to Meta once this transaction has committed."""
    MetaCopy.objects.update_or_create(number_id=number_id, defaults={"push_wanted_at": timezone.now()})
    wake("automation.tasks.push_ice_breakers", number_id)


def want_reading(number_id):
    """Have Meta's copy read, unless that was done within the last minute."""
    copy, _ = MetaCopy.objects.get_or_create(number_id=number_id)
    if copy.read_at is None or copy.read_at < timezone.now() - READ_EVERY:
        wake("automation.tasks.read_ice_breakers", number_id)


# Doing it


def push(number_id):
    """Bring what is saved to Meta and read it back. An outage keeps it to be pushed, with Meta's words."""
    for _ in range(MOST_ROUNDS):
        copy = MetaCopy.objects.select_related("number__account").filter(number_id=number_id).first()
        if copy is None or copy.push_wanted_at is None:
            return
        ours = wanted(number_id)
        try:
            _send(copy.number, ours)
        except GraphError as error:
            MetaCopy.objects.filter(pk=copy.pk).update(error_text=error.sentence)
            return
        if wanted(number_id) == ours:
            break
    MetaCopy.objects.filter(pk=copy.pk, push_wanted_at=copy.push_wanted_at).update(push_wanted_at=None, error_text="")
    _read(copy)


def read(number_id):
    """Read what Meta has; at most once a minute, whoever asks."""
    copies = MetaCopy.objects.select_related("number__account").filter(number_id=number_id)
    stale = Q(read_at=None) | Q(read_at__lt=Now() - READ_EVERY)
    copy = copies.filter(stale).first()
    # Whoever moves the time on is the one who reads.
    if copy and copies.filter(stale).update(read_at=Now()):
        _read(copy)


def sweep():
    """Push what an outage, or a lost wake-up, has left. Returns how many numbers."""
    waiting = list(MetaCopy.objects.filter(push_wanted_at__isnull=False).values_list("number_id", flat=True))
    for number_id in waiting:
        push(number_id)
    return len(waiting)


def _client(number):
    return GraphClient(number.account.access_token)


def _send(number, ours):
    """Commands are kept as Meta has them: sending a list replaces it."""
    client = _client(number)
    commands = client.conversational_automation(number.phone_number_id).get("commands")
    client.set_conversational_automation(
        number.phone_number_id,
        list(ours.prompts),
        commands if isinstance(commands, list) else [],
        enable_welcome_message=ours.reports_openings,
    )


def _read(copy):
    """Keep what Meta says; where it cannot be read the page says so, unless a push has its own words."""
    row = MetaCopy.objects.filter(pk=copy.pk)
    try:
        told = _client(copy.number).conversational_automation(copy.number.phone_number_id)
    except GraphError as error:
        row.filter(push_wanted_at=None).update(error_text=error.sentence)
        return
    prompts = told.get("prompts")
    row.update(
        prompts=[prompt for prompt in prompts if isinstance(prompt, str)] if isinstance(prompts, list) else [],
        # Newer versions of the Graph API no longer tell it: then what we sent is believed.
        reports_openings=told.get("enable_welcome_message", wanted(copy.number_id).reports_openings) is True,
        read_at=Now(),
    )
    row.filter(push_wanted_at=None).update(error_text="")
