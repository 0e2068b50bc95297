"""`make record`: carry orders on a real stack and keep their histories as fixtures of the replay tests.

Run it deliberately: before the first release, when no order is open anywhere, or to add a history beside those that
stay. The data is synthetic; only stack traces go, because they name places of the machine.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import JsonValue
from temporalio.client import Client

from interline.names import order_workflow_id, quote_workflow_id, stray_workflow_id
from interline.runtime.temporal import DATA_CONVERTER
from tests.flows import scenarios
from tests.flows.support import Flow
from tests.stack.driver import Stack

HISTORIES: Final = Path(__file__).parent / "histories"

Scenario = Callable[[Flow], Awaitable[str]]
WorkflowId = Callable[[str, str], str]

RECORDED: Final[dict[str, tuple[Scenario, WorkflowId]]] = {
    "outbound_lookup": (scenarios.outbound, order_workflow_id),
    "outbound_honoured": (partial(scenarios.outbound, keys="honoured"), order_workflow_id),
    "outbound_confirmed_in_the_answer": (scenarios.confirmed_in_the_answer, order_workflow_id),
    "outbound_rejected": (scenarios.rejected, order_workflow_id),
    "return": (scenarios.returned, order_workflow_id),
    "local_then_durable": (scenarios.fallback, order_workflow_id),
    "attention_skipped": (scenarios.skipped, order_workflow_id),
    "domestic_pricing": (scenarios.quoted, quote_workflow_id),
    "stray": (scenarios.early, stray_workflow_id),
}
"""What is recorded: how it comes about, and which workflow's history it is."""


async def record(stack: Stack) -> None:
    """Write every fixture anew."""
    manifest = stack.manifest
    temporal = await Client.connect(manifest.temporal, namespace=manifest.namespace, data_converter=DATA_CONVERTER)
    client_id = manifest.clients[0].client_id
    for name, (scenario, workflow_id) in RECORDED.items():
        stack.manual(on=True, confirmation="none")
        stack.partner("oms", keys="lookup")
        stack.no_troubles()
        key = await scenario(Flow(stack, temporal, client_id))
        history = await temporal.get_workflow_handle(workflow_id(client_id, key)).fetch_history()
        (HISTORIES / f"{name}.json").write_text(json.dumps(_without_traces(history.to_json_dict()), indent=1) + "\n")
        sys.stdout.write(f"{name}: {len(history.events)} events\n")


def _without_traces(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: _without_traces(inner) for name, inner in value.items() if name != "stackTrace"}
    return [_without_traces(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    """Start a stack of our own, record, stop it."""
    HISTORIES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as state, Stack(Path(state) / "recorded", os.environ, "--pace", "0.2") as stack:
        asyncio.run(record(stack))


if __name__ == "__main__":
    main()
