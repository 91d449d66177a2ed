"""Scripted bots: the steps that an admin writes, and how far each conversation has come in them."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone

from automation.rules import scripts
from inbox.models import Message

NAME_LIMIT = 40


class BotStep(models.Model):
    """One step of a scripted bot; a bot without steps is not scripted. Steps name each other."""

    class Kind(models.TextChoices):
        SAY = "say", "Say something"
        ASK = "ask", "Ask and remember"
        TAG = "tag", "Put a tag on"
        HOURS = "hours", "Open or closed?"
        HAND_OVER = "hand_over", "Hand over to people"
        COMPLETE = "complete", "Complete: close the conversation"

    class Expects(models.TextChoices):
        TEXT = "text", "Any text"
        NUMBER = "number", "A number"
        EMAIL = "email", "An email address"

    bot = models.ForeignKey("inbox.Bot", on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(default=0, help_text="Steps follow one another in this order.")
    name = models.CharField(max_length=NAME_LIMIT, help_text="Other steps name it so.")
    kind = models.CharField("what it does", max_length=10, choices=Kind, default=Kind.SAY)
    text = models.TextField("the bot says", blank=True, max_length=scripts.TEXT_LIMIT)
    # Each of them {"title", "goes_to" (a name), "description"}.
    choices = models.JSONField(default=list, blank=True)
    as_list = models.BooleanField("show the choices as a list", default=False)
    list_button = models.CharField(
        "button that opens the list", max_length=20, blank=True, help_text=f"Empty: “{scripts.LIST_BUTTON}”."
    )
    variable = models.CharField(
        "remember as",
        max_length=30,
        blank=True,
        validators=[RegexValidator(r"^\w+$", "One word of letters and digits.")],
        help_text="Later texts say it with {{ this_word }}.",
    )
    expects = models.CharField("what fits", max_length=10, choices=Expects, default=Expects.TEXT)
    retry_text = models.TextField(
        "when the answer does not fit", blank=True, max_length=scripts.TEXT_LIMIT, help_text="Empty: a usual sentence."
    )
    max_tries = models.PositiveSmallIntegerField(
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text="After so many answers that do not fit people get it.",
    )
    goes_to = models.CharField("next step", max_length=NAME_LIMIT, blank=True, help_text="Empty: the one below.")
    otherwise = models.CharField("next step while closed", max_length=NAME_LIMIT, blank=True)
    tag = models.ForeignKey("inbox.Tag", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    team = models.ForeignKey(
        "inbox.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="to the team"
    )
    agent = models.ForeignKey(
        "inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="to the agent"
    )

    class Meta:
        ordering = ["position", "id"]
        verbose_name = "step"
        constraints = [
            models.UniqueConstraint(
                fields=["bot", "name"], name="step_name_once_per_bot", deferrable=models.Deferrable.DEFERRED
            )
        ]

    def __str__(self):
        return f"{self.name}: {self.get_kind_display()}"

    def as_rule(self):
        """The step as the rules know it."""
        return scripts.Step(
            **{name: getattr(self, name) for name in AS_STORED},
            choices=tuple(scripts.Choice(**choice) for choice in self.choices),
        )


AS_STORED = (
    "name",
    "kind",
    "text",
    "as_list",
    "list_button",
    "variable",
    "expects",
    "retry_text",
    "max_tries",
    "goes_to",
    "otherwise",
    "tag_id",
    "team_id",
    "agent_id",
)


def script_of(bot):
    """The script of a bot as the rules know it; without steps where the bot is not scripted."""
    return scripts.Script(tuple(step.as_rule() for step in bot.steps.all()))


def is_program(bot):
    """Whether a bot is served by a program over the API, in place of a script."""
    return bot.is_over_api and not bot.steps.exists()


class BotRun(models.Model):
    """How far a bot has come with one conversation."""

    conversation = models.OneToOneField("inbox.Conversation", on_delete=models.CASCADE, related_name="bot_run")
    step = models.CharField(max_length=NAME_LIMIT, blank=True, help_text="The step that waits for the customer.")
    tries = models.PositiveSmallIntegerField(default=0)
    remembered = models.JSONField(default=dict, blank=True)
    # The last of the customer's words that the bot has dealt with.
    word_id = models.BigIntegerField(default=0)
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    @classmethod
    def words_owed(cls, conversation):
        """The customer's words that its bot has not dealt with yet, oldest first."""
        dealt_with = cls.objects.filter(conversation=conversation).values_list("word_id", flat=True).first() or 0
        words = Message.objects.filter(conversation=conversation, author_kind=Message.Author.CUSTOMER)
        words = words.exclude(context__has_key="consent")
        return words.filter(pk__gt=dealt_with).exclude(kind__in=Message.ANNOTATIONS).order_by("pk")

    @classmethod
    def begin(cls, conversation, now):
        """A bot gets the conversation: what was answered before it came is not its business."""
        words = Message.objects.filter(conversation=conversation, author_kind=Message.Author.CUSTOMER)
        if conversation.unanswered_since:
            words = words.filter(created_at__lt=conversation.unanswered_since)
        run, _ = cls.objects.get_or_create(conversation=conversation, defaults={"began_at": now})
        run.word_id = max(run.word_id, words.order_by("-pk").values_list("pk", flat=True).first() or 0)
        run.save(update_fields=["word_id"])

    @property
    def state(self):
        return scripts.State(self.step, self.tries, self.remembered)

    def keep(self, state):
        """Take a new state over, unsaved."""
        self.step, self.tries, self.remembered = state.step, state.tries, state.remembered
