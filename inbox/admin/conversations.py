"""Customers and their conversations, as far as admins look at them, and what the inbox offers: tags, canned replies."""

from django.contrib import admin
from django.shortcuts import redirect
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display

from inbox import consent, queries
from inbox.models import CannedReply, Contact, Conversation, Event, Identity, Message, Tag
from whatsapp.admin import ReadOnly


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


@admin.register(Tag)
class TagAdmin(ModelAdmin):
    list_display = ["name", "colour"]
    search_fields = ["name"]


@admin.register(CannedReply)
class CannedReplyAdmin(ModelAdmin):
    list_display = ["shortcut", "text"]
    search_fields = ["shortcut", "text"]
