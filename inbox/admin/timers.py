"""What is still to happen by itself, and how often the sweeps look for what was lost."""

from django.contrib import admin
from django_celery_beat.admin import PeriodicTaskAdmin as StockPeriodicTaskAdmin
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from inbox import timers
from inbox.admin.lists import OfThreads
from inbox.models import Timer
from whatsapp.admin import ReadOnly

for schedule in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    if admin.site.is_registered(schedule):
        admin.site.unregister(schedule)


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


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(StockPeriodicTaskAdmin, ModelAdmin):
    """How often each sweep looks for what a lost wake-up left behind."""


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(ModelAdmin):
    list_display = ["every", "period"]
    search_fields = ["every", "period"]
