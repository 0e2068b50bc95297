"""Orders on the session's stack: sent by HTTP as a client does, looked at by history and by what partners received."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

import worker
from interline.domain.base import JsonObject
from interline.names import STATUS_QUERY, order_workflow_id
from interline.runtime.temporal import DATA_CONVERTER
from starter.demo.handles import InboxItem
from tests.builders import an_outbound, number_of
from tests.catalogue import fitting
from tests.stack.driver import INBOUND, OUTBOUND, Stack

STATUSES = (1030, 1160, 1180, 1190, 2000)
LOOK_AGAIN_SECONDS = 0.25
PATIENCE_SECONDS = 30.0


@dataclass
class Flow:
    """Orders of the first client, one step at a time: partners send only what a test asks for."""

    stack: Stack
    temporal: Client
    client_id: str
    numbers: list[str] = field(default_factory=list)
    """Orders of this test; their histories are replayed at its end."""

    def order(self, body: JsonObject | None = None) -> str:
        """Red 1 and red 2; the order's number."""
        body = body or an_outbound()
        data = body["data"]
        returned = isinstance(data, dict) and "inbound" in data
        answer = self.stack.post(INBOUND if returned else OUTBOUND, body)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        self.numbers.append(number_of(body))
        return self.numbers[-1]

    async def event(self, name: str, number: str, **more: object) -> list[JsonObject]:
        """A partner's webhook, sent when all before is worked off, and worked off itself."""
        answers = await asyncio.to_thread(self.stack.send_event, name, number, **more)
        assert {answer["gateway_status"] for answer in answers} == {httpx.codes.OK}
        await self.quiet(number)
        return answers

    async def statuses(self, number: str, *codes: int) -> None:
        """Blue 7, status by status."""
        for code in codes:
            await self.event("shipment_status", number, data={"code": code})

    async def quiet(self, number: str) -> None:
        """Until nothing is pending and the history does not grow any more."""
        await self.settled(self.workflow_id(number))

    async def settled(self, workflow_id: str) -> None:
        """The same of any workflow."""
        handle, before = self.temporal.get_workflow_handle(workflow_id), -1
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                raw = (await handle.describe()).raw_description
                length = raw.workflow_execution_info.history_length
                if length == before and not raw.pending_activities and not raw.HasField("pending_workflow_task"):
                    return
                before = length
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def view(self, number: str) -> dict[str, Any]:
        """The order as of now, by its query."""
        handle = self.temporal.get_workflow_handle(self.workflow_id(number))
        seen: dict[str, Any] = await handle.query(STATUS_QUERY)
        return seen

    async def ended(self, number: str) -> dict[str, Any]:
        """The order's last view: the result of its workflow."""
        handle = self.temporal.get_workflow_handle(self.workflow_id(number))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                result: dict[str, Any] = await handle.result()
                return result
        except TimeoutError:
            view = await self.view(number)
            raise AssertionError(f"{number} did not end: {view['why']} {view['next']} {view['steps']}") from None

    async def history(self, number: str) -> WorkflowHistory:
        """As the server has it now."""
        return await self.temporal.get_workflow_handle(self.workflow_id(number)).fetch_history()

    async def transitions(self, number: str) -> int:
        """What the server pays for: state transitions of the order so far."""
        described = await self.temporal.get_workflow_handle(self.workflow_id(number)).describe()
        return described.raw_description.workflow_execution_info.state_transition_count

    def webhooks(self, number: str) -> list[InboxItem]:
        """What the client received, in the order of arrival."""
        return self.stack.inbox(number)

    def told(self, number: str) -> list[str]:
        """The events of `webhooks`."""
        return [str(item.event) for item in self.webhooks(number)]

    def bodies(self, number: str, step: str) -> list[dict[str, Any]]:
        """The bodies partners received for one arrow."""
        return [json.loads(item.body_raw) for item in self.stack.ledger(number, step=step) if item.method != "GET"]

    def workflow_id(self, number: str) -> str:
        """Of an order of the first client."""
        return order_workflow_id(self.client_id, number)

    def check_webhooks(self) -> None:
        """What the client received of each order: no gaps, each id once, good signatures, bodies of the catalogue."""
        for number in self.numbers:
            taken = [item for item in self.webhooks(number) if item.status == httpx.codes.OK]
            numbered = [item.sequence for item in taken if item.sequence]
            assert numbered == list(range(1, len(numbered) + 1)), "late ones have no number"
            assert len({item.webhook_id for item in taken}) == len(taken)
            assert all(item.verified for item in self.webhooks(number))
            for item in taken:
                fitting(str(item.event), item.body_raw)

    async def replay(self) -> None:
        """Every order of this test again, from its history, as a worker that knows nothing of it would."""
        await replayer().replay_workflows(self._histories())

    async def _histories(self) -> AsyncIterator[WorkflowHistory]:
        for number in dict.fromkeys(self.numbers):
            yield await self.history(number)


def replayer() -> Replayer:
    """With the worker's own workflows, sandbox and converter."""
    return Replayer(workflows=worker.WORKFLOWS, workflow_runner=worker.runner(), data_converter=DATA_CONVERTER)


def counted(history: WorkflowHistory) -> Counter[str]:
    """Events by type, local activities and patches apart (both are markers)."""
    return Counter(_kinds(history))


def _kinds(history: WorkflowHistory) -> Iterator[str]:
    for event in history.events:
        marker = event.marker_recorded_event_attributes.marker_name
        yield marker or EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")


def by_formula(events: Counter[str]) -> int:
    """`2 + 3·W + 3·A + L + S + 2·U + 2·T + K` (DESIGN §2)."""
    return (
        2
        + 3 * events["WORKFLOW_TASK_COMPLETED"]
        + 3 * events["ACTIVITY_TASK_SCHEDULED"]
        + events["core_local_activity"]
        + events["WORKFLOW_EXECUTION_SIGNALED"]
        + 2 * events["WORKFLOW_EXECUTION_UPDATE_ACCEPTED"]
        + 2 * events["TIMER_STARTED"]
        + events["UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"]
        + events["core_patch"]
    )
