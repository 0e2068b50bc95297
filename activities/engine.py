"""What an order asks the engine about itself."""

from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client as Temporal

from interline.domain.calls import CarriedCall, FailedTry, PendingCalls, TryRecord
from interline.errors import Outcome
from interline.names import Activity


class Engine:
    """Temporal as a source of facts."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    @activity.defn(name=Activity.ENGINE_PENDING_CALLS)
    async def pending_calls(self, workflow_id: str) -> PendingCalls:
        """The durable calls under way: key, tries so far, last failure, time of the next try."""
        described = await self._temporal.get_workflow_handle(workflow_id).describe()
        return PendingCalls(
            calls=[await carried(self._temporal, one) for one in described.raw_description.pending_activities]
        )


async def carried(temporal: Temporal, pending: PendingActivityInfo) -> CarriedCall:
    """A call under way as a new history takes it over. A try that is running now may have its effect.

    One that has noted how it ended is over, though the server may not have heard it yet: its pause holds.
    """
    records = await tries_of(temporal, pending)
    made = max(records[-1].number if records else 0, pending.attempt - 1)
    running, failed, next_at = False, _last(pending), next_try(pending)
    if pending.state != PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED:
        noted = records[-1] if records and records[-1].attempt == pending.attempt else None
        if noted:
            failed = FailedTry(outcome=noted.outcome, message=noted.message)
            next_at = noted.at + timedelta(seconds=noted.next_seconds)
        else:
            running, failed = True, _unheard()
    return CarriedCall(
        key=pending.activity_id,
        failed=failed,
        next_at=next_at,
        tries_before=max(made + running, 1),
        records=records,
    )


def _last(pending: PendingActivityInfo) -> FailedTry:
    failure = pending.last_failure
    kind = failure.application_failure_info.type
    known = kind in {outcome.value for outcome in Outcome}
    return FailedTry(outcome=kind if known else Outcome.UNKNOWN.value, message=failure.message or "no answer yet")


def _unheard() -> FailedTry:
    return FailedTry(outcome=Outcome.UNKNOWN.value, message="no answer yet")


async def tries_of(temporal: Temporal, pending: PendingActivityInfo) -> list[TryRecord]:
    """The log of tries of a call under way."""
    decoded = await temporal.data_converter.decode(list(pending.heartbeat_details.payloads))
    return [TryRecord.model_validate(item) for item in decoded]


def next_try(pending: PendingActivityInfo) -> datetime | None:
    """When it is tried again."""
    if not pending.HasField("scheduled_time"):
        return None
    return pending.scheduled_time.ToDatetime(tzinfo=UTC)
