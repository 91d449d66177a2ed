"""What workers are woken for. One line each: the row says what is to be done, a sweep finds what was lost."""

from celery import shared_task

from inbox import assignment, delivery, health, presence
from inbox.actions import linking


@shared_task
def deliver(thread_id):
    delivery.deliver_next(thread_id)


@shared_task
def fill_places():
    assignment.fill_places()


@shared_task
def heartbeat():
    health.beat()


@shared_task
def hold_messages(number_id):
    delivery.hold_messages(number_id)


@shared_task
def join_contacts(keep_id, absorb_id):
    linking.join_contacts(keep_id, absorb_id)


@shared_task
def release_messages(number_id):
    delivery.release_messages(number_id)


@shared_task
def sweep_absence():
    presence.sweep_absence()


@shared_task
def sweep_deliveries():
    delivery.sweep()
