"""The keys of programs, for admins: made, renewed with overlap, revoked. Its secrets are on one page, once."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import admin
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from inbox.models import ApiKey, Installation

# What uses the old secret has so long to get the new one.
OVERLAP = timedelta(hours=24)
Scope = ApiKey.Scope
BROADCASTING = [Scope.BROADCASTS_READ, Scope.BROADCASTS_WRITE, Scope.MESSAGES_TEMPLATES, Scope.NUMBERS_READ]


class ApiKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=ApiKey.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What the key may do. Templates only, unless free-form messages are ticked too.",
    )

    class Meta:
        model = ApiKey
        fields = [
            "name",
            "scopes",
            "number",
            "requests_per_minute",
            "relay_url",
            "relay_patience_minutes",
            "expires_at",
            "revoked_at",
        ]


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    form = ApiKeyForm
    list_display = ["name", "number", "state", "last_used_at"]
    list_select_related = ["number"]
    search_fields = ["name"]
    readonly_fields = ["state", "last_used_at", "previous_until", "created_by", "created_at"]
    fieldsets = [
        (None, {"fields": ["name", "scopes", "number", "requests_per_minute"]}),
        (
            "Workflow",
            {
                "fields": ["relay_url", "relay_patience_minutes"],
                "description": "Where customers' responses to this key's messages go. Each call is signed.",
            },
        ),
        ("How long", {"fields": ["expires_at", "revoked_at", "previous_until"]}),
        ("Facts", {"fields": ["state", "last_used_at", "created_by", "created_at"]}),
    ]
    actions_submit_line = ["renew"]

    @display(description="State", label={"Valid": "success", "Expired": "warning", "Revoked": "danger"})
    def state(self, key):
        if key.revoked_at:
            return "Revoked"
        return "Valid" if key.is_usable(timezone.now()) else "Expired"

    def save_model(self, request, key, form, change):
        if not change:
            key.created_by = request.user
            request.new_token = key.renew()
        super().save_model(request, key, form, change)

    @action(description="Save and make a new secret", permissions=["renew"])
    def renew(self, request, key):
        """The old one works on for a day."""
        request.new_token = key.renew(previous_until=timezone.now() + OVERLAP)
        key.save()

    def has_renew_permission(self, request, object_id=None):
        return self.has_change_permission(request)

    def response_add(self, request, key, post_url_continue=None):
        return self._shown_once(request, key)

    def response_change(self, request, key):
        if hasattr(request, "new_token"):
            return self._shown_once(request, key)
        return super().response_change(request, key)

    def _shown_once(self, request, key):
        return shown_once(self, request, key)


def shown_once(model_admin, request, key):
    """The page with the secret, which nobody sees again."""
    told = {"key": key, "token": request.new_token, "installation": Installation.current(), "title": f"Key for {key}"}
    return TemplateResponse(request, "admin/api_key.html", {**model_admin.admin_site.each_context(request), **told})


@admin.register(Installation)
class InstallationAdmin(ModelAdmin):
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
        request.new_token = key.renew()
        key.save()
        request.new_key = key

    def response_change(self, request, installation):
        if hasattr(request, "new_token"):
            return shown_once(self, request, request.new_key)
        return super().response_change(request, installation)
