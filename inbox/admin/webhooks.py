"""Webhooks of programs, for admins: made, tried, switched, rotated; their state in words; their log."""

from collections import defaultdict
from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.paginator import InfinitePaginator
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from inbox import webhooks
from inbox.actions import subscriptions
from inbox.actions.refusals import Refusal
from inbox.admin.dialogs import back_to, question
from inbox.admin.lists import link
from inbox.admin.shown_once import ShowsOnce
from inbox.models import FeedEvent, FeedKind, Subscription, WebhookDelivery
from whatsapp.admin import ReadOnly

Status = WebhookDelivery.Status
HOURS = [(1, "The last hour"), (24, "The last day"), (7 * 24, "The last 7 days"), (30 * 24, "The last 30 days")]
MOST_SELECTED = 200


class SubscriptionForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        choices=[(kind.value, f"{kind.label} ({kind.value})") for kind in FeedKind],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        label="Events",
        help_text="What it is told of. None ticked: everything, also what comes new.",
    )

    class Meta:
        model = Subscription
        fields = ["name", "url", "kinds", "number", "is_active"]

    def clean_url(self):
        try:
            subscriptions.refuse_address(self.cleaned_data["url"])
        except Refusal as refusal:
            raise forms.ValidationError(refusal.words) from refusal
        return self.cleaned_data["url"]


class SinceForm(BaseDialogForm):
    hours = forms.TypedChoiceField(
        choices=HOURS, coerce=int, label="What happened in", widget=UnfoldAdminSelectWidget, initial=1
    )


@admin.register(Subscription)
class SubscriptionAdmin(ShowsOnce, ModelAdmin):
    form = SubscriptionForm
    page_shown_once = "admin/webhook_secret.html"
    list_display = ["title", "url", "number", "state", "waiting"]
    list_select_related = ["number", "api_key"]
    search_fields = ["name", "url"]
    readonly_fields = ["state", "how_it_goes", "made_by", "signed_with", "created_at"]
    fieldsets = [
        ("How it goes", {"fields": ["state", "how_it_goes"]}),
        (None, {"fields": ["name", "url", "kinds", "number", "is_active"]}),
        ("Facts", {"fields": ["signed_with", "made_by", "created_at"]}),
    ]
    actions_submit_line = ["rotate"]
    actions_detail = ["send_test", "show_log", "send_again"]

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else [self.fieldsets[1]]

    # --- What is shown ---

    @display(description="Name", ordering="name")
    def title(self, subscription):
        return str(subscription)[:60]

    @display(description="State", label={"On": "success", "Paused": "warning", "Off": "danger", "Key ended": "danger"})
    def state(self, subscription):
        if not subscription.is_active:
            return "Off"
        if not subscription.is_listening(timezone.now()):
            return "Key ended"
        return "Paused" if subscription.paused_at else "On"

    @display(description="Waiting")
    def waiting(self, subscription):
        return subscription.deliveries.filter(status__in=WebhookDelivery.LANE).count()

    @display(description="In words")
    def how_it_goes(self, subscription):
        waiting = self.waiting(subscription)
        waits = f" {waiting} {'event waits' if waiting == 1 else 'events wait'}." if waiting else ""
        return sentence(subscription, timezone.now()) + waits

    @display(description="Made by")
    def made_by(self, subscription):
        return f"The API key {subscription.api_key}" if subscription.api_key else "An admin"

    @display(description="Signed with")
    def signed_with(self, subscription):
        if len(subscription.valid_secrets(timezone.now())) == 1:
            return "Its secret"
        return f"Its new secret, and until {_moment(subscription.previous_until)} the former one as well"

    # --- What is done ---

    def save_model(self, request, subscription, form, change):
        told = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            subscriptions.change_subscription(subscription.pk, told)
            subscription.refresh_from_db()
        else:
            made = subscriptions.subscribe({**told, "url": form.cleaned_data["url"]})
            subscription.pk, subscription.secret = made.pk, made.secret
            subscription.refresh_from_db()
            self.show_secret(request, subscription)
        super().save_model(request, subscription, form, change)  # which runs what the buttons beside Save do

    @action(description="Save and make a new secret", permissions=["rotate"])
    def rotate(self, request, subscription):
        """Calls are signed with the former one as well, for a day."""
        subscriptions.rotate_secret(subscription.pk)
        subscription.refresh_from_db()
        self.show_secret(request, subscription)

    def has_rotate_permission(self, request, object_id=None):
        return self.has_change_permission(request)

    def show_secret(self, request, subscription):
        self.show_once(request, subscription, secret=subscription.secret)

    def told_once(self, content):
        subscription = Subscription.objects.filter(pk=content["about"]).first()
        told = {"title": f"Secret of {subscription}", "subscription": subscription, "secret": content["secret"]}
        return told if subscription else None

    @action(
        description="Send a test",
        icon="send",
        dialog=question("Send a test?", "One signed request of the type webhook.test goes to the address now.", "Send"),
    )
    def send_test(self, request, form, object_id):
        outcome = webhooks.send_test(get_object_or_404(Subscription, pk=object_id))
        if outcome.is_success:
            messages.success(request, f"It answered {outcome.status} after {outcome.duration_ms} ms.")
        else:
            messages.error(request, f"{outcome.words} It took {outcome.duration_ms} ms.")
        return back_to(Subscription, object_id)

    @action(description="Log", icon="receipt_long")
    def show_log(self, request, object_id):
        address = reverse("admin:inbox_webhookdelivery_changelist")
        return redirect(f"{address}?subscription__id__exact={int(object_id)}")

    @action(
        description="Send again",
        icon="replay",
        dialog=question("Send again?", "Events go out again, under the ids that they had.", "Send again", SinceForm),
    )
    def send_again(self, request, form, object_id):
        subscription = get_object_or_404(Subscription, pk=object_id)
        since = timezone.now() - timedelta(hours=form.cleaned_data["hours"])
        try:
            count = subscriptions.replay_since(subscription, since)
        except Refusal as refusal:
            messages.error(request, refusal.words)
        else:
            messages.success(request, f"{count} events are sent again.")
        return back_to(Subscription, object_id)


