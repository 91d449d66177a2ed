"""Where every address begins."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from inbox.api.docs import Docs, Schema

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/docs/", Docs.as_view(), name="api-docs"),
    path("api/schema/", Schema.as_view(), name="api-schema"),
    path("api/v1/", include("automation.api.urls")),
    path("api/v1/", include("broadcasts.api.urls")),
    path("api/v1/", include("inbox.api.urls")),
    path("webhooks/", include("whatsapp.urls")),
    path("", include("broadcasts.outside.urls")),
    path("", include("automation.urls")),
    path("", include("broadcasts.urls")),
    path("", include("inbox.urls")),
]
if settings.ANYMAIL.get("WEBHOOK_SECRET"):  # without it anybody could tell us that emails bounced
    urlpatterns.insert(0, path("webhooks/mail/", include("anymail.urls")))
