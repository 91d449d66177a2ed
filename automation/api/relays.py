"""Relays: what a program was told, and its answer where it did not give it at once."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from automation.api import answers
from automation.models import Relay
from automation.relay import answering
from automation.relay.failing import TWO_MACHINES
from inbox.api import problems
from inbox.api.queries import PageQuery
from inbox.api.resources import Resource
from inbox.models import ApiKey

Scope = ApiKey.Scope


class RelaySerializer(serializers.ModelSerializer):
    """A response of a customer that went to a program, and what came of it."""

    example = {
        "id": 77,
        "kind": "interaction",
        "status": "taken",
        "conversation": 51,
        "asked": 203,
        "message": 204,
        "correlation": {"order": "4711"},
        "url": "https://crm.example.com/switchboard",
        "answer": {},
        "failure": "",
        "attempts": 1,
        "created_at": "2026-11-28T09:03:00Z",
        "deadline_at": "2026-11-28T09:13:00Z",
        "taken_at": "2026-11-28T09:03:01Z",
        "settled_at": None,
    }

    class Meta:
        model = Relay
        fields = [
            "id",
            "kind",
            "status",
            "conversation",
            "asked",
            "message",
            "correlation",
            "url",
            "answer",
            "failure",
            "attempts",
            "created_at",
            "deadline_at",
            "taken_at",
            "settled_at",
        ]
        extra_kwargs = {
            "kind": {"help_text": "interaction, message (the next free-form one), no_answer, or bot."},
            "status": {"help_text": "pending, sending, taken (the answer is to come), answered or failed."},
            "conversation": {"help_text": "Id of the conversation."},
            "asked": {"help_text": "Id of our message that was answered; null for a bot's."},
            "message": {"help_text": "Id of the customer's message; null where they did not answer."},
            "correlation": {"help_text": "What the sender of the message gave."},
            "url": {"help_text": "Where it was sent."},
            "answer": {"help_text": "What the program answered; empty before."},
            "attempts": {"help_text": "How often it was sent."},
            "created_at": {"help_text": "When the customer's response arrived."},
        }


class RelayQuery(PageQuery):
    """Which relays."""

    conversation = serializers.IntegerField(required=False, help_text="Id of the conversation.")
    status = serializers.ChoiceField(Relay.Status.choices, required=False, help_text="Only these.")


class Relays(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """What was sent to the key's workflow or bot, newest first."""

    serializer_class = RelaySerializer
    scopes = {
        "list": Scope.CONVERSATIONS_READ,
        "retrieve": Scope.CONVERSATIONS_READ,
        "answer": Scope.MESSAGES_TEMPLATES,
    }
    queries = {"list": RelayQuery}

    def get_queryset(self):
        rows = Relay.objects.filter(api_key=self.request.auth).select_related(
            "conversation__thread__number", "api_key", "message", "asked"
        )
        rows = rows.filter(**self.filters("conversation", "status"))
        return self.of_key(rows, "conversation__thread__number")

    @extend_schema(request=answers.AnswerSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request, pk):
        """Answer a relay that was taken; once. The scopes of the key hold for whatever the answer asks for."""
        relay = self.get_object()
        self.told(answers.AnswerSerializer)
        answered = answering.answer(relay.pk, answers.read(request.data, relay))
        if answered.status == Relay.Status.FAILED:
            return problems.answer({"request": request}, 409, "two_machines", TWO_MACHINES)
        return Response(RelaySerializer(answered).data)
