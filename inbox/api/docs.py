"""The API's description for programs (/api/schema/) and for people (/api/docs/). Both are open: they show nothing of
anybody."""

from functools import cache

from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView
from rest_framework.response import Response


@cache
def described():
    """The whole as a dict. It depends on the code alone, so once per process is enough."""
    return SchemaGenerator().get_schema(public=True)


class Schema(SpectacularAPIView):
    """OpenAPI 3.1 as JSON, or as YAML for whom that is what they accept (`Accept: application/yaml`)."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]
    authentication_classes = []
    schema = None  # it does not describe itself

    def get(self, request):
        return Response(described())


class Docs(TemplateView):
    """The description to read and to try, drawn by Swagger UI from our own server."""

    template_name = "api/docs.html"
