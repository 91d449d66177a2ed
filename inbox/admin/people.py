"""Agents, teams, and how numbers receive."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import action, display

from inbox import invitations
from inbox.actions import availability
from inbox.actions.refusals import Refusal
from inbox.admin.dialogs import back_to, question
from inbox.models import Agent, Reception, Team
from whatsapp.admin import NumberAdmin

admin.site.unregister(Group)


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
        return back_to(Agent, agent.pk)

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
        return back_to(Agent, agent.pk)

    @action(
        description="Activate",
        icon="check_circle",
        dialog=question("Activate?", "The agent may log in again.", "Activate"),
    )
    def activate(self, request, form, object_id):
        agent = get_object_or_404(Agent, pk=object_id)
        availability.activate(agent, by=request.user)
        messages.success(request, f"{agent} may log in again.")
        return back_to(Agent, agent.pk)


@admin.register(Team)
class TeamAdmin(ModelAdmin):
    list_display = ["name", "size"]
    search_fields = ["name"]
    autocomplete_fields = ["members"]

    @display(description="Members")
    def size(self, team):
        return team.members.count()
