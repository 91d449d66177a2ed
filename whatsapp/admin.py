"""Accounts, numbers, message templates and webhook calls, for admins."""

import json

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminPasswordWidget

from whatsapp import connection, inbound, processing
from whatsapp.models import Account, MessageTemplate, Number, WebhookCall
from whatsapp.wake import wake

KEPT = "•" * 12


class SecretField(forms.CharField):
    """Shows that a secret is there, never the secret; left as it is, it stays."""

    def __init__(self, **options):
        super().__init__(widget=UnfoldAdminPasswordWidget(render_value=True), **options)

    def prepare_value(self, value):
        return KEPT if value else ""

    def has_changed(self, initial, data):
        return data != KEPT and super().has_changed(initial, data)


class AccountForm(forms.ModelForm):
    access_token = SecretField(help_text="A system user's token with the permissions to send and to manage.")
    app_secret = SecretField(help_text="From the Meta app's basic settings. Without it every webhook is refused.")

    class Meta:
        model = Account
        fields = ["name", "waba_id", "portfolio_id", "access_token", "app_secret", "verify_token"]

    def clean_access_token(self):
        return self._kept("access_token")

    def clean_app_secret(self):
        return self._kept("app_secret")

    def _kept(self, name):
        given = self.cleaned_data[name].strip()
        if given != KEPT:
            return given
        kept = getattr(self.instance, name)
        if not kept:
            raise forms.ValidationError("For your safety it was not sent back to this page: enter it once more.")
        return kept


@admin.register(Account)
class AccountAdmin(ModelAdmin):
    form = AccountForm
    list_display = ["name", "waba_id", "templates_synced_at"]
    search_fields = ["name", "waba_id"]
    readonly_fields = ["webhook_address", "templates_synced_at", "numbers"]
    actions_detail = ["sync_templates"]
    fieldsets = [
        (None, {"fields": ["name", "waba_id", "portfolio_id"]}),
        ("Numbers", {"fields": ["numbers"]}),
        ("Secrets", {"fields": ["access_token", "app_secret"], "description": "Stored encrypted, never shown again."}),
        ("Webhook", {"fields": ["webhook_address", "verify_token"], "description": "Enter both at Meta."}),
        ("Message templates", {"fields": ["templates_synced_at"]}),
    ]

    @display(description="Its numbers")
    def numbers(self, account):
        """The way on to a number's settings."""
        if not account.pk or not account.numbers.exists():
            return "None yet: add them under Numbers."
        link = '<a class="text-primary-600 dark:text-primary-500 underline" href="{}">{}</a>'
        links = [(reverse("admin:whatsapp_number_change", args=[each.pk]), each) for each in account.numbers.all()]
        return format_html_join(mark_safe("<br>"), link, links)

    @display(description="Callback URL")
    def webhook_address(self, account):
        return format_html("<code>{}{}</code>", settings.SITE_URL, reverse("whatsapp_webhook"))

    @action(description="Sync message templates", icon="sync")
    def sync_templates(self, request, object_id):
        wake("whatsapp.tasks.sync_templates", int(object_id))
        messages.success(request, "The message templates are being fetched from Meta; look again in a moment.")
        return redirect("admin:whatsapp_account_change", object_id)


@admin.register(Number)
class NumberAdmin(ModelAdmin):
    list_display = ["name", "display_phone_number", "account", "connection_state", "quality", "messaging_limit"]
    list_select_related = ["account"]
    search_fields = ["name", "display_phone_number", "phone_number_id"]
    readonly_fields = [
        "connection_state",
        "display_phone_number",
        "verified_name",
        "quality",
        "messaging_limit",
        "throughput_level",
        "business_profile",
        "held_reason",
        "checked_at",
    ]
    actions_detail = ["check_connection"]
    fieldsets = [
        (None, {"fields": ["name", "account", "phone_number_id", "wants_reengagement"]}),
        (
            "As Meta has it",
            {
                "fields": [
                    "connection_state",
                    "held_reason",
                    "display_phone_number",
                    "verified_name",
                    "quality",
                    "messaging_limit",
                    "throughput_level",
                    "checked_at",
                ],
                "description": "Filled by “Check connection”.",
            },
        ),
        ("Business profile", {"fields": ["business_profile"]}),
    ]

    @display(
        description="Connection",
        label={"On hold": "danger", "Connected": "success", "Not checked yet": "warning"},
    )
    def connection_state(self, number):
        if number.is_on_hold:
            return "On hold"
        if number.checked_at is None and number.status != "CONNECTED":
            return "Not checked yet"
        return "Connected" if number.status == "CONNECTED" else number.status.capitalize()

    @display(description="Quality", label={"Green": "success", "Yellow": "warning", "Red": "danger"})
    def quality(self, number):
        return number.quality_rating.capitalize() or "Unknown"

    @display(description="Profile")
    def business_profile(self, number):
        if not number.profile:
            return "Not fetched yet. “Check connection” brings it."
        lines = [
            (key.replace("_", " ").capitalize(), as_words(value)) for key, value in number.profile.items() if value
        ]
        return format_html("<dl>{}</dl>", rows(lines))

    @action(description="Check connection", icon="network_check")
    def check_connection(self, request, object_id):
        result = connection.check(Number.objects.select_related("account").get(pk=object_id))
        (messages.success if result.is_connected else messages.error)(request, result.words)
        return redirect("admin:whatsapp_number_change", object_id)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change:
            result = connection.check(obj)
            (messages.success if result.is_connected else messages.warning)(request, result.words)