def sentence(subscription, now):
    """How it goes with a webhook, for people."""
    if not subscription.is_active:
        when = subscription.switched_off_at
        return f"Switched off since {_moment(when)}. {subscription.trouble}" if when else "Switched off by hand."
    if not subscription.is_listening(now):
        return "Its API key was revoked or has expired: nothing is sent."
    if subscription.paused_at:
        failures, probe = subscription.failures_in_row, _moment(subscription.probe_at)
        what = f"Paused since {_moment(subscription.paused_at)}, after {failures} failures in a row."
        return (
            f"{what} {subscription.trouble} The next try is due at {probe}; once one succeeds, all that waits is sent."
        )
    if subscription.trouble:
        return f"The last call failed: {subscription.trouble} It is tried again."
    return "It gets everything." if subscription.pace_ms is not None else "Nothing was sent yet."


def _moment(when):
    return date_format(timezone.localtime(when), "j M Y, H:i e") if when else ""


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnly, ModelAdmin):
    """The log: each event on its way to each webhook, newest first."""

    list_display = ["event_id_shown", "kind", "webhook", "state", "attempts", "last_answer", "due_since"]
    list_select_related = ["event", "subscription"]
    list_filter = ["status", ("subscription", RelatedDropdownFilter)]
    list_filter_submit = True
    ordering = ["-id"]
    paginator = InfinitePaginator
    show_full_result_count = False
    sortable_by = ()
    fields = ["event_id_shown", "kind", "webhook", "state", "when", "tries_shown"]
    readonly_fields = fields
    actions = ["send_again"]

    def has_again_permission(self, request, object_id=None):
        return request.user.is_admin

    @display(description="Event")
    def event_id_shown(self, delivery):
        return delivery.event.public_id

    @display(description="Webhook")
    def webhook(self, delivery):
        return link(reverse("admin:inbox_subscription_change", args=[delivery.subscription_id]), delivery.subscription)

    @display(description="Kind")
    def kind(self, delivery):
        return delivery.event.kind

    @display(
        description="State",
        label={"Waits": "warning", "On its way": "info", "Delivered": "success", "Given up": "danger"},
    )
    def state(self, delivery):
        return delivery.get_status_display()

    @display(description="Last answer")
    def last_answer(self, delivery):
        if not delivery.tries:
            return "Not tried yet"
        last = delivery.tries[-1]
        return last["words"] or f"{last['status']} after {last['duration_ms']} ms"

    @display(description="When")
    def when(self, delivery):
        if delivery.status in WebhookDelivery.LANE:
            return f"Due since {_moment(delivery.due_since)}; the next try is due at {_moment(delivery.retry_at)}."
        return f"Due since {_moment(delivery.due_since)}; settled at {_moment(delivery.settled_at)}."

    @display(description="Tries")
    def tries_shown(self, delivery):
        if not delivery.tries:
            return "None yet"
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}</li>", _tries(delivery)))

    @action(description="Send the selected events again", permissions=["again"])
    def send_again(self, request, queryset):
        chosen = defaultdict(list)
        for delivery in queryset.select_related("subscription")[:MOST_SELECTED]:
            chosen[delivery.subscription].append(delivery.event_id)
        events = {each: FeedEvent.objects.filter(pk__in=ids) for each, ids in chosen.items()}
        count = sum(webhooks.replay(subscription, found) for subscription, found in events.items())
        messages.success(request, f"{count} events are sent again; those that still wait are not counted.")


def _tries(delivery):
    return [
        [f"{each['at'][:19].replace('T', ' ')} UTC: {each['words'] or each['status']} ({each['duration_ms']} ms)"]
        for each in delivery.tries
    ]
