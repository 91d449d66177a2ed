"""Customers and how WhatsApp knows them."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper
from django.utils import timezone


class Contacts(models.QuerySet):
    """Whoever changes a contact says when, so that programs find what changed since they asked."""

    def update(self, **fields):
        return super().update(**{"updated_at": Now(), **fields})


class Contact(models.Model):
    """A customer. The phone is optional: WhatsApp may show only a business-scoped user id."""

    class OptOut(models.TextChoices):
        NONE = "", "Receives messages"
        MARKETING = "marketing", "No marketing"
        ALL = "all", "No messages that we start"

    external_id = models.CharField(
        max_length=128, null=True, blank=True, unique=True, help_text="Another program's id, for example the CRM's."
    )
    name = models.CharField(max_length=200, blank=True, help_text="What your team calls them.")
    profile_name = models.CharField(max_length=200, blank=True, help_text="What they call themselves on WhatsApp.")
    username = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=20, blank=True, help_text="International, with plus sign.")
    email = models.EmailField(blank=True)
    owner = models.ForeignKey(
        "inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_contacts"
    )
    attributes = models.JSONField(default=dict, blank=True)
    notes = models.TextField(blank=True)
    whatsapp_optout = models.CharField(max_length=10, choices=OptOut, blank=True, default=OptOut.NONE)
    email_optout = models.CharField(max_length=10, choices=OptOut, blank=True, default=OptOut.NONE, db_default="")
    sms_optout = models.CharField(max_length=10, choices=OptOut, blank=True, default=OptOut.NONE, db_default="")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    objects = Contacts.as_manager()

    class Meta:
        indexes = [
            # Search by a part of the name or the phone (S4-31).
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="contact_name_trgm"),
            GinIndex(OpClass(Upper("profile_name"), "gin_trgm_ops"), name="contact_profile_name_trgm"),
            GinIndex(OpClass(Upper("phone"), "gin_trgm_ops"), name="contact_phone_trgm"),
            # Whose address it is: an email's or an SMS's recipient, and whoever unsubscribes.
            models.Index(Upper("email"), name="contact_email_upper"),
            models.Index(fields=["phone"], name="contact_phone"),
            GinIndex(OpClass(Upper("email"), "gin_trgm_ops"), name="contact_email_trgm"),
            # Filters of groups: a country's phones, an attribute.
            models.Index(OpClass("phone", "varchar_pattern_ops"), name="contact_phone_prefix"),
            GinIndex(fields=["attributes"], name="contact_attributes"),
            # GET /api/v1/contacts/?updated_since=
            models.Index(fields=["updated_at", "id"], name="contact_updated"),
            # The list of contacts, newest first.
            models.Index(F("id").desc(), condition=Q(merged_into__isnull=True), name="contact_listed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(phone="") | Q(phone__startswith="+"), name="contact_phone_with_plus"),
        ]

    def __str__(self):
        return self.display_name

    def save(self, *, update_fields=None, **how):
        self.updated_at = timezone.now()
        super().save(update_fields=update_fields and {*update_fields, "updated_at"}, **how)

    @property
    def display_name(self):
        return self.name or self.profile_name or self.phone or (f"@{self.username}" if self.username else "Unknown")


class Identity(models.Model):
    """How WhatsApp knows a contact. `scope` is the business portfolio for a BSUID, empty for a wa_id."""

    class Kind(models.TextChoices):
        WA_ID = "wa_id", "WhatsApp number"
        BSUID = "bsuid", "User id"

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=10, choices=Kind)
    scope = models.CharField(max_length=64, blank=True)
    value = models.CharField(max_length=160)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            # A payload finds its contact by this, and two payloads at once make one contact.
            models.UniqueConstraint(fields=["kind", "scope", "value"], name="identity_once"),
        ]

    def __str__(self):
        return f"{self.kind} {self.value}"


class ContactMerge(models.Model):
    """What a merge of two contacts moved, so that it can be undone."""

    kept = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="merges")
    absorbed = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="absorptions")
    # {"identities": [ids], "threads": [ids], "conversations_closed": [ids], "optout": "", ...}
    moved = models.JSONField(default=dict)
    merged_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
