"""What workers are woken for. One line each: the row says what is to be done, the sweep finds what was lost."""

from celery import shared_task

from broadcasts import actions, quality
from broadcasts.channels import outcomes
from broadcasts.drafts import lifecycle
from broadcasts.engine import couriers, planning


@shared_task
def carry(courier_id, ticket):
    couriers.carry(courier_id, ticket)


@shared_task
def plan(broadcast_id):
    planning.plan(broadcast_id)


@shared_task
def sweep_lost():
    outcomes.sweep()


@shared_task
def sweep_cancelled():
    actions.sweep_cancelled()


@shared_task
def forget_deleted():
    lifecycle.forget_deleted()


@shared_task
def look_at_quality():
    quality.look_again()


@shared_task
def sweep():
    actions.sweep()
