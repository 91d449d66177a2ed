"""Secrets between the request that made them and the page that shows them, once."""

import json
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from encrypted_fields.fields import EncryptedTextField


class ShownOnce(models.Model):
    """What one person is about to see, encrypted. Whoever looks takes it away; what nobody looks at goes after ten
    minutes."""

    KEPT = timedelta(minutes=10)

    agent = models.ForeignKey("inbox.Agent", on_delete=models.CASCADE, related_name="+")
    content = EncryptedTextField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="shown_once_to_forget")]

    def __str__(self):
        return f"For {self.agent}"

    @classmethod
    def keep(cls, agent, content):
        """`content` is an object in JSON's types. Returns the row."""
        return cls.objects.create(agent=agent, content=json.dumps(content))

    @classmethod
    @transaction.atomic
    def take(cls, row_id, agent, now=None):
        """The content, which is then gone; None where it is gone already, too old, or somebody else's."""
        fresh = cls.objects.filter(made_at__gt=(now or timezone.now()) - cls.KEPT, agent=agent)
        row = fresh.select_for_update().filter(pk=row_id).first()
        if row is None:
            return None
        row.delete()
        return json.loads(row.content)

    @classmethod
    def forget_old(cls, now=None):
        """Delete what nobody came to see. Returns how many."""
        return cls.objects.filter(made_at__lte=(now or timezone.now()) - cls.KEPT).delete()[0]
