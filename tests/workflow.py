"""An integrator's workflow at the other end of relays: a real HTTP server that answers as a test tells it."""

import json
from contextlib import contextmanager
from ipaddress import ip_network

from django.utils import timezone

from automation.api import answers
from automation.models import Relay
from automation.relay import sending, sweeping
from inbox.programs import signing
from tests.inbox.programs.far_end import running_program

LOOPBACK = [ip_network("127.0.0.0/8")]
HAND_OVER, COMPLETE, NONE, LATER = ({"action": name} for name in ("hand_over", "complete", "none", "later"))


class Workflow:
    """`replies` are what it answers, one a call: a JSON object, a status, or a function of the call's body that returns
    either; the last one again and again."""

    def __init__(self, program):
        self.program = program
        self.url = program.url
        self.replies = [NONE]

    @property
    def calls(self):
        """The bodies of the calls, oldest first."""
        return [json.loads(request.body) for request in self.program.received]

    @property
    def names(self):
        """The webhook-ids of the calls."""
        return [request.message_id for request in self.program.received]

    def answers(self, *replies):
        self.replies = list(replies)

    def take(self, request):
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        reply = reply(json.loads(request.body)) if callable(reply) else reply
        if isinstance(reply, int):
            self.program.said = b""
            return reply
        self.program.said = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        return 200

    def is_signed_with(self, secret, place=-1):
        """Whether a call's signature is by this secret."""
        request = self.program.received[place]
        signed = request.headers["webhook-signature"].split()
        expected = signing.headers(request.message_id, _Moment(request), request.body, [secret])
        return expected["webhook-signature"] in signed


class _Moment:
    """The time that a call says it was made at."""

    def __init__(self, request):
        self.seconds = int(request.headers["webhook-timestamp"])

    def timestamp(self):
        return self.seconds


@contextmanager
def running_workflow():
    with running_program() as program:
        workflow = Workflow(program)
        program.answers = workflow.take
        yield workflow


def work(now=None):
    """What the workers do with relays: fail what is overdue, send what is due."""
    now = now or timezone.now()
    sweeping.fail_overdue(now)
    for thread_id in sweeping.due_threads(now):
        sending.send_next(thread_id, answers.read)


def newest_relay():
    return Relay.objects.latest("pk")
