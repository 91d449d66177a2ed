"""Who am I? What a key may do, and until when."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from inbox.api.permissions import ANY_KEY
from inbox.api.resources import Resource
from inbox.models import ApiKey


class KeySerializer(serializers.ModelSerializer):
    class Meta:
        model = ApiKey
        fields = [
            "id",
            "name",
            "identifier",
            "scopes",
            "number",
            "requests_per_minute",
            "created_at",
            "expires_at",
            "previous_until",
        ]
        extra_kwargs = {
            "id": {"help_text": "Our id of the key; `relay.failed` says by it whose relay it was."},
            "identifier": {"help_text": "The part of the key that is no secret: sb_<identifier>_..."},
            "scopes": {"help_text": "What the key may do."},
            "number": {"help_text": "Id of the only number that the key sees and uses; null: all numbers."},
            "requests_per_minute": {"help_text": "How often the key may ask; see the RateLimit headers."},
            "created_at": {"help_text": "When the key was made."},
            "expires_at": {"help_text": "The key works until then; null: it does not expire."},
            "previous_until": {"help_text": "The secret from before the last rotation works until then."},
        }


class OwnKey(Resource):
    """The key that asks."""

    serializer_class = KeySerializer
    pagination_class = None
    scopes = {"show": ANY_KEY}

    @extend_schema(operation_id="get_key", summary="Get the key that asks")
    def show(self, request):
        """Name, scopes, number, expiry and limits of the key that asks."""
        return Response(KeySerializer(request.auth).data)
