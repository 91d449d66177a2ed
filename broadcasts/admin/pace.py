"""How fast a number's broadcasts leave."""

from django.contrib import admin
from unfold.admin import ModelAdmin
from unfold.decorators import display

from broadcasts.channels import CHANNELS
from broadcasts.models import Broadcast, Pace

WHATSAPP = Broadcast.Channel.WHATSAPP


@admin.register(Pace)
class PaceAdmin(ModelAdmin):
    """Of WhatsApp numbers: other senders have their rate on their own page. Made by a number's first broadcast, or here
    before."""

    list_display = ["number", "per_second", "now"]
    list_select_related = ["number"]
    fields = ["number", "per_second", "now"]
    readonly_fields = ["now"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(number__isnull=False)

    def get_readonly_fields(self, request, pace=None):
        return ["number", "now"] if pace else ["now"]

    def has_delete_permission(self, request, pace=None):
        return False

    def save_model(self, request, pace, form, change):
        if not change:
            pace.key = CHANNELS[WHATSAPP].lane(Broadcast(number=pace.number))
        super().save_model(request, pace, form, change)

    @display(description="At present")
    def now(self, pace):
        if pace.slowed_to is None or pace.slowed_to >= pace.per_second:
            return "Not slowed down"
        since = f"{pace.slowed_at:%d.%m. %H:%M} UTC"
        return f"Slowed down to {pace.slowed_to:.0f} a second on {since}; it comes back by itself"
