"""The keys of programs, for admins: made, rotated with overlap, revoked. Its secrets are on one page, once."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from inbox.actions.subscriptions import OVERLAP_HOURS
from inbox.admin.shown_once import ShowsOnce
from inbox.models import ApiKey, Installation

WHAT_IT_MAY = (None, {"fields": ["name", "scopes", "number", "requests_per_minute"]})
WORKFLOW = (
    "Workflow",
    {
        "fields": ["relay_url", "relay_patience_minutes"],
        "description": "Where customers' responses to this key's messages go. Each call is signed.",
    },
)
# Before it is made a key has no facts yet, and nobody revokes it.
NEW = [WHAT_IT_MAY, WORKFLOW, ("How long", {"fields": ["expires_at"]})]


class ApiKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, f"{scope.label} ({scope.value})") for scope in ApiKey.Scope],
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


class ShowsKeyOnce(ShowsOnce):
    """The page with a new token, and the workflow's secret."""

    page_shown_once = "admin/api_key.html"

    def told_once(self, content):
        key = ApiKey.objects.filter(pk=content["about"]).first()
        told = {"title": f"Key for {key}", "key": key, "token": content["token"]}
        return {**told, "installation": Installation.current()} if key else None


@admin.register(ApiKey)
class ApiKeyAdmin(ShowsKeyOnce, ModelAdmin):
    form = ApiKeyForm
    list_display = ["name", "number", "state", "last_used_at"]
    list_select_related = ["number"]
    search_fields = ["name"]
    readonly_fields = ["state", "last_used_at", "previous_until", "created_by", "created_at"]
    fieldsets = [
        WHAT_IT_MAY,
        WORKFLOW,
        ("How long", {"fields": ["expires_at", "revoked_at", "previous_until"]}),
        ("Facts", {"fields": ["state", "last_used_at", "created_by", "created_at"]}),
    ]
    actions_submit_line = ["rotate"]

    def get_fieldsets(self, request, obj=None):
        return super().get_fieldsets(request, obj) if obj else NEW

    @display(description="State", label={"Valid": "success", "Expired": "warning", "Revoked": "danger"})
    def state(self, key):
        if key.revoked_at:
            return "Revoked"
        return "Valid" if key.is_usable(timezone.now()) else "Expired"

    def save_model(self, request, key, form, change):
        if not change:
            key.created_by = request.user
            self.show_once(request, key, token=key.rotate())
        super().save_model(request, key, form, change)

    @action(description="Save and make a new secret", permissions=["rotate"])
    def rotate(self, request, key):
        """The old one works on for a day."""
        token = key.rotate(previous_until=timezone.now() + timedelta(hours=OVERLAP_HOURS))
        self.show_once(request, key, token=token)
        key.save()

    def has_rotate_permission(self, request, object_id=None):
        return self.has_change_permission(request)
