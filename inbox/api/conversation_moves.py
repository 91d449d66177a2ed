"""What else a program may do with a conversation: reopen it, let agents follow it, say that it needs no answer.

Left out, because it is an agent's own doing: to claim and to take over (a program assigns), to undo a closing within a
minute (it reopens), and to mark as read or unread (nobody has read anything).
"""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action

from inbox.actions import answers, closing, following
from inbox.api.queries import Query
from inbox.models import ApiKey

Scope = ApiKey.Scope


class NamedAgent(serializers.Serializer):
    """An agent."""

    agent = serializers.IntegerField(help_text="Id of an agent who serves the number.")


class FollowerQuery(Query):
    agent = serializers.IntegerField(help_text="Id of the agent who follows no longer.")


SCOPES = {
    "reopen": Scope.CONVERSATIONS_WRITE,
    "follow": Scope.CONVERSATIONS_WRITE,
    "unfollow": Scope.CONVERSATIONS_WRITE,
    "waive_answer": Scope.CONVERSATIONS_WRITE,
}
QUERIES = {"unfollow": FollowerQuery}


class MovesOfConversation:
    """Named POSTs of a conversation, as a part of its resource."""

    @extend_schema(request=NamedAgent)
    @action(detail=True, methods=["post"])
    def reopen(self, request, pk):
        """Reopen it for an agent. 409 where a newer one with this customer is open."""
        conversation, agent = self.get_object(), self.agent(self.told(NamedAgent)["agent"])
        closing.reopen_by_program(conversation.pk, agent)
        return self.shown(conversation)

    @extend_schema(request=NamedAgent, operation_id="add_follower")
    @action(detail=True, methods=["post"], url_path="followers")
    def follow(self, request, pk):
        """Let an agent follow. They see it under Mine > Following; twice is once."""
        conversation, agent = self.get_object(), self.agent(self.told(NamedAgent)["agent"])
        following.follow_by_program(conversation.pk, agent)
        return self.shown(conversation)

    @extend_schema(operation_id="remove_follower")
    @follow.mapping.delete
    def unfollow(self, request, pk):
        """Let an agent follow no longer."""
        conversation, agent = self.get_object(), self.agent(self.query["agent"])
        following.unfollow_by_program(conversation.pk, agent)
        return self.shown(conversation)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="waive-answer")
    def waive_answer(self, request, pk):
        """Say that it needs no answer. The customer's last words count as answered: no reminder comes."""
        conversation = self.get_object()
        answers.waive_answer(conversation.pk, None)
        return self.shown(conversation)
