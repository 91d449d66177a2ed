"""Agents, teams and tags, as far as programs deal with them."""

from django.db import IntegrityError, transaction
from rest_framework import mixins, serializers
from rest_framework.response import Response

from inbox.actions.refusals import Refusal
from inbox.api.resources import Resource
from inbox.models import Agent, ApiKey, Tag, Team

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


class Agents(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """People who log in and answer."""

    serializer_class = AgentSerializer
    scopes = {"list": Scope.AGENTS_READ, "retrieve": Scope.AGENTS_READ}
    ordering = ("id",)

    def get_queryset(self):
        return self.of_key(Agent.objects.filter(is_active=True), "receptions__number").distinct()


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
    queryset = Team.objects.prefetch_related("members")
    ordering = ("id",)


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
    """Labels with a colour."""

    serializer_class = TagSerializer
    scopes = {"list": Scope.CONVERSATIONS_READ, "retrieve": Scope.CONVERSATIONS_READ, "create": Scope.TAGS_WRITE}
    queryset = Tag.objects.all()
    ordering = ("id",)

    def create(self, request):
        """Create a tag."""
        asked = self.told(TagSerializer)
        try:
            with transaction.atomic():
                tag = Tag.objects.create(**asked)
        except IntegrityError as error:
            name = asked["name"]
            raise Refusal("tag_exists", f"There is a tag “{name}” already.", status_code=409, field="name") from error
        return Response(TagSerializer(tag).data, status=201)
