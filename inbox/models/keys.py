"""The keys of programs, and what they asked under a name of their own."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from encrypted_fields.fields import EncryptedTextField

from inbox.programs import door, signing

IDENTIFIER_BYTES = 6
SECRET_BYTES = 32
URL_LIMIT = 500


def new_identifier():
    return secrets.token_hex(IDENTIFIER_BYTES)


def digest_of(secret):
    """A random secret of 32 bytes needs no slow hash: nobody finds it by trying."""
    return sha256(secret.encode()).hexdigest()


def validate_program_url(url):
    """An https address that may be called, as far as one sees without asking the DNS; that is asked with each call."""
    URLValidator(["http", "https"])(url)
    try:
        door.check(url)
    except door.NotAllowed as error:
        raise ValidationError(str(error)) from error


class ApiKey(models.Model):
    """A program's way in, and the way to it. Its secret is shown once and stored hashed; while it is rotated the old
    one works on. What customers answer to its messages goes to `relay_url`, signed with `relay_secret`."""

    class Scope(models.TextChoices):
        NUMBERS_READ = "numbers:read", "Read numbers"
        CONTACTS_READ = "contacts:read", "Read contacts"
        CONTACTS_WRITE = "contacts:write", "Create and change contacts"
        CONVERSATIONS_READ = "conversations:read", "Read conversations and messages"
        CONVERSATIONS_WRITE = "conversations:write", "Create, assign and close conversations"
        MESSAGES_TEMPLATES = "messages:templates", "Send message templates"
        MESSAGES_FREE_FORM = "messages:free-form", "Send free-form messages inside the window"
        MEDIA_WRITE = "media:write", "Upload files to be sent"
        AGENTS_READ = "agents:read", "Read agents and teams"
        AGENTS_WRITE = "agents:write", "Set agents available or away"
        TAGS_WRITE = "tags:write", "Create and change tags"
        WEBHOOKS_WRITE = "webhooks:write", "Subscribe to events"
        EVENTS_READ = "events:read", "Read the feed of events"
        BROADCASTS_READ = "broadcasts:read", "Read broadcasts and what became of them"
        BROADCASTS_WRITE = "broadcasts:write", "Send broadcasts, pause and cancel them"

    name = models.CharField(max_length=100, help_text="What it is for, for example “CRM”.")
    scopes = ArrayField(models.CharField(max_length=40, choices=Scope), default=list)
    number = models.ForeignKey(
        "whatsapp.Number",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="api_keys",
        help_text="The key sees and uses this number only. Empty: all numbers.",
    )
    identifier = models.CharField(max_length=16, unique=True, default=new_identifier, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    previous_digest = models.CharField(max_length=64, blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, help_text="The rotated secret works until then.")
    requests_per_minute = models.PositiveIntegerField(default=600)
    relay_url = models.CharField(
        "workflow's address",
        blank=True,
        default="",
        db_default="",
        max_length=URL_LIMIT,
        validators=[validate_program_url],
        help_text="Answers to messages sent with relay_response go there, unless the message names another address.",
    )
    relay_secret = EncryptedTextField(null=True, blank=True, editable=False)
    previous_relay_secret = EncryptedTextField(null=True, blank=True, editable=False)
    relay_patience_minutes = models.PositiveSmallIntegerField(
        "workflow's patience in minutes",
        default=10,
        db_default=10,
        validators=[MinValueValidator(1)],
        help_text="A workflow that has not answered by then has failed: people get the conversation.",
    )
    created_by = models.ForeignKey(
        "inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not expire.")
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API key"
        verbose_name_plural = "API keys"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(requests_per_minute__gte=1), name="api_key_may_ask_at_all"),
            models.CheckConstraint(condition=Q(relay_patience_minutes__gte=1), name="api_key_has_some_patience"),
        ]

    def __str__(self):
        return self.name

    def rotate(self, *, previous_until=None):
        """Make new secrets, of the key and of its relays, and return the whole token, which nobody sees again. The old
        ones work `previous_until`."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        self.previous_digest, self.previous_until = (self.digest, previous_until) if previous_until else ("", None)
        self.digest = digest_of(secret)
        self.previous_relay_secret = self.relay_secret if previous_until else None
        self.relay_secret = signing.new_secret()
        return f"sb_{self.identifier}_{secret}"

    def opens_with(self, secret, now):
        """True when this secret is the present one, or the former one while it may still be used."""
        given = digest_of(secret)
        if secrets.compare_digest(given, self.digest):
            return True
        was_rotated = bool(self.previous_until and self.previous_until > now)
        return was_rotated and secrets.compare_digest(given, self.previous_digest)

    def relay_secrets(self, now):
        """The secrets that our calls are signed with: the present one first, then the former one while it counts."""
        was_rotated = bool(self.previous_until and self.previous_until > now)
        return [secret for secret in (self.relay_secret, was_rotated and self.previous_relay_secret) if secret]

    def is_usable(self, now):
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class IdempotencyKey(models.Model):
    """A write that a program named, and what it was answered: kept 24 hours."""

    KEPT = timedelta(hours=24)

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="idempotency_keys")
    name = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["api_key", "name"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_to_forget")]

    @classmethod
    def forget_old(cls, now=None):
        """Names older than 24 hours are free again. Returns how many went."""
        return cls.objects.filter(created_at__lt=(now or timezone.now()) - cls.KEPT).delete()[0]
