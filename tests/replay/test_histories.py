"""Recorded orders replay with today's workflows; a change that open orders would not survive fails here."""

import copy
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
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
    for end in ends:
        await replayer().replay_workflow(WorkflowHistory(history.workflow_id, history.events[: end + 1]))


_STARTED = EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
_SCHEDULED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED


def cut_after_a_durable_call() -> WorkflowHistory:
    """The history of an order whose newest events are the commands of a task: a durable call under way."""
    history = read(HISTORIES / f"{DURABLE}.json")
    last = max(index for index, event in enumerate(history.events) if event.event_type == _SCHEDULED)
    return WorkflowHistory(history.workflow_id, list(history.events[: last + 1]))


async def test_negative_control_a_history_cut_at_an_open_call_replays_and_with_another_call_it_does_not() -> None:
    cut = cut_after_a_durable_call()
    await replayer().replay_workflow(cut)
    altered = [copy.deepcopy(event) for event in cut.events]
    altered[-1].activity_task_scheduled_event_attributes.activity_type.name = "wms.another_call"
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(WorkflowHistory(cut.workflow_id, altered))


async def test_negative_control_a_history_with_a_foreign_timer_does_not_replay() -> None:
    cut = cut_after_a_durable_call()
    altered = [copy.deepcopy(event) for event in cut.events]
    altered[-1].event_type = EventType.EVENT_TYPE_TIMER_STARTED
    altered[-1].ClearField("activity_task_scheduled_event_attributes")
    altered[-1].timer_started_event_attributes.timer_id = "1"
    altered[-1].timer_started_event_attributes.start_to_fire_timeout.seconds = 5
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(WorkflowHistory(cut.workflow_id, altered))
