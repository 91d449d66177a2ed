"""Addresses for people and gateways outside. They need no log-in: a token or a signature is the proof."""

from django.urls import path

from broadcasts.outside import sms, unsubscribe

urlpatterns = [
    path("webhooks/sms/<slug:kind>/", sms.webhook, name="sms_webhook"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
]
