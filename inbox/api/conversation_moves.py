"""What a program does with a conversation, everything that the inbox can do, each as a named POST.

Left out, because it is an agent's own doing: to claim and to take over (a program assigns), to undo a closing within a
minute (it reopens), and to mark as read or unread (nobody has read anything).
"""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action

from inbox.actions import answers, assignment, closing, following, tags
from inbox.api.queries import Query
from inbox.models import ApiKey, Bot
from inbox.shapes import ConversationSerializer

Scope = ApiKey.Scope


class Assignee(serializers.Serializer):
    """Either an agent or a team."""

    agent = serializers.IntegerField(required=False, help_text="Id of the agent who serves from now on.")
    team = serializers.IntegerField(required=False, help_text="Id of the team whose line it joins.")

    def validate(self, asked):
        if len(asked) != 1:
            names = " or ".join(f"a{'n' if name == 'agent' else ''} {name}" for name in self.fields)
            raise serializers.ValidationError(f"Name either {names}.")
        return asked


class Server(Assignee):
    """An agent, a team or a bot."""

    bot = serializers.IntegerField(required=False, help_text="Id of the bot that serves from now on.")


class NamedAgent(serializers.Serializer):
    """An agent."""

    agent = serializers.IntegerField(help_text="Id of an agent who serves the number.")


class FollowerQuery(Query):
    agent = serializers.IntegerField(help_text="Id of the agent who follows no longer.")


class TagName(serializers.Serializer):
    """One of the tags that there are."""

    tag = serializers.CharField(help_text="Name of a tag, in any case.")


class TagQuery(Query):
    tag = serializers.CharField(help_text="Name of a tag, in any case.")


QUERIES = {"unfollow": FollowerQuery, "remove_tag": TagQuery}
SCOPES = dict.fromkeys(
    [
        "assign",
        "transfer",
        "hand_over",
        "give_back",
        "close",
        "reopen",
        "follow",
        "unfollow",
        "waive_answer",
        "add_tag",
        "remove_tag",
    ],
    Scope.CONVERSATIONS_WRITE,
)


class MovesOfConversation:
    """Named POSTs of a conversation, as a part of its resource."""

    @extend_schema(request=Server)
    @action(detail=True, methods=["post"])
    def assign(self, request, pk):
        """Assign it to an agent, a team's line or a bot, whoever has it. A pending handover is gone (S0-30)."""
        asked = self.told(Server)
        conversation = self.get_object()
        if "agent" in asked:
            assignment.assign(conversation.pk, self.agent(asked["agent"]))
        elif "bot" in asked:
            assignment.assign_to_bot(conversation.pk, self.named(Bot.objects.all(), "bot", asked["bot"]))
        else:
            assignment.transfer(conversation.pk, None, to_team=self.team(asked["team"]))
        return self.shown(conversation)

    @extend_schema(request=Assignee)
    @action(detail=True, methods=["post"])
    def transfer(self, request, pk):
        """Transfer it. To an agent, also one who is away or at the limit, or into a team's line."""
        asked = self.told(Assignee)
        conversation = self.get_object()
        target = {"to_agent": self.agent(asked["agent"])} if "agent" in asked else {"to_team": self.team(asked["team"])}
        assignment.transfer(conversation.pk, None, **target)
        return self.shown(conversation)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request, pk):
        """Hand it over. A bot's or a pending conversation goes to people."""
        conversation = self.get_object()
        assignment.hand_over(conversation.pk, "api")
        return self.shown(conversation)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="give-back")
    def give_back(self, request, pk):
        """Give it back to the line. It waits there for whoever is free."""
        conversation = self.get_object()
        assignment.give_back(conversation.pk, None)
        return self.shown(conversation)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def close(self, request, pk):
        """Close it. This period of service ends; the customer's next word opens another one."""
        conversation = self.get_object()
        is_done = conversation.is_with_bot_of(request.auth)
        closing.close(conversation.pk, by_rule="bot_complete" if is_done else "api")
        return self.shown(conversation)

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

    @extend_schema(request=TagName, operation_id="add_tag")
    @action(detail=True, methods=["post"], url_path="tags")
    def add_tag(self, request, pk):
        """Put a tag on it; twice is once."""
        conversation = self.get_object()
        tags.add_tag(conversation.pk, self.tag(self.told(TagName)["tag"]), None)
        return self.shown(conversation)

    @extend_schema(responses={200: ConversationSerializer}, operation_id="remove_tag")
    @add_tag.mapping.delete
    def remove_tag(self, request, pk):
        """Take a tag off it."""
        conversation = self.get_object()
        tags.remove_tag(conversation.pk, self.tag(self.query["tag"]), None)
        return self.shown(conversation)

    def tag(self, name):
        return tags.tag_named(name)
