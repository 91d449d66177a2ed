"""Bots and their scripts, for admins: written, judged when saved, and tried out before a customer meets them."""

from django import forms
from django.contrib import admin
from django.forms.widgets import Script
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import action, display

from automation.admin import rehearsal
from automation.forms.bot_steps import StepForm, StepFormSet
from automation.models import BotStep
from inbox.models import Bot
from inbox.queries import number_in


class BotForm(forms.ModelForm):
    class Meta:
        model = Bot
        fields = ["name", "is_active", "silence_minutes", "api_key", "endpoint_url"]
        labels = {"is_active": "Serves", "silence_minutes": "Closes after so many silent minutes"}
        help_texts = {"is_active": "Off: new conversations go to people, its own at their next word."}

    def clean(self):
        told = super().clean()
        if bool(told.get("endpoint_url")) != bool(told.get("api_key")):
            raise forms.ValidationError("A program needs both: the address to call, and the API key that it uses.")
        return told


class StepInline(StackedInline):
    model = BotStep
    form = StepForm
    formset = StepFormSet
    extra = 0
    ordering_field = "position"
    hide_ordering_field = True
    collapsible = True
    verbose_name_plural = "Script"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("name", "kind"),
                    "text",
                    "choices",
                    ("as_list", "list_button"),
                    ("variable", "expects"),
                    ("retry_text", "max_tries"),
                    "tag",
                    ("team", "agent"),
                    ("goes_to", "otherwise"),
                    "position",
                ]
            },
        )
    ]

    class Media:
        js = [Script("js/automation/bot_steps.js", type="module")]


@admin.register(Bot)
class BotAdmin(ModelAdmin):
    list_display = ["name", "is_active", "kind_of_bot", "numbers"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    form = BotForm
    inlines = [StepInline]
    actions_detail = ["try_out"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("steps", "receptions__number")

    @display(description="Kind", label={"Scripted": "success", "Program": "success", "Nothing to say yet": "warning"})
    def kind_of_bot(self, bot):
        if bot.steps.all():
            return "Scripted"
        return "Program" if bot.is_over_api else "Nothing to say yet"

    @display(description="Receives for")
    def numbers(self, bot):
        return ", ".join(str(reception.number) for reception in bot.receptions.all()) or "No number"

    def has_delete_permission(self, request, obj=None):
        """Conversations name their bot: one that has served is switched off instead."""
        if obj is not None and obj.conversation_set.exists():
            return False
        return super().has_delete_permission(request, obj)

    @action(description="Try it out", icon="play_arrow", url_path="try")
    def try_out(self, request, object_id):
        bot = get_object_or_404(Bot, pk=number_in(object_id))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Try {bot} out",
            "bot": bot,
            "rehearsal": rehearsal.play(bot, request.POST if request.method == "POST" else {}),
        }
        return TemplateResponse(request, "admin/bots/try.html", context)
