"""Threads, conversations, who takes part in them, and their tags."""

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone

from inbox.models.nothing import nothing
from inbox.rules.line import WAITING


class CurrentTransaction(Func):
    """PostgreSQL's id of the running transaction; a change cursor built on it cannot skip a late commit."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class Thread(models.Model):
    """All messages of a contact on a number. The lock, the send lane and the version are the thread's."""

    contact = models.ForeignKey("inbox.Contact", on_delete=models.CASCADE, related_name="threads")
    number = models.ForeignKey("whatsapp.Number", on_delete=models.PROTECT, related_name="threads")
    # The identity that wrote last: answers go there, and the window is its.
    reply_identity = models.ForeignKey("inbox.Identity", null=True, on_delete=models.SET_NULL, related_name="+")
    window_until = models.DateTimeField(null=True, blank=True)
    # Our message whose sender wants the customer's next free-form message for a workflow; any word ends the waiting.
    awaited = models.ForeignKey("inbox.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Grows with every change that a screen shows; messages and events carry the version that they changed in.
    version = models.BigIntegerField(default=0)
    changed_xid = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "number"], name="thread_once_per_number")]
        indexes = [
            # Each web process looks here every few seconds for changes whose frame it never saw.
            models.Index(fields=["changed_xid"], name="thread_changed"),
        ]

    def is_window_open(self, now):
        return self.window_until is not None and self.window_until > now


class Tag(models.Model):
    """A label with a highlight colour (S4-19 to S4-21)."""

    class Colour(models.TextChoices):
        GREY = "grey"
        RED = "red"
        ORANGE = "orange"
        YELLOW = "yellow"
        GREEN = "green"
        TEAL = "teal"
        BLUE = "blue"
        PURPLE = "purple"
        PINK = "pink"

    name = models.CharField(max_length=40)
    colour = models.CharField(max_length=10, choices=Colour, default=Colour.GREY)

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="tag_name_once", violation_error_message="There is a tag with this name already."
            )
        ]

    def __str__(self):
        return self.name


