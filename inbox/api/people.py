"""Agents, teams and tags, as far as programs deal with them.

A program sets who is available; who may log in, serves which number and up to which limit is for supervisors in the
inbox and for admins.
"""

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from inbox.actions.availability import GIVE_BACK, KEEP, set_by_program
from inbox.actions.refusals import NotAllowed
from inbox.actions.tags import save_tag
from inbox.api.resources import Resource
from inbox.models import Agent, ApiKey, Tag, Team
from inbox.queries import numbers_of
from inbox.queries.reach import agents_of, teams_of

Scope = ApiKey.Scope


class AgentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Agent
        fields = ["id", "name", "email", "role", "availability", "reception_limit"]
        extra_kwargs = {
            "id": {"help_text": "Our id of the agent."},
            "name": {"help_text": "Their name, as colleagues see it."},
            "email": {"help_text": "The address they log in with."},
            "role": {"help_text": "agent, supervisor or admin."},
            "availability": {"help_text": "What they chose: available, or away, when nothing is handed to them."},
            "reception_limit": {"help_text": "Most conversations handed to them by itself; null: no limit, 0: none."},
        }


@extend_schema_field({"type": ["string", "integer"], "examples": [KEEP, GIVE_BACK, 3]})
class WhoGets(serializers.Field):
    """keep, give_back, or the id of the agent who gets them."""

    default_error_messages = {"invalid": "Keep them, give them back, or name a colleague by id."}

    def to_internal_value(self, told):
        if told in (KEEP, GIVE_BACK) or (type(told) is int and 0 < told < 2**63):
            return told
        return self.fail("invalid")

    def to_representation(self, value):
        return value


class AvailabilitySerializer(serializers.Serializer):
    """What an agent is from now on, and what becomes of their conversations."""

    availability = serializers.ChoiceField(Agent.Availability.choices, help_text="available or away.")
    conversations = WhoGets(
        default=KEEP,
        help_text="What becomes of the open ones: keep, give_back, or the id of the agent who gets them all.",
    )


class Agents(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """People who log in and answer."""

    serializer_class = AgentSerializer
    scopes = {"list": Scope.AGENTS_READ, "retrieve": Scope.AGENTS_READ, "set_availability": Scope.AGENTS_WRITE}
    ordering = ("id",)

    def get_queryset(self):
        return agents_of(self.request.auth.number_id)

    @extend_schema(request=AvailabilitySerializer, responses=AgentSerializer, operation_id="set_availability")
    @action(detail=True, methods=["post"], url_path="availability")
    def set_availability(self, request, pk):
        """Make an agent available or away, and say what becomes of their open conversations."""
        asked = self.told(AvailabilitySerializer)
        agent = self.get_object()
        self.ask_to_be_of_key_only(agent)
        if isinstance(asked["conversations"], int):
            self.agent(asked["conversations"], "conversations")
        set_by_program(agent, asked["availability"], asked["conversations"])
        return Response(AgentSerializer(agent).data)

    def ask_to_be_of_key_only(self, agent):
        """A key of one number changes nothing on others."""
        number_id = self.request.auth.number_id
        if number_id is not None and numbers_of(agent).exclude(pk=number_id).exists():
            raise NotAllowed(f"{agent} serves other numbers than this key's, too.", "agent_elsewhere")


class TeamSerializer(serializers.ModelSerializer):
    members = serializers.PrimaryKeyRelatedField(many=True, read_only=True, help_text="Ids of its agents.")

    class Meta:
        model = Team
        fields = ["id", "name", "members"]
        extra_kwargs = {
            "id": {"help_text": "Our id of the team."},
            "name": {"help_text": "Its name."},
        }


class Teams(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Agents who share a line."""

    serializer_class = TeamSerializer
    scopes = {"list": Scope.AGENTS_READ, "retrieve": Scope.AGENTS_READ}
    ordering = ("id",)

    def get_queryset(self):
        number_id = self.request.auth.number_id
        return teams_of(number_id).prefetch_related(Prefetch("members", agents_of(number_id)))


class TagSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["id", "name", "colour"]
        extra_kwargs = {
            "id": {"help_text": "Our id of the tag."},
            "name": {"help_text": "Its name; no other tag has it, in whatever letters."},
            "colour": {"help_text": "Its colour in the inbox."},
        }


class Tags(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Labels with a colour, the same for all numbers."""

    serializer_class = TagSerializer
    scopes = {
        "list": Scope.CONVERSATIONS_READ,
        "retrieve": Scope.CONVERSATIONS_READ,
        "create": Scope.TAGS_WRITE,
        "partial_update": Scope.TAGS_WRITE,
    }
    queryset = Tag.objects.all()
    ordering = ("id",)

    @extend_schema(responses={201: TagSerializer})
    def create(self, request):
        """Create a tag."""
        return Response(TagSerializer(save_tag(Tag(), **self.told(TagSerializer))).data, status=201)

    def partial_update(self, request, pk):
        """Rename a tag, or give it another colour; keys of one number cannot, since tags are everybody's."""
        if request.auth.number_id is not None:
            raise NotAllowed("Tags are the same for all numbers: a key of one number does not change them.")
        return Response(TagSerializer(save_tag(self.get_object(), **self.told(TagSerializer, partial=True))).data)
