"""What workers are woken for. One line each."""

from celery import shared_task

from automation import ice_breakers, retention
from automation.api import answers
from automation.reactions import timing
from automation.relay import sending, sweeping


@shared_task
def forget_decisions():
    retention.forget_decisions()


@shared_task
def forget_relays():
    retention.forget_relays()


@shared_task
def push_ice_breakers(number_id):
    ice_breakers.push(number_id)


@shared_task
def read_ice_breakers(number_id):
    ice_breakers.read(number_id)


@shared_task
def retime_number(number_id):
    timing.retime_number(number_id)


@shared_task
def send_relays(thread_id):
    sending.send_next(thread_id, answers.read)


@shared_task
def sweep_ice_breakers():
    ice_breakers.sweep()


@shared_task
def sweep_settings():
    timing.retime_changed()


@shared_task
def sweep_relays():
    sweeping.sweep()
