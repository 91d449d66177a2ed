"""How a number receives its customers."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from inbox.models.keys import URL_LIMIT, validate_program_url
from inbox.rules.consent import OPTIN_WORDS, OPTOUT_WORDS, words_in

USUAL_OPTOUT = "\n".join(OPTOUT_WORDS)
USUAL_OPTIN = "\n".join(OPTIN_WORDS)


class Bot(models.Model):
    """A program that serves conversations: an integrator's workflow, or a scripted one. Upper layers run it."""

    name = models.CharField(max_length=100, unique=True)
    is_active = models.BooleanField(default=True)
    silence_minutes = models.PositiveSmallIntegerField(
        default=10,
        validators=[MinValueValidator(1)],
        help_text="A customer silent for so long after the bot's word ends the conversation.",
    )
    # A bot over the API: the program that gets the customers' words and speaks as the bot.
    api_key = models.OneToOneField(
        "inbox.ApiKey",
        verbose_name="API key",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="bot",
        help_text="Of the program that is this bot: it speaks as the bot, and gets its calls signed for this key.",
    )
    endpoint_url = models.CharField(
        "address",
        blank=True,
        default="",
        db_default="",
        max_length=URL_LIMIT,
        validators=[validate_program_url],
        help_text="A program that serves in place of a script gets every word of the bot's customers there.",
    )

    def __str__(self):
        return self.name

    @property
    def is_over_api(self):
        """Whether there is a program to be called."""
        return bool(self.endpoint_url and self.api_key_id)


class Reception(models.Model):
    """Per number: who serves, how conversations find an agent, what colleagues see."""

    class Picking(models.TextChoices):
        AUTOMATIC = "automatic", "Conversations are handed out automatically"
        MANUAL = "manual", "Agents pick conversations by hand"

    number = models.OneToOneField("whatsapp.Number", on_delete=models.CASCADE, related_name="reception")
    picking = models.CharField(max_length=10, choices=Picking, default=Picking.AUTOMATIC)
    agents = models.ManyToManyField("inbox.Agent", related_name="receptions", blank=True, help_text="Who serves here.")
    team = models.ForeignKey(
        "inbox.Team", null=True, blank=True, on_delete=models.SET_NULL, help_text="New conversations go to this team."
    )
    bot = models.ForeignKey(
        Bot,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="receptions",
        help_text="New conversations go to this bot first. Empty: to people.",
    )
    always_owner = models.BooleanField(
        default=False, help_text="A contact's owner gets their conversations even when away or at the limit."
    )
    follow_up_minutes = models.PositiveIntegerField(
        default=10, validators=[MaxValueValidator(24 * 60)], help_text="A word so soon after closing reopens. 0: never."
    )
    absence_minutes = models.PositiveIntegerField(
        null=True,
        blank=True,
        default=15,
        validators=[MaxValueValidator(24 * 60)],
        help_text="An agent absent so long gives waiting customers back to the line. Empty: never.",
    )
    pending_days = models.PositiveSmallIntegerField(
        "waits for the customer, in days",
        null=True,
        blank=True,
        default=30,
        db_default=30,
        validators=[MinValueValidator(1)],
        help_text="A conversation that waits for its customer closes silently after so long. Empty: never.",
    )
    hides_colleagues = models.BooleanField(default=False, help_text="Agents do not see colleagues' conversations.")
    sends_read_marks = models.BooleanField(default=True, help_text="Customers see when their words were read.")
    shows_agent_name = models.BooleanField(default=False, help_text="Put the agent's name above each message.")

    # One a line. A customer's whole message that is one of them refuses what we start, or agrees to it again.
    optout_words = models.TextField(blank=True, default=USUAL_OPTOUT, db_default=USUAL_OPTOUT)
    optin_words = models.TextField(blank=True, default=USUAL_OPTIN, db_default=USUAL_OPTIN)

    def __str__(self):
        return f"Reception of {self.number}"

    @classmethod
    def of(cls, number):
        """A number's reception; where nobody has set it up yet, one with the usual settings (unsaved)."""
        return number.reception if hasattr(number, "reception") else cls(number=number)

    @property
    def first_bot(self):
        """The bot that new conversations go to, None where there is none or it is switched off."""
        return self.bot if self.bot is not None and self.bot.is_active else None

    @property
    def consent_words(self):
        """(words that refuse, words that agree)"""
        return words_in(self.optout_words), words_in(self.optin_words)
