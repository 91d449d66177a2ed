"""Agents, teams, how numbers receive, and what can be looked at, for admins."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django_celery_beat.admin import PeriodicTaskAdmin as StockPeriodicTaskAdmin
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from django_htmx.http import HttpResponseClientRedirect
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator

from inbox import consent, invitations, queries, timers
from inbox.actions import availability
from inbox.actions.refusals import Refusal
from inbox.models import (
    Agent,
    CannedReply,
    Contact,
    Conversation,
    Event,
    Identity,
    Message,
    Reception,
    Tag,
    Team,
    Thread,
    Timer,
)
from inbox.queries.folders import contacts_like, number_in
from whatsapp.admin import NumberAdmin, ReadOnly

admin.site.unregister(Group)
for schedule in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    if admin.site.is_registered(schedule):
        admin.site.unregister(schedule)


def question(title, description, button):
    """A button's dialog, so that only its form does what the button says: a link does nothing, whoever wrote it."""
    return {"title": title, "description": description, "form_class": None, "form_submit_text": button}


class ReceptionInline(StackedInline):
    model = Reception
    # They stand with the replies to them, on the page of the number's automations.
    exclude = ["optout_words", "optin_words"]
    autocomplete_fields = ["agents", "team"]
    can_delete = False
    min_num = max_num = 1
    verbose_name_plural = "How this number receives its customers"


# The page of a number belongs to the gateway; how it receives is the inbox's panel on it.
NumberAdmin.inlines = [ReceptionInline]


