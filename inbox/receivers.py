"""News from the gateway becomes changes of the inbox, inside the gateway's transaction per event.

And what is saved outside of actions (a limit, who serves a number, a team's members) frees places or takes them.
"""

from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from inbox import delivery, events, feed
from inbox.actions.receive import receive
from inbox.models import Agent, FeedKind, Reception, Team
from inbox.moves import FILL_PLACES
from whatsapp.inbound import StatusReported
from whatsapp.signals import event_received, number_held, number_resumed, receipts_received, template_changed
from whatsapp.wake import wake


@receiver(event_received)
def on_event(sender, event, call=None, **kwargs):
    receive(event, arrival=call.pk if call else 0)


@receiver(post_save, sender=Agent)
def on_agent_saved(sender, instance, update_fields=None, **kwargs):
    """An admin raised the limit, say. Logging in and new passwords change no place."""
    if update_fields and set(update_fields) <= {"last_login", "password"}:
        return
    events.agent_changed(instance)
    events.viewers_changed([instance.pk])
    wake(FILL_PLACES)


@receiver(post_save, sender=Reception)
@receiver(m2m_changed, sender=Reception.agents.through)
@receiver(m2m_changed, sender=Team.members.through)
def on_staff_changed(sender, **kwargs):
    wake(FILL_PLACES)


@receiver(event_received, sender=StatusReported)
def on_receipt(sender, event, **kwargs):
    delivery.record_receipt(event)


@receiver(receipts_received)
def on_receipts(sender, events, **kwargs):
    delivery.record_receipts(events)


@receiver(number_held)
def on_number_held(sender, number, **kwargs):
    wake("inbox.tasks.hold_messages", number.pk)


@receiver(number_resumed)
def on_number_resumed(sender, number, **kwargs):
    wake("inbox.tasks.release_messages", number.pk)


@receiver(template_changed)
def on_template_changed(sender, template, **kwargs):
    names = ("id", "name", "language", "category", "status", "quality", "rejected_reason")
    told = {name: getattr(template, name) for name in names}
    feed.tell_beside(FeedKind.TEMPLATE_CHANGED, template.account, template=told)


@receiver(post_save, sender=Reception)
def on_reception_saved(sender, instance, **kwargs):
    events.viewers_changed(number_id=instance.number_id)


@receiver(m2m_changed, sender=Reception.agents.through)
@receiver(m2m_changed, sender=Team.members.through)
@receiver(post_delete, sender=Reception)
@receiver(post_delete, sender=Team)
def on_views_changed(sender, **kwargs):
    events.viewers_changed()


@receiver(user_logged_out)
def on_logged_out(sender, request, user, **kwargs):
    if user is not None and request.session.session_key:
        events.session_ended(request.session.session_key)
