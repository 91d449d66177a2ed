"""The page “REST API”: what programs need to get in, and what they may use (S3-4 to S3-7)."""

from django.conf import settings
from django.contrib import admin
from django.shortcuts import redirect
from unfold.admin import ModelAdmin
from unfold.decorators import action

from inbox.admin.keys import ShowsKeyOnce
from inbox.models import ApiKey, Installation

Scope = ApiKey.Scope
BROADCASTING = [Scope.BROADCASTS_READ, Scope.BROADCASTS_WRITE, Scope.MESSAGES_TEMPLATES, Scope.NUMBERS_READ]


@admin.register(Installation)
class InstallationAdmin(ShowsKeyOnce, ModelAdmin):
    """The page “REST API”: what programs need to get in, and what they may use (S3-4 to S3-7)."""

    change_form_outer_before_template = "admin/_rest_api.html"
    fieldsets = [(None, {"fields": ["rest_api_is_on", "broadcasting_is_on"]})]
    actions_submit_line = ["make_key"]

    class Media:
        js = ["js/copying.js"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, installation=None):
        return False

    def has_make_key_permission(self, request, object_id=None):
        return self.has_change_permission(request)

    def changelist_view(self, request, extra_context=None):
        """There is one only."""
        return redirect("admin:inbox_installation_change", Installation.current().pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        about = {"keys": ApiKey.objects.filter(revoked_at=None), "address": f"{settings.SITE_URL}/api/v1/"}
        return super().change_view(request, object_id, form_url, {**about, **(extra_context or {})})

    @action(description="Save and make a key", permissions=["make_key"])
    def make_key(self, request, installation):
        """A key of its own for a program that broadcasts; other scopes are ticked under API keys."""
        key = ApiKey(name="REST API", scopes=BROADCASTING, created_by=request.user)
        token = key.rotate()
        key.save()
        self.show_once(request, key, token=token)
