"""The addresses of what happens by itself. Names are what templates and other modules use."""

from django.urls import path

from automation.views import reasons, relays, reports

urlpatterns = [
    path("reports/", reports.reports, name="reports"),
    path("reports/satisfaction/", reports.satisfaction, name="satisfaction"),
    path("reports/satisfaction.csv", reports.satisfaction_csv, name="satisfaction_csv"),
    path("inbox/c/<int:conversation_id>/satisfaction/", reports.panel, name="satisfaction_panel"),
    path("inbox/c/<int:conversation_id>/automation/", reasons.panel, name="automation_panel"),
    path("inbox/c/<int:conversation_id>/relays/", relays.panel, name="relays_panel"),
    path("inbox/c/<int:conversation_id>/reasons/", reasons.reasons, name="conversation_reasons"),
]
