"""What workers are woken for. One line each."""

from celery import shared_task

from automation import retention


@shared_task
def forget_decisions():
    retention.forget_decisions()
