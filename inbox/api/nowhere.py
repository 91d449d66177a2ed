"""An address under /api/v1/ that no resource has is answered as the API answers."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.views import APIView

from inbox.api.limits import Counted


@extend_schema(exclude=True)
class Nowhere(Counted, APIView):
    """404 by any method, with the limits of the key that asks."""

    permission_classes = []

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        words = "The API has nothing at this address."
        raise NotFound(words if request.path.endswith("/") else f"{words} Its addresses end with a slash.")
