"""What the gateway keeps: accounts, numbers, message templates, and every raw webhook call."""

import secrets

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from encrypted_fields.fields import EncryptedTextField

from whatsapp.prepared import Place, Prepared


def new_verify_token():
    return secrets.token_urlsafe(24)


class Account(models.Model):
    """A WhatsApp business account (Meta: WABA) with the secrets to speak for it."""

    name = models.CharField(max_length=200)
    waba_id = models.CharField("business account id", max_length=64, unique=True)
    portfolio_id = models.CharField(
        max_length=64, blank=True, help_text="Business portfolio; customers' user ids (BSUID) are valid within one."
    )
    access_token = EncryptedTextField(help_text="A system user's token. Stored encrypted.")
    app_secret = EncryptedTextField(help_text="Signs Meta's webhooks. Stored encrypted.")
    verify_token = models.CharField(max_length=200, default=new_verify_token)
    templates_synced_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self):
        return self.name

    @property
    def identity_scope(self):
        """Where this account's BSUIDs are valid: its portfolio, or itself while that is unknown."""
        return self.portfolio_id or self.waba_id


class Number(models.Model):
    """A WhatsApp business phone number (Meta: phone number id) with its settings."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="numbers")
    phone_number_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100, help_text="What your team calls it, for example “Berlin”.")
    display_phone_number = models.CharField(max_length=32)
    verified_name = models.CharField(max_length=200, blank=True)
    quality_rating = models.CharField(max_length=20, blank=True)
    messaging_limit = models.CharField(max_length=40, blank=True)
    throughput_level = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=40, blank=True, help_text="Meta's word: CONNECTED, PENDING, ...")
    profile = models.JSONField(default=dict, blank=True, help_text="Business profile as Meta has it.")
    held_at = models.DateTimeField(null=True, blank=True, help_text="Sending stopped then; messages wait.")
    held_reason = models.TextField(blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    wants_reengagement = models.BooleanField(
        "create the template “reengagement”",
        default=True,
        db_default=True,
        help_text="A message template to begin with is created and submitted to Meta when the number is connected.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self):
        return f"{self.name} ({self.display_phone_number})" if self.display_phone_number else self.name

    @property
    def is_on_hold(self):
        return self.held_at is not None


class MessageTemplate(models.Model):
    """A pre-approved WhatsApp message of an account, in one language, as Meta has it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="message_templates")
    meta_id = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=20)
    category = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=40)
    rejected_reason = models.TextField(blank=True)
    quality = models.CharField(max_length=20, blank=True)
    parameter_format = models.CharField(max_length=20, default="POSITIONAL")
    components = models.JSONField(default=list)
    synced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name", "language"], name="template_once_per_language"),
        ]

    def __str__(self):
        return f"{self.name} ({self.language})"

    @classmethod
    def of(cls, account, name, language):
        """An account's message template as messages name it; None where there is none. `account` may be its id."""
        account_id = getattr(account, "pk", account)
        return NAMED_TEMPLATE.first(account=account_id, name=name, language=language)


NAMED_TEMPLATE = Prepared(
    lambda: MessageTemplate.objects.filter(
        account=Place("account"), name=Place("name"), language=Place("language")
    ).order_by()
)


class WebhookCall(models.Model):
    """One raw POST from Meta, kept before it is answered and processed after."""

    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="webhook_calls")
    received_at = models.DateTimeField(default=timezone.now)
    body = models.BinaryField(null=True, help_text="Emptied 30 days after processing.")
    size_bytes = models.PositiveIntegerField(default=0)
    is_receipts = models.BooleanField(
        default=False, db_default=False, help_text="It only says what became of messages."
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    processed_at = models.DateTimeField(null=True, blank=True)
    event_count = models.PositiveIntegerField(default=0)
    # Why something in it could not be used: [{"at": "entry 1, change 2", "reason": "..."}]; healthy siblings are kept.
    problems = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = [
            # The sweep: what still has to be processed, oldest first.
            models.Index(F("id"), condition=Q(processed_at__isnull=True), name="webhookcall_unprocessed"),
            # The workers: customers' words, then receipts, oldest first.
            models.Index(F("is_receipts"), F("id"), condition=Q(processed_at__isnull=True), name="webhookcall_next"),
            # The clean-up of processed bodies after 30 days.
            models.Index(fields=["processed_at"], condition=Q(body__isnull=False), name="webhookcall_with_body"),
        ]

    def __str__(self):
        return f"Webhook call {self.pk}"
