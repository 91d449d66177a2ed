"""What a worker does for the gateway. One line each: the rows say what there is to do."""

from celery import shared_task

from whatsapp import processing


@shared_task
def forget_bodies():
    processing.forget_bodies()


@shared_task
def process_call(call_id):
    processing.process(call_id)


@shared_task
def sweep_calls():
    processing.sweep()
