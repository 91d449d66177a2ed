"""The reason log, for admins: why did this customer get that, and that one not?"""

from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter

from django.contrib import admin
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from automation import sentences
from automation.models import Decision
from inbox.admin.lists import OfThreads, link
from inbox.models import Conversation
from inbox.queries import number_in
from whatsapp.admin import ReadOnly


class ReasonFilter(DropdownFilter):
    title = parameter_name = "reason"

    def lookups(self, request, model_admin):
        words = {reason: sentences.reason_words(reason) for reason in sentences.REASONS}
        return sorted(((reason, said[0].upper() + said[1:]) for reason, said in words.items()), key=itemgetter(1))

    def queryset(self, request, queryset):
        return queryset.filter(reason=self.value()) if self.value() in sentences.REASONS else queryset


class ConversationFilter(DropdownFilter):
    """Offered where one came from a conversation, to be taken off again."""

    title = parameter_name = "conversation"

    def lookups(self, request, model_admin):
        asked = number_in(request.GET.get("conversation", ""))
        found = Conversation.objects.select_related("thread__contact").filter(pk=asked).first() if asked else None
        return [(str(found.pk), f"{found.pk}, {found.thread.contact}")] if found else []

    def queryset(self, request, queryset):
        asked = number_in(self.value() or "")
        return queryset.filter(conversation=asked) if asked else queryset


class DaysFilter(RangeDateFilter):
    """From the beginning of one day to the end of another, in UTC as the times beside them."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.title = "day"

    def queryset(self, request, queryset):
        first, last = self._day("from"), self._day("to")
        if first:
            queryset = queryset.filter(at__gte=first)
        return queryset.filter(at__lt=last + timedelta(days=1)) if last else queryset

    def _day(self, name):
        """Midnight of the day that was chosen; None where it is none."""
        try:
            day = parse_date(str(self.used_parameters.get(f"{self.parameter_name}_{name}", "")))
        except ValueError:
            return None
        return day and day < date.max and datetime.combine(day, time.min, UTC)


@admin.register(Decision)
class DecisionAdmin(OfThreads, ReadOnly, ModelAdmin):
    list_display = ["at", "outcome_word", "sentence", "customer", "number_name", "all_of_conversation"]
    list_select_related = ["thread__contact", "number", "message"]
    list_filter = [
        ("number", RelatedDropdownFilter),
        ("automation", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        ReasonFilter,
        ConversationFilter,
        ("at", DaysFilter),
    ]
    list_filter_submit = True
    ordering = ["-id"]
    fields = readonly_fields = [
        "at",
        "number",
        "customer",
        "automation",
        "outcome_word",
        "sentence",
        "occasion",
        "facts",
    ]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": "Reason log", **(extra_context or {})})

    @display(
        description="Outcome",
        label={"Done": "success", "Refused": "warning", "Withdrawn": "info", "Held": "info"},
    )
    def outcome_word(self, decision):
        return decision.get_outcome_display()

    @display(description="What, and why")
    def sentence(self, decision):
        return sentences.decision_sentence(decision)

    @display(description="Number")
    def number_name(self, decision):
        return decision.number.name

    @display(description="Conversation")
    def all_of_conversation(self, decision):
        if decision.conversation_id is None:
            return "None"
        return link(address_of_log(conversation=decision.conversation_id), decision.conversation_id)

    @display(description="Facts")
    def facts(self, decision):
        return ", ".join(f"{name}: {value}" for name, value in decision.data.items()) or "None"


def address_of_log(**filters):
    """The log narrowed to the values of its filters' parameters; None narrows nothing."""
    asked = {name: value for name, value in filters.items() if value is not None}
    return f"{reverse('admin:automation_decision_changelist')}?{urlencode(asked)}"
