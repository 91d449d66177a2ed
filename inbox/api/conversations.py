"""Conversations: read, and opened. What is done with one then stands in `conversation_moves` and `messages`."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from inbox.actions.opening import Wanted, open_conversation
from inbox.actions.refusals import Refusal
from inbox.api import conversation_moves, messages
from inbox.api.conversation_moves import MovesOfConversation
from inbox.api.messages import MessagesOfConversation
from inbox.api.queries import BY_UPDATE, UPDATED_SINCE, PageQuery
from inbox.api.resources import Resource
from inbox.models import ApiKey, Conversation
from inbox.queries.reach import contacts_on
from inbox.shapes import ConversationSerializer, with_shown
from whatsapp.prepared import Place, Prepared

Scope = ApiKey.Scope
NAMED = Prepared(lambda: Conversation.objects.select_related("thread__number", "assignee").filter(pk=Place("pk")))
STATUSES = "|".join(Conversation.Status.values)


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


class ConversationQuery(PageQuery):
    """Which conversations; of everything that happens to them the change feed tells."""

    status = serializers.RegexField(
        rf"^({STATUSES})(,({STATUSES}))*$",
        required=False,
        error_messages={"invalid": f"One or more of {', '.join(Conversation.Status.values)}, with commas between."},
        help_text="Only these; several with commas: assigned,queued.",
    )
    contact = serializers.IntegerField(required=False, help_text="Only this customer's: an id.")
    number = serializers.IntegerField(required=False, help_text="Only those on this number of ours: an id.")
    assignee = serializers.IntegerField(required=False, help_text="Only this agent's: an id.")
    team = serializers.IntegerField(required=False, help_text="Only those of this team: an id.")
    tag = serializers.CharField(required=False, help_text="Only those with this tag: its name, in any case.")
    bumped_since = serializers.DateTimeField(required=False, help_text="Only those on top of the list since then.")
    updated_since = serializers.DateTimeField(required=False, help_text=UPDATED_SINCE)
    opened_since = serializers.DateTimeField(required=False, help_text="Only those that began since then.")


class Conversations(
    MovesOfConversation, MessagesOfConversation, mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource
):
    """Periods of service of a contact on a number."""

    serializer_class = ConversationSerializer
    scopes = {
        **messages.SCOPES,
        **conversation_moves.SCOPES,
        "list": Scope.CONVERSATIONS_READ,
        "retrieve": Scope.CONVERSATIONS_READ,
        "create": Scope.CONVERSATIONS_WRITE,
    }
    queries = {**messages.QUERIES, **conversation_moves.QUERIES, "list": ConversationQuery}

    @property
    def ordering(self):
        return BY_UPDATE if "updated_since" in self.query else ("-bumped_at", "-id")

    def get_object(self):
        """What is written to is found without its filters and what it shows: by its id, on the key's number."""
        if self.action == "retrieve":
            return super().get_object()
        conversation = NAMED.first(pk=int(self.kwargs["pk"]))
        number_id = self.request.auth.number_id
        if conversation is None or number_id not in (None, conversation.thread.number_id):
            raise NotFound
        return conversation

    def get_queryset(self):
        rows = Conversation.objects.select_related("thread__number", "assignee")
        if self.action in ("list", "retrieve"):
            rows = with_shown(rows)
        if "status" in self.query:
            rows = rows.filter(status__in=self.query["status"].split(","))
        if "tag" in self.query and self.action == "list":
            tagged = Conversation.tags.through.objects.filter(tag__name__iexact=self.query["tag"])
            rows = rows.filter(pk__in=tagged.values("conversation"))
        since = {f"{what}_since": f"{what}_at__gte" for what in ("bumped", "opened", "updated")}
        paths = {"contact": "thread__contact", "number": "thread__number", **since}
        rows = rows.filter(**self.filters("assignee", "team", **paths))
        return self.of_key(rows, "thread__number")

    @extend_schema(request=Opening, responses={201: Opened, 200: Opened})
    def create(self, request):
        """Open a conversation (S0-6). Where one is open already it is returned unchanged, with `applied: false`."""
        asked = self.told(Opening)
        contact = self.named(contacts_on(request.auth.number_id), "contact", asked["contact"])
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

    def shown(self, conversation):
        return Response(ConversationSerializer(with_shown(self.get_queryset()).get(pk=conversation.pk)).data)
