"""What workers are woken for. One line each."""

from celery import shared_task

from automation import ice_breakers, retention
from automation.reactions import timing


@shared_task
def forget_decisions():
    retention.forget_decisions()


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
def sweep_ice_breakers():
    ice_breakers.sweep()


@shared_task
def sweep_settings():
    timing.retime_changed()
