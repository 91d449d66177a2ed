"""This installation as a whole: its id for programs, and what programs may use of it."""

import uuid

from django.db import models
from django.db.models import Q

ONLY = 1


class Installation(models.Model):
    """One row. Programs know it by `public_id` (S3-6: the BOT ID)."""

    public_id = models.UUIDField("installation id", default=uuid.uuid4, editable=False, unique=True)
    rest_api_is_on = models.BooleanField("REST API", default=False, help_text="Programs with a key may use /api/v1/.")
    broadcasting_is_on = models.BooleanField(
        "WhatsApp broadcasting", default=False, help_text="Programs may send WhatsApp broadcasts over the REST API."
    )

    class Meta:
        verbose_name = "REST API"
        verbose_name_plural = "REST API"
        constraints = [models.CheckConstraint(condition=Q(pk=ONLY), name="one_installation")]

    def __str__(self):
        return "REST API"

    @classmethod
    def current(cls):
        """The row; made when it is first asked for."""
        return cls.objects.filter(pk=ONLY).first() or cls.objects.get_or_create(pk=ONLY)[0]

    @classmethod
    def switch_on(cls):
        """Everything that programs can use."""
        cls.objects.update_or_create(pk=ONLY, defaults={"rest_api_is_on": True, "broadcasting_is_on": True})
