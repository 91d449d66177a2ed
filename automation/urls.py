"""The addresses of what happens by itself. Names are what templates and other modules use."""

from django.urls import path

from automation.views import panel

urlpatterns = [
    path("inbox/c/<int:conversation_id>/automation/", panel.panel, name="automation_panel"),
    path("inbox/c/<int:conversation_id>/reasons/", panel.reasons, name="conversation_reasons"),
]