class Conversation(models.Model):
    """One period of service for a contact on a number, from first message to close."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waits for the customer"
        BOT = "bot", "With a bot"
        UNASSIGNED = "unassigned", "Nobody is serving"
        QUEUED = "queued", "In queue"
        ASSIGNED = "assigned", "Assigned"
        CLOSED = "closed", "Closed"

    class HandoverOn(models.TextChoices):
        RESPONSE = "response", "Anything the customer writes or taps"
        MESSAGE = "message", "Only a message that the customer writes"
        WORKFLOW = "workflow", "Only the workflow"

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="conversations")
    status = models.CharField(max_length=12, choices=Status)
    # While assigned: who serves. While closed: who served last.
    assignee = models.ForeignKey(
        "inbox.Agent", null=True, blank=True, on_delete=models.PROTECT, related_name="conversations"
    )
    # Who served last, also while it waits again: the next conversation goes to them first.
    last_agent = models.ForeignKey("inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    team = models.ForeignKey("inbox.Team", null=True, blank=True, on_delete=models.SET_NULL)
    bot = models.ForeignKey("inbox.Bot", null=True, blank=True, on_delete=models.PROTECT)
    # Pending: who gets it when the customer responds.
    handover_to = models.ForeignKey("inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    handover_on = models.CharField(
        max_length=10, choices=HandoverOn, default=HandoverOn.RESPONSE, help_text="Pending: what ends the waiting."
    )
    started_by = models.ForeignKey("inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Gave it back in this waiting episode, so it is not handed to them automatically.
    returned_by = models.ForeignKey("inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    opened_at = models.DateTimeField(default=timezone.now)
    customer_wrote_at = models.DateTimeField(null=True, blank=True, help_text="First word in this conversation.")
    unanswered_since = models.DateTimeField(null=True, blank=True, help_text="Arrival of the oldest unanswered word.")
    waiting_since = models.DateTimeField(null=True, blank=True)
    assigned_at = models.DateTimeField(null=True, blank=True, help_text="The last time; kept while it waits again.")
    served_since = models.DateTimeField(
        null=True, blank=True, help_text="Since a person serves it without a break; a transfer does not restart it."
    )
    last_word_at = models.DateTimeField(
        null=True, blank=True, help_text="The last word of the customer, of an agent or over the API."
    )
    agent_wrote_at = models.DateTimeField(null=True, blank=True, help_text="The last message of a person of ours.")
    bot_wrote_at = models.DateTimeField(null=True, blank=True, help_text="The last message of a bot.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey("inbox.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The list's own order (S0-13): not the last message's time.
    bumped_at = models.DateTimeField(default=timezone.now)

    # When anything of it changed that programs are shown, for those that ask again and again.
    updated_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    # What the list row shows, kept with it. `last_inbound_id` moves only for words that are not silent.
    last_message = models.ForeignKey("inbox.Message", null=True, on_delete=models.SET_NULL, related_name="+")
    last_inbound_id = models.BigIntegerField(default=0)

    tags = models.ManyToManyField(Tag, related_name="conversations", blank=True)
    agents = models.ManyToManyField("inbox.Agent", through="inbox.Participant", related_name="part_in")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread"], condition=~Q(status="closed"), name="one_open_per_thread"),
            models.CheckConstraint(
                condition=Q(status="closed")
                | Q(status="assigned", assignee__isnull=False)
                | (~Q(status__in=["closed", "assigned"]) & Q(assignee__isnull=True)),
                name="assignee_iff_assigned",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["unassigned", "queued"], waiting_since__isnull=False)
                | (~Q(status__in=["unassigned", "queued"]) & Q(waiting_since__isnull=True)),
                name="waiting_iff_in_line",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at__isnull=True)),
                name="closed_at_iff_closed",
            ),
            models.CheckConstraint(
                condition=Q(status="bot", bot__isnull=False) | ~Q(status="bot"), name="bot_conversation_names_its_bot"
            ),
        ]
        indexes = [
            # Folder Mine, and an agent's load.
            models.Index(
                fields=["assignee", "-bumped_at", "-id"], condition=Q(status="assigned"), name="conversation_mine"
            ),
            # Folder Mine, narrowed to closed ones: whoever served last keeps them.
            models.Index(
                fields=["assignee", "-bumped_at", "-id"], condition=Q(status="closed"), name="conversation_served"
            ),
            # The line, in its order.
            models.Index(
                F("waiting_since"), F("id"), condition=Q(waiting_since__isnull=False), name="conversation_line"
            ),
            # Folder All, newest bump first.
            models.Index(fields=["-bumped_at", "-id"], name="conversation_bumped"),
            models.Index(fields=["-bumped_at", "-id"], condition=~Q(status="closed"), name="conversation_open_bumped"),
            # GET /api/v1/conversations/?status=: one status, however many others were bumped later.
            models.Index(fields=["status", "-bumped_at", "-id"], name="conversation_of_status"),
            # GET /api/v1/conversations/?assignee=, in every status.
            models.Index(
                fields=["assignee", "-bumped_at", "-id"],
                condition=Q(assignee__isnull=False),
                name="conversation_of_agent",
            ),
            # GET /api/v1/conversations/?team=
            models.Index(
                fields=["team", "-bumped_at", "-id"], condition=Q(team__isnull=False), name="conversation_of_team"
            ),
            # GET /api/v1/conversations/?updated_since=
            models.Index(fields=["updated_at", "id"], name="conversation_updated"),
            # Earlier conversations of a thread; the newest closed one for the follow-up time.
            models.Index(fields=["thread", "-id"], name="conversation_of_thread"),
        ]

    @property
    def is_open(self):
        return self.status != self.Status.CLOSED

    @property
    def is_waiting(self):
        return self.status in WAITING

    def has_no_tags(self):
        """Whoever knows says so: then nobody who shows it asks for them."""
        self._prefetched_objects_cache = {"tags": nothing(Tag)}

    def is_with_bot_of(self, api_key):
        """Whether a bot serves it that is the program of this key."""
        return self.status == self.Status.BOT and self.bot.api_key_id == api_key.pk


class Participant(models.Model):
    """An agent who takes or took part in a conversation; followers see it under Mine > Following."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    agent = models.ForeignKey("inbox.Agent", on_delete=models.CASCADE, related_name="participations")
    is_following = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "agent"], name="participant_once")]
        indexes = [
            models.Index(fields=["agent"], condition=Q(is_following=True), name="participant_following"),
        ]


class ReadMark(models.Model):
    """How far an agent has read a conversation: unread while `last_inbound_id` is beyond it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="read_marks")
    agent = models.ForeignKey("inbox.Agent", on_delete=models.CASCADE, related_name="read_marks")
    message_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "agent"], name="read_mark_once")]


class CannedReply(models.Model):
    """A ready answer, inserted with `/shortcut`. `{{ name }}` becomes the customer's name."""

    shortcut = models.SlugField(max_length=40, unique=True)
    text = models.TextField(max_length=4096)

    class Meta:
        ordering = ["shortcut"]
        verbose_name_plural = "canned replies"

    def __str__(self):
        return f"/{self.shortcut}"
