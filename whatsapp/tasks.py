"""What a worker does for the gateway. One line each: the rows say what there is to do."""

from celery import shared_task

from whatsapp import processing, reengagement, template_sync


@shared_task
def forget_bodies():
    processing.forget_bodies()


@shared_task
def process_calls():
    processing.process_waiting()


@shared_task
def process_receipts():
    processing.process_receipts()


@shared_task
def submit_reengagement(account_id):
    reengagement.submit(account_id)


@shared_task
def sweep_calls():
    processing.sweep()


@shared_task
def sync_all_templates():
    template_sync.sync_all()


@shared_task
def sync_templates(account_id):
    template_sync.sync_quietly(account_id)
