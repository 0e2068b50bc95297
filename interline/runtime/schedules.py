"""The Temporal Schedule that compares open orders with the partners, kept as the settings say."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from interline.domain.reconciling import ReconcileInput
from interline.names import ORDER_QUEUE, RECONCILE_SCHEDULE, Workflow


async def keep_reconciling(client: Client, *, every_seconds: float) -> None:
    """Make, change or remove the schedule. Safe to repeat. A run that is due during another is left out."""
    if every_seconds <= 0:
        await _remove(client)
        return
    schedule = _schedule(timedelta(seconds=every_seconds))

    def changed(_: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(schedule=schedule)

    try:
        await client.create_schedule(RECONCILE_SCHEDULE, schedule)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(RECONCILE_SCHEDULE).update(changed)


async def _remove(client: Client) -> None:
    try:
        await client.get_schedule_handle(RECONCILE_SCHEDULE).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


def _schedule(every: timedelta) -> Schedule:
    start = ScheduleActionStartWorkflow(
        Workflow.RECONCILIATION,
        ReconcileInput(),
        id=RECONCILE_SCHEDULE,
        task_queue=ORDER_QUEUE,
        static_summary="compare open orders with the partners",
    )
    return Schedule(action=start, spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]))
