"""What a contact got of broadcasts, by any channel, and what they answered by SMS: a page beside the contact's own.

Email and SMS stand in no thread, so this is where people read them.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import render

from broadcasts.channels import channel_of
from broadcasts.models import Recipient, SmsAnswer
from inbox import queries
from inbox.models import Contact

MOST = 100


@dataclass(frozen=True)
class Line:
    """One thing that was sent or answered. `status` and `words` of an answer are empty."""

    at: datetime
    channel: str
    title: str
    text: str
    status: str = ""
    words: str = ""


@login_required
def contact_broadcasts(request):
    """GET ?contact=<id>; 404 for whom this agent does not see."""
    try:
        contact = queries.contact_for(request.user, queries.number_in(request.GET.get("contact", "")))
    except Contact.DoesNotExist as error:
        raise Http404("No such contact") from error
    return render(request, "broadcasts/history.html", {"contact": contact, "lines": lines_of(contact, request.user)})


def lines_of(contact, agent):
    """The newest hundred, newest first; of WhatsApp what left by a number that this agent serves."""
    related = ("broadcast__email_sender", "broadcast__sms_sender", "contact", "message")
    seen = Q(broadcast__number=None) | Q(broadcast__number__in=queries.numbers_of(agent))
    got = Recipient.objects.filter(seen, contact=contact).select_related(*related).order_by("-pk")[:MOST]
    said = SmsAnswer.objects.filter(contact=contact).select_related("sender").order_by("-pk")[:MOST]
    lines = [_sent(recipient) for recipient in got] + [_answered(answer) for answer in said]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST]


def _sent(recipient):
    return Line(
        at=recipient.sent_at or recipient.moved_at,
        channel=recipient.broadcast.get_channel_display(),
        title=str(recipient.broadcast),
        text=channel_of(recipient.broadcast).shown(recipient),
        status=recipient.get_status_display(),
        words=recipient.words,
    )


def _answered(answer):
    return Line(answer.received_at, "SMS", f"Answer to {answer.sender}", answer.body)
