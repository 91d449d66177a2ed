"""What customers refused and agreed to, per channel, with how we know it."""

from django.db import models
from django.utils import timezone


class Consent(models.Model):
    """One choice of a customer about messages that we start. Rows are only ever added; what is in force now stands on
    the contact (`whatsapp_optout`, `email_optout`, `sms_optout`). Nobody has to have agreed for it to be "" (S3-50)."""

    class Channel(models.TextChoices):
        WHATSAPP = "whatsapp", "WhatsApp"
        EMAIL = "email", "Email"
        SMS = "sms", "SMS"

    class State(models.TextChoices):
        OPTED_IN = "opted_in", "Agreed"
        MARKETING = "marketing", "Refused marketing"
        ALL = "all", "Refused everything that we start"

    class Source(models.TextChoices):
        WORD = "word", "Customer's own word"
        META = "meta", "WhatsApp's own setting"
        LINK = "link", "Unsubscribe link"
        AGENT = "agent", "Agent"
        API = "api", "API"
        IMPORT = "import", "Import"
        ADMIN = "admin", "Administration"
        MERGE = "merge", "Two contacts became one"

    # Said by the customer themselves: what they said later counts, in whatever order it reaches us.
    OWN = (Source.WORD, Source.META, Source.LINK)

    contact = models.ForeignKey("inbox.Contact", on_delete=models.CASCADE, related_name="consents")
    channel = models.CharField(max_length=10, choices=Channel)
    state = models.CharField(max_length=10, choices=State)
    source = models.CharField(max_length=10, choices=Source)
    by = models.ForeignKey("inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now, help_text="When it was said.")

    class Meta:
        indexes = [
            # The registry of a contact, newest first.
            models.Index(fields=["contact", "channel", "-at", "-id"], name="consent_of_contact"),
        ]

    def __str__(self):
        return f"{self.get_channel_display()}: {self.get_state_display()}"
