"""`make record`: carry orders on a real stack and keep their histories as fixtures of the replay tests.

Run it deliberately: before the first release, when no order is open anywhere, or to add a history beside those that
stay. `make record ARGS='busy stray'` records only those. The data is synthetic; only stack traces go, because they
name places of the machine.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

from pydantic import JsonValue
from temporalio.client import Client, WorkflowHistory

from interline.runtime.temporal import DATA_CONVERTER
from tests.flows.support import Flow
from tests.replay.recorded import ALONE, IMPATIENT, TOGETHER, Recorded
from tests.stack.driver import Stack
from tests.stack.impatient import impatient_stack

HISTORIES: Final = Path(__file__).parent / "histories"
SIDE_BY_SIDE: Final = 5
DEAD_SOON: Final = ("--delivery-schedule", "0.3,0.3")
"""A client webhook has three tries within a second."""


async def record(stack: Stack, *, together: Mapping[str, Recorded], alone: Mapping[str, Recorded]) -> None:
    """Those that disturb nobody side by side, then the others one after the other."""
    manifest = stack.manifest
    temporal = await Client.connect(manifest.temporal, namespace=manifest.namespace, data_converter=DATA_CONVERTER)
    flow = Flow(stack, temporal, manifest.clients[0].client_id)
    as_ever(stack)
    room = asyncio.Semaphore(SIDE_BY_SIDE)
    await asyncio.gather(*(_keep(name, recorded, flow, room) for name, recorded in together.items()))
    for name, recorded in alone.items():
        as_ever(stack)
        await _keep(name, recorded, flow, room)


def kept(name: str) -> list[Path]:
    """The files of one way: several, when it was continued."""
    return [file for file in sorted(HISTORIES.glob("*.json")) if file.stem.rstrip("_0123456789") == name]


def as_ever(stack: Stack) -> None:
    """Partners tell nothing by themselves and are well; the OMS can be asked by order number."""
    stack.manual(on=True, confirmation="none")
    stack.partner("oms", keys="lookup")
    stack.no_troubles()


async def _keep(name: str, recorded: Recorded, flow: Flow, room: asyncio.Semaphore) -> None:
    async with room:
        key = await recorded.carry(flow)
    workflow_id = recorded.workflow_id(flow.client_id, key)
    await flow.settled(workflow_id)
    for file in kept(name):
        file.unlink()
    for place, history in enumerate([one async for one in _histories(flow.temporal, workflow_id)]):
        file = HISTORIES / f"{name}{f'_{place + 1}' if place else ''}.json"
        file.write_text(json.dumps(_without_traces(history.to_json_dict()), indent=1) + "\n")
        sys.stdout.write(f"{file.stem}: {len(history.events)} events\n")


async def _histories(temporal: Client, workflow_id: str) -> AsyncIterator[WorkflowHistory]:
    """Each of the histories in which a workflow was continued, the first one first."""
    described = await temporal.get_workflow_handle(workflow_id).describe()
    run_id = described.raw_description.workflow_execution_info.first_run_id
    while run_id:
        history = await temporal.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        yield history
        run_id = history.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id


def _without_traces(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _without_traces(inner) for name, inner in value.items() if name != "stackTrace"}
    return [_without_traces(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    """Start stacks of our own, record, stop them."""
    HISTORIES.mkdir(exist_ok=True)
    asked = set(sys.argv[1:]) or {*TOGETHER, *ALONE, *IMPATIENT}
    together, alone, impatient = (
        {name: recorded for name, recorded in known.items() if name in asked} for known in (TOGETHER, ALONE, IMPATIENT)
    )
    with tempfile.TemporaryDirectory() as root:
        if together or alone:
            with Stack(Path(root) / "recorded", os.environ, "--pace", "0.2", *DEAD_SOON) as stack:
                asyncio.run(record(stack, together=together, alone=alone))
        if impatient:
            with impatient_stack(Path(root), os.environ) as stack:
                asyncio.run(record(stack, together={}, alone=impatient))


if __name__ == "__main__":
    main()
