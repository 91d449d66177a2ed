"""Who serves which numbers, and who manages whom."""

from inbox.models import Agent
from whatsapp.models import Number


def numbers_of(agent):
    """The numbers that an active agent serves; admins serve all."""
    if not agent.is_active:
        return Number.objects.none()
    return Number.objects.all() if agent.is_admin else Number.objects.filter(reception__agents=agent)


def can_serve(agent, number_id):
    """True for an active agent who serves this number."""
    return numbers_of(agent).filter(pk=number_id).exists()


def managed_by(supervisor):
    """The agents whom a supervisor manages: those of the same numbers. Admins manage everybody, agents nobody."""
    if supervisor.is_admin:
        return Agent.objects.all()
    if not supervisor.is_supervisor:
        return Agent.objects.none()
    served = supervisor.receptions.values("pk")
    return Agent.objects.filter(pk__in=Agent.objects.filter(receptions__in=served).values("pk"))
