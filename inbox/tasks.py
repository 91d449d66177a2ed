"""What workers are woken for. One line each: the row says what is to be done, a sweep finds what was lost."""

from celery import shared_task

from inbox import assignment, delivery, health, media, presence, read_marks, timers, webhooks
from inbox.actions import joining
from inbox.models import IdempotencyKey, ShownOnce
from inbox.moves import DELIVER
from whatsapp.wake import each_for


@shared_task
def deliver():
    for thread_id in each_for(DELIVER):
        delivery.deliver_next(thread_id)


@shared_task
def deliver_webhooks(subscription_id):
    webhooks.deliver(subscription_id)


@shared_task
def fetch_attachment(attachment_id):
    media.fetch(attachment_id)


@shared_task
def fill_places():
    assignment.fill_places()


@shared_task
def heartbeat():
    health.beat()


@shared_task
def fire_timers():
    timers.fire_due()


@shared_task
def fire_timers_of(thread_id):
    timers.fire_of(thread_id)


@shared_task
def forget_feed():
    webhooks.forget()


@shared_task
def forget_idempotency_keys():
    IdempotencyKey.forget_old()


@shared_task
def forget_secrets_not_seen():
    ShownOnce.forget_old()


@shared_task
def forget_unsent_uploads():
    media.forget_unsent()


@shared_task
def hold_messages(number_id):
    delivery.hold_messages(number_id)


@shared_task
def join_contacts(keep_id, absorb_id):
    joining.join_contacts(keep_id, absorb_id)


@shared_task
def mend_webhook_lanes():
    webhooks.mend_lanes()


@shared_task
def publish_events():
    webhooks.publish()


@shared_task
def release_messages(number_id):
    delivery.release_messages(number_id)


@shared_task
def show_read(conversation_id, agent_id=None):
    read_marks.mark_read_on_whatsapp(conversation_id, agent_id)


@shared_task
def show_typing(conversation_id, agent_id=None):
    read_marks.typing(conversation_id, agent_id)


@shared_task
def sweep_absence():
    presence.sweep_absence()


@shared_task
def sweep_attachments():
    media.sweep()


@shared_task
def sweep_deliveries():
    delivery.sweep()


@shared_task
def sweep_webhooks():
    webhooks.sweep()
    webhooks.tell_admins()


@shared_task
def tell_admins_of_webhooks():
    webhooks.tell_admins()
