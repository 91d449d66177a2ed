"""Where every address begins."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("automation.api.urls")),
    path("api/v1/", include("inbox.api.urls")),
    path("webhooks/", include("whatsapp.urls")),
    path("", include("automation.urls")),
    path("", include("inbox.urls")),
]
