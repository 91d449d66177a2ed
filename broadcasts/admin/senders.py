"""Senders of email and SMS, for admins: entered, tried out with a button, and put right when their far end objects."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from broadcasts import senders
from broadcasts.failures import NotSent
from broadcasts.models import BadCall, Broadcast, EmailSender, SmsAnswer, SmsSender
from broadcasts.sms.kinds import CHOICES
from inbox.actions.refusals import Refusal
from inbox.actions.sending.starting import valid_phone
from inbox.queries import number_in
from whatsapp.admin import KEPT, ReadOnly, SecretField

STATE = {"In use": "success", "On hold": "danger", "Off": "warning"}


class ToAddress(forms.Form):
    to = forms.EmailField(label="Email address", widget=UnfoldAdminEmailInputWidget)


class ToPhone(forms.Form):
    to = forms.CharField(label="Phone number with country code", widget=UnfoldAdminTextInputWidget)

    def clean_to(self):
        try:
            return valid_phone(self.cleaned_data["to"])
        except Refusal as refusal:
            raise forms.ValidationError(refusal.words) from refusal


class SenderAdmin(ModelAdmin):
    """What both kinds share: the state, and the button that sends a test, by their `send_one(sender, to)`."""

    list_filter = ["is_active"]
    readonly_fields = ["state", "held_reason"]
    actions_detail = ["send_test"]
    channel = ""
    test_form: type[forms.Form]

    @display(description="State", label=STATE)
    def state(self, sender):
        if sender.held_at:
            return "On hold"
        return "In use" if sender.is_active else "Off"

    def save_model(self, request, obj, form, change):
        """Whoever changes a sender has seen to it: it goes on, and is held again if it still does not work."""
        obj.held_at, obj.held_reason = None, ""
        super().save_model(request, obj, form, change)
        senders.keep_pace(self.channel, obj)

    @action(description="Send a test", icon="send", url_path="test")
    def send_test(self, request, object_id):
        sender = get_object_or_404(self.model, pk=number_in(object_id))
        usual = {"to": request.user.email} if self.test_form is ToAddress else {}
        form = self.test_form(request.POST or None, initial=usual)
        if form.is_valid() and self._test(request, sender, form.cleaned_data["to"]):
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", sender.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Test of {sender}",
            "form": form,
            "sender": sender,
        }
        context["back"] = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[sender.pk])
        return TemplateResponse(request, "admin/broadcasts/test.html", context)

    def _test(self, request, sender, to):
        try:
            self.send_one(sender, to)
        except NotSent as failure:
            messages.error(request, f"The test did not leave. {failure.words}")
            return False
        messages.success(request, f"The test to {to} has left.")
        return True


@admin.register(EmailSender)
class EmailSenderAdmin(SenderAdmin):
    list_display = ["name", "address", "state", "per_second"]
    search_fields = ["name", "address"]
    fields = ["name", "address", "reply_to", "per_second", "is_active", "state", "held_reason", "way_out"]
    readonly_fields = [*SenderAdmin.readonly_fields, "way_out"]
    channel, test_form = Broadcast.Channel.EMAIL, ToAddress

    def send_one(self, sender, to):
        senders.email_test(sender, to)

    @display(description="How mail leaves")
    def way_out(self, sender):
        backend = settings.EMAIL_BACKEND
        if backend.startswith("anymail."):
            return f"By the API of {backend.split('.')[-2].replace('_', ' ').capitalize()}"
        if backend.endswith(".smtp.EmailBackend"):
            return f"By the mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        if backend.endswith(".filebased.EmailBackend"):
            return f"Not at all: emails are written into {settings.EMAIL_FILE_PATH} (set EMAIL_URL to change that)"
        return "Not at all: EMAIL_URL is not set"


class SmsSenderForm(forms.ModelForm):
    kind = forms.ChoiceField(label="Gateway", choices=CHOICES, widget=UnfoldAdminSelectWidget)
    auth_token = SecretField(label="Auth token", help_text="Stored encrypted, never shown again.")

    class Meta:
        model = SmsSender
        fields = ["name", "kind", "sender", "account_sid", "auth_token", "per_second", "is_active"]

    def clean_auth_token(self):
        given = self.cleaned_data["auth_token"].strip()
        if given != KEPT:
            return given
        if not self.instance.auth_token:
            raise forms.ValidationError("For your safety it was not sent back to this page: enter it once more.")
        return self.instance.auth_token

    def clean_sender(self):
        """Written with blanks, as numbers are."""
        given = self.cleaned_data["sender"].strip()
        return "".join(given.split()) if given.startswith("+") else given


@admin.register(SmsSender)
class SmsSenderAdmin(SenderAdmin):
    form = SmsSenderForm
    list_display = ["name", "sender", "state", "per_second"]
    search_fields = ["name", "sender"]
    readonly_fields = [*SenderAdmin.readonly_fields, "webhook_address"]
    fieldsets = [
        (None, {"fields": ["name", "kind", "sender", "account_sid", "auth_token"]}),
        ("Sending", {"fields": ["per_second", "is_active", "state", "held_reason"]}),
        (
            "Webhook",
            {
                "fields": ["webhook_address"],
                "description": "Enter it at the gateway for incoming messages, so that STOP and START reach us.",
            },
        ),
    ]
    channel, test_form = Broadcast.Channel.SMS, ToPhone

    def send_one(self, sender, to):
        senders.sms_test(sender, to)

    @display(description="Address for incoming messages")
    def webhook_address(self, sender):
        path = reverse("sms_webhook", args=[sender.kind or CHOICES[0][0]])
        return format_html("<code>{}{}</code>", settings.SITE_URL, path)


@admin.register(SmsAnswer)
class SmsAnswerAdmin(ReadOnly, ModelAdmin):
    list_display = ["received_at", "phone", "contact", "meant", "sender", "body"]
    list_select_related = ["contact", "sender"]
    list_filter = ["meaning", "sender"]
    search_fields = ["phone"]

    @display(description="Meant", label={"No more": "warning", "Again": "success"})
    def meant(self, answer):
        return {"opt_out": "No more", "opt_in": "Again"}.get(answer.meaning, "-")


@admin.register(BadCall)
class BadCallAdmin(ReadOnly, ModelAdmin):
    list_display = ["received_at", "kind", "reason"]
    list_filter = ["kind"]
