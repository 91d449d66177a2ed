"""Signs of life."""

from django.db import models


class Pulse(models.Model):
    """When a part of the product last showed that it is alive; tells a restart from people who went home."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