class AgentForm(forms.ModelForm):
    numbers = forms.ModelMultipleChoiceField(
        queryset=Reception.objects.select_related("number__account"),
        required=False,
        label="Serves these numbers",
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Agent
        fields = ["name", "email", "role", "reception_limit", "absence_grace_seconds", "time_zone"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["numbers"].label_from_instance = lambda reception: str(reception.number)
        if self.instance.pk:
            self.fields["numbers"].initial = self.instance.receptions.all()

    def clean_email(self):
        return self.cleaned_data["email"].lower()

    def clean_role(self):
        """Somebody must be left who can administer."""
        role = self.cleaned_data["role"]
        others = Agent.objects.filter(role=Agent.Role.ADMIN, is_active=True).exclude(pk=self.instance.pk)
        if role != Agent.Role.ADMIN and self.instance.role == Agent.Role.ADMIN and self.instance.pk and not others:
            raise forms.ValidationError("This is the only admin. Make somebody else an admin first.")
        return role


@admin.register(Agent)
class AgentAdmin(ModelAdmin):
    form = AgentForm
    list_display = ["name", "email", "role_word", "reception_limit", "state", "last_login"]
    list_filter = ["role", "is_active", "teams", "receptions__number"]
    search_fields = ["name", "email"]
    actions_detail = [
        "show_link",
        "mail_link",
        {"title": "Access", "icon": "lock", "items": ["activate", "deactivate"]},
    ]
    readonly_fields = ["state", "last_login", "created_at"]
    fieldsets = [
        (None, {"fields": ["name", "email", "role"]}),
        ("Work", {"fields": ["numbers", "reception_limit", "absence_grace_seconds", "time_zone"]}),
        ("Facts", {"fields": ["state", "last_login", "created_at"]}),
    ]

    @display(description="Role", label={"Admin": "danger", "Supervisor": "warning", "Agent": "info"})
    def role_word(self, agent):
        return agent.get_role_display()

    @display(description="State", label={"Active": "success", "Invited": "warning", "Deactivated": "danger"})
    def state(self, agent):
        if not agent.is_active:
            return "Deactivated"
        return "Active" if agent.has_usable_password() else "Invited"

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if "numbers" in form.cleaned_data:
            obj.receptions.set(form.cleaned_data["numbers"])
        if not change:
            messages.info(request, f"{obj} can log in after following an invitation: mail it, or copy its link.")

    def has_delete_permission(self, request, obj=None):
        """An agent's messages stay theirs: deactivate instead."""
        return False

    @action(description="Login link", icon="link")
    def show_link(self, request, object_id):
        agent = get_object_or_404(Agent, pk=object_id)
        context = {**self.admin_site.each_context(request), "agent": agent, "link": invitations.link_for(agent)}
        return TemplateResponse(request, "admin/invitation_link.html", {**context, "title": f"Link for {agent}"})

    @action(
        description="Mail link",
        icon="mail",
        dialog=question("Mail a link?", "With it the agent chooses a password. It works once, for three days.", "Mail"),
    )
    def mail_link(self, request, form, object_id):
        agent = get_object_or_404(Agent, pk=object_id)
        try:
            invitations.send(agent, by=request.user)
        except OSError as error:
            messages.error(request, f"The mail was not sent ({error}). Copy the link instead.")
        else:
            messages.success(request, f"The link is on its way to {agent.email}.")
        return _back_to(agent)

    @action(
        description="Deactivate",
        icon="block",
        dialog=question("Deactivate?", "The agent's conversations go back to the line first.", "Deactivate"),
    )
    def deactivate(self, request, form, object_id):
        agent = get_object_or_404(Agent, pk=object_id)
        try:
            availability.deactivate(agent, by=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.words)
        else:
            messages.success(request, f"{agent} can no longer log in; their conversations went back to the line.")
        return _back_to(agent)

    @action(
        description="Activate",
        icon="check_circle",
        dialog=question("Activate?", "The agent may log in again.", "Activate"),
    )
    def activate(self, request, form, object_id):
        agent = get_object_or_404(Agent, pk=object_id)
        availability.activate(agent, by=request.user)
        messages.success(request, f"{agent} may log in again.")
        return _back_to(agent)


def _back_to(agent):
    """The dialog is posted by script, which follows this."""
    return HttpResponseClientRedirect(reverse("admin:inbox_agent_change", args=[agent.pk]))


@admin.register(Team)
class TeamAdmin(ModelAdmin):
    list_display = ["name", "size"]
    search_fields = ["name"]
    autocomplete_fields = ["members"]

    @display(description="Members")
    def size(self, team):
        return team.members.count()


class IdentityInline(ReadOnly, TabularInline):
    model = Identity
    extra = 0
    fields = readonly_fields = ["kind", "value", "scope", "created_at"]


@admin.register(Contact)
class ContactAdmin(ModelAdmin):
    list_display = ["display_name", "phone", "owner", "whatsapp_optout", "created_at"]
    list_select_related = ["owner"]
    list_filter = ["whatsapp_optout"]
    search_fields = ["name", "profile_name", "phone"]
    autocomplete_fields = ["owner"]
    fields = ["name", "profile_name", "phone", "email", "owner", *consent.FIELDS.values(), "notes", "attributes"]
    readonly_fields = ["profile_name", "phone"]
    inlines = [IdentityInline]
    show_full_result_count = False

    def has_add_permission(self, request):
        """Contacts come by writing, or by New conversation in the inbox."""
        return False

    def save_model(self, request, obj, form, change):
        """A choice goes into the registry, with its line, like one that came by any other door."""
        chosen = {
            channel: getattr(obj, field) for channel, field in consent.FIELDS.items() if field in form.changed_data
        }
        for channel in chosen:
            setattr(obj, consent.FIELDS[channel], form.initial[consent.FIELDS[channel]])
        super().save_model(request, obj, form, change)
        for channel, wanted in chosen.items():
            consent.choose(obj, channel, wanted, consent.Said(consent.Source.ADMIN, by=request.user))

    def has_delete_permission(self, request, obj=None):
        return False


class MessageInline(ReadOnly, TabularInline):
    """Counts, kinds and fates: what was said is read in the inbox."""

    model = Message
    extra = 0
    fields = readonly_fields = ["at", "author_kind", "author", "kind", "status", "error_code", "error_text", "wamid"]
    ordering = ["at", "id"]


class EventInline(ReadOnly, TabularInline):
    model = Event
    extra = 0
    fields = readonly_fields = ["at", "kind", "actor", "data"]
    ordering = ["at", "id"]


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, ModelAdmin):
    list_display = ["id", "contact", "number", "state", "assignee", "team", "opened_at", "closed_at"]
    list_select_related = ["thread__contact", "thread__number", "assignee", "team"]
    list_filter = ["status", "assignee", "team", "thread__number"]
    search_fields = ["thread__contact__name", "thread__contact__profile_name", "thread__contact__phone"]
    ordering = ["-id"]
    show_full_result_count = False
    inlines = [EventInline, MessageInline]
    actions_detail = ["open_in_inbox"]

    @display(description="Contact", ordering="thread__contact__name")
    def contact(self, conversation):
        return conversation.thread.contact.display_name

    @display(description="Number")
    def number(self, conversation):
        return conversation.thread.number

    @display(description="State")
    def state(self, conversation):
        return conversation.get_status_display()

    @action(description="Open in the inbox", icon="open_in_new")
    def open_in_inbox(self, request, object_id):
        return redirect("conversation", queries.conversation_for(request.user, object_id).pk)


def link(address, words):
    """As the theme shows links inside of a list."""
    return format_html('<a class="text-primary-600 dark:text-primary-500 underline" href="{}">{}</a>', address, words)


class OfThreads:
    """Rows of threads, by the million: nothing is counted, the search asks the contacts first, nothing is edited."""

    # The search box is there for fields; what it does is below.
    search_fields = ["thread__contact__name"]
    search_help_text = "Customer, phone or conversation number"
    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    list_per_page = 50
    MOST_THREADS = 500

    def get_search_results(self, request, queryset, search_term):
        words = search_term.replace("\x00", "").strip()[:100]
        if not words:
            return queryset, False
        if (of_conversation := self._of_conversation(queryset, words)).exists():
            return of_conversation, False
        threads = Thread.objects.filter(contact__in=contacts_like(words)).order_by("-pk")
        return queryset.filter(thread__in=list(threads.values_list("pk", flat=True)[: self.MOST_THREADS])), False

    def _of_conversation(self, queryset, words):
        number = number_in(words)
        return queryset.none() if number is None else queryset.filter(conversation=number)

    @display(description="Customer")
    def customer(self, row):
        """Who it is about, leading to the conversation in the inbox."""
        if row.thread is None:
            return "Nobody"
        if row.conversation_id is None:
            return row.thread.contact.display_name
        address = reverse("conversation", args=[row.conversation_id])
        return link(address, row.thread.contact.display_name)


class KindFilter(DropdownFilter):
    title = parameter_name = "kind"

    def lookups(self, request, model_admin):
        return [(kind, timer_words(kind)) for kind in timers.kinds()]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


def timer_words(kind):
    return kind.replace("_", " ").capitalize()


@admin.register(Timer)
class TimerAdmin(OfThreads, ReadOnly, ModelAdmin):
    """What is still to happen by itself, soonest first."""

    list_display = ["due_at", "what", "customer", "number", "attempts"]
    list_select_related = ["thread__contact", "thread__number"]
    list_filter = [KindFilter, ("thread__number", RelatedDropdownFilter)]
    list_filter_submit = True
    ordering = ["due_at", "id"]
    fields = readonly_fields = ["due_at", "what", "customer", "number", "attempts"]

    @display(description="What")
    def what(self, timer):
        return timer_words(timer.kind)

    @display(description="Number")
    def number(self, timer):
        return timer.thread.number.name


@admin.register(Tag)
class TagAdmin(ModelAdmin):
    list_display = ["name", "colour"]
    search_fields = ["name"]


@admin.register(CannedReply)
class CannedReplyAdmin(ModelAdmin):
    list_display = ["shortcut", "text"]
    search_fields = ["shortcut", "text"]


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(StockPeriodicTaskAdmin, ModelAdmin):
    """How often each sweep looks for what a lost wake-up left behind."""


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(ModelAdmin):
    list_display = ["every", "period"]
    search_fields = ["every", "period"]
