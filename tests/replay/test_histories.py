"""Recorded orders replay with today's workflows; a change that open orders would not survive fails here."""

import copy
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.workflow import NondeterminismError

from tests.flows.support import replayer
from tests.replay.record import HISTORIES
from tests.replay.recorded import ALONE, IMPATIENT, TOGETHER

DURABLE = "local_then_durable"
each_history = pytest.mark.parametrize("path", sorted(HISTORIES.glob("*.json")), ids=lambda path: path.stem)


def read(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())


def test_all_that_is_recorded_is_here() -> None:
    kept = {path.stem.rstrip("_0123456789") for path in HISTORIES.glob("*.json")}
    assert kept == {*TOGETHER, *ALONE, *IMPATIENT}, "run `make record`"


@each_history
async def test_a_recorded_history_replays(path: Path) -> None:
    await replayer().replay_workflow(read(path))


@each_history
async def test_it_replays_from_every_point_at_which_a_worker_may_have_died(path: Path) -> None:
    history = read(path)
    ends = [index for index, event in enumerate(history.events) if event.event_type == _STARTED]
    failed = await failures(cut(history, end) for end in ends)
    assert not any(failed), f"cut after event {ends[[*map(bool, failed)].index(True)] + 1}: {failed}"


@each_history
async def test_negative_control_altered_in_one_place_it_does_not_replay(path: Path) -> None:
    """Cut after its last command and unaltered, it does; with a foreign command in that one's place it must not."""
    history = read(path)
    last = max(index for index, event in enumerate(history.events) if event.event_type in COMMANDS)
    right, wrong = await failures([cut(history, last), foreign(history, last)])
    assert right is None
    assert isinstance(wrong, NondeterminismError), wrong


_STARTED = EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
_SCHEDULED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
_TIMER = EventType.EVENT_TYPE_TIMER_STARTED
COMMANDS: Final = {
    _SCHEDULED,
    _TIMER,
    EventType.EVENT_TYPE_MARKER_RECORDED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
}
"""What a workflow's own decision leaves in its history."""


async def failures(histories: Iterable[WorkflowHistory]) -> list[Exception | None]:
    """Of each, by one replayer: to build one costs more than a replay."""

    async def each() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    async with replayer().workflow_replay_iterator(each()) as results:
        return [result.replay_failure async for result in results]


def cut(history: WorkflowHistory, last: int) -> WorkflowHistory:
    """Up to and with this event."""
    return WorkflowHistory(history.workflow_id, history.events[: last + 1])


def foreign(history: WorkflowHistory, last: int) -> WorkflowHistory:
    """Cut, with a timer in the place of the last command; a call of another kind in that of a timer."""
    *before, event = history.events[: last + 1]
    other = HistoryEvent(event_id=event.event_id, event_time=event.event_time, task_id=event.task_id)
    if event.event_type == _TIMER:
        other.event_type = _SCHEDULED
        other.activity_task_scheduled_event_attributes.activity_id = "1"
        other.activity_task_scheduled_event_attributes.activity_type.name = "wms.another_call"
    else:
        other.event_type = _TIMER
        other.timer_started_event_attributes.timer_id = "1"
        other.timer_started_event_attributes.start_to_fire_timeout.seconds = 5
    return WorkflowHistory(history.workflow_id, [*before, other])


async def test_negative_control_a_history_with_another_call_does_not_replay() -> None:
    """The same command, but for its name."""
    history = read(HISTORIES / f"{DURABLE}.json")
    last = max(index for index, event in enumerate(history.events) if event.event_type == _SCHEDULED)
    altered = [copy.deepcopy(event) for event in history.events[: last + 1]]
    altered[-1].activity_task_scheduled_event_attributes.activity_type.name = "wms.another_call"
    right, wrong = await failures([cut(history, last), WorkflowHistory(history.workflow_id, altered)])
    assert right is None
    assert isinstance(wrong, NondeterminismError), wrong