class ReadOnly:
    """Looked at, never edited here: Meta or the inbox is where it changes."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(MessageTemplate)
class MessageTemplateAdmin(ReadOnly, ModelAdmin):
    list_display = ["name", "language", "account", "category", "state", "quality"]
    list_select_related = ["account"]
    list_filter = ["status", "category", "account"]
    search_fields = ["name"]

    @display(
        description="State",
        label={"Approved": "success", "Pending": "warning", "Paused": "warning", "Rejected": "danger"},
    )
    def state(self, template):
        return template.status.capitalize().replace("_", " ")


class ProblemFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("problems", "With problems"), ("waiting", "Not processed yet"), ("fine", "Fine")]

    def queryset(self, request, queryset):
        if self.value() == "problems":
            return queryset.exclude(problems=[])
        if self.value() == "waiting":
            return queryset.filter(processed_at=None)
        if self.value() == "fine":
            return queryset.filter(problems=[], processed_at__isnull=False)
        return queryset


@admin.register(WebhookCall)
class WebhookCallAdmin(ReadOnly, ModelAdmin):
    list_display = ["id", "received_at", "account", "event_count", "state", "size_bytes"]
    list_select_related = ["account"]
    list_filter = [ProblemFilter, "account", ("received_at", RangeDateTimeFilter)]
    list_filter_submit = True
    show_full_result_count = False
    ordering = ["-id"]
    fields = ["received_at", "account", "state", "attempts", "processed_at", "event_count", "what_failed", "payload"]
    readonly_fields = fields
    actions_detail = ["replay"]
    actions = ["replay_selected"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("body")

    def has_replay_permission(self, request, object_id=None):
        return request.user.is_admin

    @display(description="State", label={"Problems": "danger", "Waiting": "warning", "Processed": "success"})
    def state(self, call):
        if call.processed_at is None:
            return "Waiting"
        return "Problems" if call.problems else "Processed"

    @display(description="What could not be used")
    def what_failed(self, call):
        if not call.problems:
            return "Nothing"
        return format_html("<dl>{}</dl>", rows([(problem["at"], problem["reason"]) for problem in call.problems]))

    @display(description="What Meta sent")
    def payload(self, call):
        if call.body is None:
            return "Forgotten: raw bodies are kept for 30 days."
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', readable(bytes(call.body)))

    @action(description="Process again", icon="replay", permissions=["replay"])
    def replay(self, request, object_id):
        self._replay(request, [int(object_id)])
        return redirect("admin:whatsapp_webhookcall_change", object_id)

    @action(description="Process the selected calls again", permissions=["replay"])
    def replay_selected(self, request, queryset):
        self._replay(request, queryset.values_list("pk", flat=True)[:200])

    def _replay(self, request, call_ids):
        for call_id in call_ids:
            try:
                call = processing.replay(call_id)
            except processing.BodyForgotten as error:
                messages.error(request, str(error))
                continue
            if call.problems:
                messages.warning(request, f"Call {call_id} still has {len(call.problems)} problems.")
            else:
                messages.success(request, f"Call {call_id} was processed: {call.event_count} events.")


def readable(body):
    """The JSON of a call laid out for reading, or its bytes as text where it is none."""
    try:
        return json.dumps(inbound.decode(body), indent=2, ensure_ascii=False)
    except inbound.Undecodable:
        return body.decode("utf-8", "replace")


def as_words(value):
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def rows(lines):
    return format_html(
        "".join("<dt><b>{}</b></dt><dd>{}</dd>" for _ in lines), *[part for line in lines for part in line]
    )
