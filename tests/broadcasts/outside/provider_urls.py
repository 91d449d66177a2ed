"""The product's addresses with a provider's webhook, as they are with a WEBHOOK_SECRET."""

from django.urls import include, path

urlpatterns = [path("webhooks/mail/", include("anymail.urls")), path("", include("config.urls"))]
