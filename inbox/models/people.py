"""Agents and the teams they form."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

# The highest reception limit.
MOST_AT_ONCE = 1000


class AgentManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        """Create an agent; without a password they log in only after following an invitation link."""
        agent = self.model(email=self.normalize_email(email), **fields)
        agent.set_password(password)
        agent.save(using=self._db)
        return agent

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, **{"role": Agent.Role.ADMIN, "is_superuser": True, **fields})

    def available(self, now):
        """Those who say so and are connected (the same as Agent.is_available)."""
        return self.filter(is_active=True, availability=Agent.Availability.AVAILABLE, connected_until__gt=now)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class Agent(AbstractBaseUser, PermissionsMixin):
    """A person who logs in."""

    class Role(models.TextChoices):
        AGENT = "agent", "Agent"
        SUPERVISOR = "supervisor", "Supervisor"
        ADMIN = "admin", "Admin"

    class Availability(models.TextChoices):
        AVAILABLE = "available", "Available"
        AWAY = "away", "Away"

    email = models.EmailField(max_length=254, unique=True, error_messages={"unique": "Email is taken."})
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=12, choices=Role, default=Role.AGENT)
    is_active = models.BooleanField("may log in", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    time_zone = models.CharField(max_length=64, blank=True, help_text="Empty: the browser's.")
    enter_sends = models.BooleanField(default=True, help_text="Enter sends; otherwise Ctrl+Enter does.")

    reception_limit = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_AT_ONCE)],
        help_text="Most conversations handed out automatically. Empty: no limit. 0: by hand only.",
    )
    availability = models.CharField(max_length=10, choices=Availability, default=Availability.AVAILABLE)
    # Their own last word, not a supervisor's: logging in makes everybody else available again.
    chose_away = models.BooleanField(default=False, editable=False)
    # A live socket moves this ahead again and again; when it has passed, the agent is absent (since then).
    connected_until = models.DateTimeField(null=True, blank=True)
    absence_grace_seconds = models.PositiveIntegerField(
        default=60, validators=[MaxValueValidator(8 * 3600)], help_text="Still present so long after the last socket."
    )
    # Ties in assignment go to whoever has waited longest for a conversation.
    last_assigned_at = models.DateTimeField(null=True, blank=True)

    objects = AgentManager()
    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="agent_email_once_in_any_case", violation_error_message="Email is taken."
            ),
            models.CheckConstraint(condition=Q(absence_grace_seconds__lte=8 * 3600), name="agent_grace_up_to_8_h"),
        ]

    def __str__(self):
        return self.name or self.email

    @property
    def is_staff(self):
        """Only admins enter Django admin."""
        return self.is_admin

    @property
    def is_admin(self):
        return self.role == self.Role.ADMIN

    @property
    def is_supervisor(self):
        """Supervisors and admins see and act on everyone's conversations."""
        return self.role in (self.Role.SUPERVISOR, self.Role.ADMIN)

    def is_connected(self, now):
        return self.connected_until is not None and self.connected_until > now

    def is_available(self, now):
        """Available = says so and connected."""
        return self.is_active and self.availability == self.Availability.AVAILABLE and self.is_connected(now)

    def has_perm(self, perm, obj=None):
        return self.is_active and self.is_admin

    def has_module_perms(self, app_label):
        return self.is_active and self.is_admin

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name.split(" ")[0] if self.name else self.email


class Team(models.Model):
    """Agents who share a line."""

    name = models.CharField(max_length=100, unique=True)
    members = models.ManyToManyField(Agent, related_name="teams", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name
