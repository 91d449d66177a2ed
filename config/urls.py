"""Where every address begins."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("automation.api.urls")),
    path("api/v1/", include("inbox.api.urls")),
    path("webhooks/", include("whatsapp.urls")),
    path("", include("broadcasts.outside.urls")),
    path("", include("automation.urls")),
    path("", include("inbox.urls")),
]
if settings.ANYMAIL.get("WEBHOOK_SECRET"):  # without it anybody could tell us that emails bounced
    urlpatterns.insert(0, path("webhooks/mail/", include("anymail.urls")))
