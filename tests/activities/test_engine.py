"""What a new history takes over of a durable call under way: a try that is running now may have its effect."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client

from activities.engine import carried
from interline.domain.calls import CarriedCall, TryRecord
from interline.errors import Outcome
from interline.runtime.temporal import DATA_CONVERTER

STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
SCHEDULED = PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
NOW = datetime.now(UTC)


async def taken_over(
    state: PendingActivityState.ValueType,
    *,
    attempt: int,
    records: int,
    outcome: Outcome | None = Outcome.NOT_SENT,
    pause: float = 0.0,
) -> CarriedCall:
    temporal = await Client.connect("127.0.0.1:1", lazy=True, data_converter=DATA_CONVERTER)
    pending = PendingActivityInfo(activity_id="il-1", state=state, attempt=attempt)
    log = [
        TryRecord(
            number=number,
            at=NOW,
            outcome="NotSent",
            maybe_sent=False,
            attempt=number if pause else 0,
            next_seconds=pause,
        )
        for number in range(1, records + 1)
    ]
    pending.heartbeat_details.payloads.extend(await DATA_CONVERTER.encode(log))
    if outcome:
        pending.last_failure.message = "oms cannot be reached"
        pending.last_failure.application_failure_info.type = outcome.value
    return await carried(temporal, pending)


async def test_a_call_that_waits_for_its_next_try_keeps_its_tries_and_its_failure() -> None:
    call = await taken_over(SCHEDULED, attempt=3, records=2)
    assert (call.tries_before, call.failed.outcome) == (2, Outcome.NOT_SENT)
    assert [record.number for record in call.records] == [1, 2]


@pytest.mark.parametrize(("attempt", "records"), [(3, 2), (1, 0)])
async def test_a_running_try_counts_and_nothing_is_proved_about_it(attempt: int, records: int) -> None:
    call = await taken_over(STARTED, attempt=attempt, records=records, outcome=Outcome.NOT_SENT if records else None)
    assert (call.tries_before, call.failed.outcome) == (attempt, Outcome.UNKNOWN)


async def test_a_try_whose_worker_was_killed_left_no_record_and_counts() -> None:
    call = await taken_over(SCHEDULED, attempt=2, records=0, outcome=None)
    assert (call.tries_before, call.failed.outcome) == (1, Outcome.UNKNOWN)


async def test_a_try_that_has_noted_its_end_is_over_and_its_pause_holds() -> None:
    call = await taken_over(STARTED, attempt=2, records=2, outcome=None, pause=30.0)
    assert (call.tries_before, call.failed.outcome) == (2, Outcome.NOT_SENT)
    assert call.next_at == NOW + timedelta(seconds=30)
