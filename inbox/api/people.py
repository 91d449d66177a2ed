"""Agents, teams and tags, as far as programs deal with them."""

from django.db import IntegrityError, transaction
from rest_framework import mixins, serializers

from inbox.actions.refusals import Refusal
from inbox.api.resources import Resource
from inbox.models import Agent, ApiKey, Tag, Team

Scope = ApiKey.Scope


class AgentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Agent
        fields = ["id", "name", "email", "role", "availability", "reception_limit"]


class Agents(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """People who log in and answer."""

    serializer_class = AgentSerializer
    scopes = {"list": Scope.AGENTS_READ, "retrieve": Scope.AGENTS_READ}
    ordering = ("id",)

    def get_queryset(self):
        return self.of_key(Agent.objects.filter(is_active=True), "receptions__number").distinct()


class TeamSerializer(serializers.ModelSerializer):
    members = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = Team
        fields = ["id", "name", "members"]


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


class Tags(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, Resource):
    """Labels with a colour."""

    serializer_class = TagSerializer
    scopes = {"list": Scope.CONVERSATIONS_READ, "retrieve": Scope.CONVERSATIONS_READ, "create": Scope.TAGS_WRITE}
    queryset = Tag.objects.all()
    ordering = ("id",)

    def perform_create(self, serializer):
        try:
            with transaction.atomic():
                serializer.save()
        except IntegrityError as error:
            name = serializer.validated_data["name"]
            raise Refusal("tag_exists", f"There is a tag “{name}” already.", status_code=409, field="name") from error
