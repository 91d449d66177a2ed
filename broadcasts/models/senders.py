"""Who a broadcast comes from where it is not a WhatsApp number: senders of email and of SMS."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from encrypted_fields.fields import EncryptedTextField

SMS_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
SMS_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
RATE = [MinValueValidator(1), MaxValueValidator(1000)]


def sender_of_sms(value):
    """A number that takes answers, or a name that takes none."""
    if not SMS_NUMBER.fullmatch(value) and not SMS_NAME.fullmatch(value):
        raise ValidationError(
            "Enter a number with its country code, such as +4930555142, or a name of up to 11 letters and digits."
        )


class EmailSender(models.Model):
    """An address that broadcasts are sent from. How mail leaves at all is a setting of the server (EMAIL_URL)."""

    name = models.CharField(max_length=100, help_text="As recipients see it, for example Hafen & Co.")
    address = models.EmailField("from address", help_text="The mail server must be allowed to send for it (SPF, DKIM).")
    reply_to = models.EmailField("reply to", blank=True, help_text="Where answers go; empty: to the from address.")
    per_second = models.PositiveSmallIntegerField("emails per second", default=10, validators=RATE)
    is_active = models.BooleanField("in use", default=True)
    # Its far end objects to the sender itself: nothing leaves until a person has seen to it.
    held_at = models.DateTimeField(null=True, blank=True, editable=False)
    held_reason = models.TextField("why it is on hold", blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self):
        return f"{self.name} ({self.address})"

    def clean(self):
        """A line break in the name would begin another header of every letter."""
        self.name = " ".join(self.name.split())


class SmsSender(models.Model):
    """A number or a name at an SMS gateway, with what speaks for it there."""

    name = models.CharField(max_length=100, help_text="What your team calls it.")
    # broadcasts.sms.kinds has the gateways there are.
    kind = models.CharField("gateway", max_length=20, default="twilio")
    sender = models.CharField(
        "from",
        max_length=20,
        validators=[sender_of_sms],
        help_text="A number of the gateway's, with its country code, or a name (to which nobody can reply STOP).",
    )
    account_sid = models.CharField("account SID", max_length=64)
    auth_token = EncryptedTextField("auth token", help_text="Stored encrypted, never shown again.")
    per_second = models.PositiveSmallIntegerField("texts per second", default=10, validators=RATE)
    is_active = models.BooleanField("in use", default=True)
    # Its far end objects to the sender itself: nothing leaves until a person has seen to it.
    held_at = models.DateTimeField(null=True, blank=True, editable=False)
    held_reason = models.TextField("why it is on hold", blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "SMS sender"
        ordering = ["name", "id"]
        constraints = [
            # A text that comes in finds the sender it was written to.
            models.UniqueConstraint(fields=["kind", "account_sid", "sender"], name="sms_sender_once"),
        ]

    def __str__(self):
        return f"{self.name} ({self.sender})"

    @property
    def takes_answers(self):
        """To a name nobody can write: no STOP."""
        return self.sender.startswith("+")


class SmsAnswer(models.Model):
    """A text that somebody sent to one of our senders. `meaning` is opt_out, opt_in or "" for anything else, which
    nobody here answers: SMS is not a channel of the inbox."""

    sender = models.ForeignKey(SmsSender, on_delete=models.CASCADE, related_name="answers")
    # The gateway's id: told twice, kept once.
    message_id = models.CharField(max_length=64)
    phone = models.CharField(max_length=40)
    contact = models.ForeignKey(
        "inbox.Contact", null=True, blank=True, on_delete=models.SET_NULL, related_name="sms_answers"
    )
    body = models.TextField(blank=True)
    meaning = models.CharField(max_length=10, blank=True)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "SMS answer"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["sender", "message_id"], name="sms_answer_once"),
        ]

    def __str__(self):
        return f"SMS of {self.phone}"


class BadCall(models.Model):
    """A gateway's call that was signed and still of no use, with the reason; kept for admins to look at."""

    kind = models.CharField("gateway", max_length=20)
    reason = models.CharField(max_length=300)
    fields = models.JSONField(default=dict)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        verbose_name = "call that could not be used"
        verbose_name_plural = "calls that could not be used"

    def __str__(self):
        return self.reason
