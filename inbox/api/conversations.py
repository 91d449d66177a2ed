"""Conversations: what they are, and everything the inbox can do with one as a named POST."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from inbox.actions import assignment, closing, tags
from inbox.actions.opening import Wanted, open_conversation
from inbox.actions.refusals import Refusal
from inbox.api import conversation_moves, messages
from inbox.api.conversation_moves import MovesOfConversation
from inbox.api.messages import MessagesOfConversation
from inbox.api.queries import PageQuery, Query
from inbox.api.resources import Resource
from inbox.models import ApiKey, Bot, Contact, Conversation, Tag
from inbox.shapes import ConversationSerializer

Scope = ApiKey.Scope
STATUSES = "|".join(Conversation.Status.values)


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


class Opening(serializers.Serializer):
    """Who comes in, and when. Without participants, team and assign_on_handover the number's assignment decides."""

    number = serializers.IntegerField(required=False, help_text="Id of our number; may be left out where there is one.")
    contact = serializers.IntegerField(help_text="Id of the customer.")
    participants = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        max_length=50,
        help_text="Ids of agents: the first one is assigned, the others follow.",
    )
    team = serializers.IntegerField(required=False, help_text="Id of the team whose line it joins.")
    assign_on_handover = serializers.BooleanField(
        default=False, help_text="The agent comes in when the customer responds, and sees nothing before."
    )
    handover_on = serializers.ChoiceField(
        Conversation.HandoverOn.choices,
        default=Conversation.HandoverOn.RESPONSE,
        help_text="What brings the agent in: response (anything), message (words only), workflow (your call only).",
    )
    if_open = serializers.ChoiceField(
        ["return", "conflict"],
        default="return",
        help_text="What to do where one is open already: return it, or answer 409.",
    )


class Opened(ConversationSerializer):
    """The conversation, and whether the call opened it."""

    applied = serializers.BooleanField(help_text="false: it was open already and stands unchanged.")

    class Meta(ConversationSerializer.Meta):
        fields = [*ConversationSerializer.Meta.fields, "applied"]


class TagName(serializers.Serializer):
    """One of the tags that there are."""

    tag = serializers.CharField(help_text="Name of a tag, in any case.")


class TagQuery(Query):
    tag = serializers.CharField(help_text="Name of a tag, in any case.")


class ConversationQuery(PageQuery):
    """Which conversations; of everything that happens to them the change feed tells."""

    status = serializers.RegexField(
        rf"^({STATUSES})(,({STATUSES}))*$",
        required=False,
        help_text="Only these; several with commas: assigned,queued.",
    )
    contact = serializers.IntegerField(required=False, help_text="Only this customer's: an id.")
    number = serializers.IntegerField(required=False, help_text="Only those on this number of ours: an id.")
    assignee = serializers.IntegerField(required=False, help_text="Only this agent's: an id.")
    team = serializers.IntegerField(required=False, help_text="Only those of this team: an id.")
    tag = serializers.CharField(required=False, help_text="Only those with this tag: its name, in any case.")
    bumped_since = serializers.DateTimeField(required=False, help_text="Only those on top of the list since then.")
    opened_since = serializers.DateTimeField(required=False, help_text="Only those that began since then.")


class Conversations(
    MovesOfConversation, MessagesOfConversation, mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource
):
    """Periods of service of a contact on a number."""

    serializer_class = ConversationSerializer
    ordering = ("-bumped_at", "-id")
    scopes = {
        **messages.SCOPES,
        **conversation_moves.SCOPES,
        "list": Scope.CONVERSATIONS_READ,
        "retrieve": Scope.CONVERSATIONS_READ,
        "create": Scope.CONVERSATIONS_WRITE,
        "assign": Scope.CONVERSATIONS_WRITE,
        "transfer": Scope.CONVERSATIONS_WRITE,
        "hand_over": Scope.CONVERSATIONS_WRITE,
        "give_back": Scope.CONVERSATIONS_WRITE,
        "close": Scope.CONVERSATIONS_WRITE,
        "add_tag": Scope.CONVERSATIONS_WRITE,
        "remove_tag": Scope.CONVERSATIONS_WRITE,
    }
    queries = {**messages.QUERIES, **conversation_moves.QUERIES, "list": ConversationQuery, "remove_tag": TagQuery}

    def get_queryset(self):
        rows = Conversation.objects.select_related("thread__number", "assignee")
        if self.action in ("list", "retrieve"):
            rows = as_shown(rows)
        if "status" in self.query:
            rows = rows.filter(status__in=self.query["status"].split(","))
        if "tag" in self.query and self.action == "list":
            tagged = Conversation.tags.through.objects.filter(tag__name__iexact=self.query["tag"])
            rows = rows.filter(pk__in=tagged.values("conversation"))
        since = {"bumped_since": "bumped_at__gte", "opened_since": "opened_at__gte"}
        paths = {"contact": "thread__contact", "number": "thread__number", **since}
        rows = rows.filter(**self.filters("assignee", "team", **paths))
        return self.of_key(rows, "thread__number")

    @extend_schema(request=Opening, responses={201: Opened, 200: Opened})
    def create(self, request):
        """Open a conversation (S0-6). Where one is open already it is returned unchanged, with `applied: false`."""
        asked = self.told(Opening)
        contacts = self.any_of_key(Contact.objects.filter(merged_into=None), "threads__number")
        contact = get_object_or_404(contacts, pk=asked["contact"])
        conversation, is_new = open_conversation(contact, self.number(asked.get("number")), self.wanted(asked))
        if not is_new and asked["if_open"] == "conflict":
            words = f"Conversation {conversation.pk} is open with this contact on this number."
            raise Refusal("conversation_open", words, status_code=409)
        answer = self.shown(conversation)
        answer.data["applied"] = is_new
        answer.status_code = 201 if is_new else 200
        return answer

    def wanted(self, asked):
        agents = [self.agent(agent_id, "participants") for agent_id in dict.fromkeys(asked.get("participants", []))]
        return Wanted(
            agent=agents[0] if agents else None,
            followers=tuple(agents[1:]),
            team=self.team(asked["team"]) if "team" in asked else None,
            assign_on_handover=asked["assign_on_handover"],
            handover_on=asked["handover_on"],
        )

    @extend_schema(request=Server)
    @action(detail=True, methods=["post"])
    def assign(self, request, pk):
        """Assign it to an agent, a team's line or a bot, whoever has it. A pending handover is gone (S0-30)."""
        asked = self.told(Server)
        conversation = self.get_object()
        if "agent" in asked:
            assignment.assign(conversation.pk, self.agent(asked["agent"]))
        elif "bot" in asked:
            assignment.assign_to_bot(conversation.pk, get_object_or_404(Bot, pk=asked["bot"]))
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
        return get_object_or_404(Tag, name__iexact=name)

    def shown(self, conversation):
        return Response(ConversationSerializer(as_shown(self.get_queryset()).get(pk=conversation.pk)).data)


def as_shown(rows):
    """With what the shape shows, and nothing else."""
    return rows.select_related(None).select_related("thread").prefetch_related("participants", "tags")
