"""What is true after a run, as witnesses outside our processes have it: ledger, inbox, Temporal's histories."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import httpx
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory

from bench.chaos.plan import PlannedOrder
from interline.domain.base import JsonObject
from interline.names import Workflow, order_workflow_id, stray_workflow_id
from interline.runtime.temporal import DATA_CONVERTER
from starter.demo.handles import InboxItem, LedgerItem
from starter.stack.manifest import Manifest

AT_A_TIME: Final = 8


@dataclass(frozen=True, kw_only=True)
class Story:
    """One order number: what each witness knows of it."""

    number: str
    exists: bool
    closed: bool
    order_status: str
    calls: list[LedgerItem]
    inbox: list[InboxItem]
    signals: list[JsonObject] = field(default_factory=list)
    """Events in the order's own history, in its order."""
    kept: list[JsonObject] = field(default_factory=list)
    """Events in its `Stray`."""


@dataclass(frozen=True)
class Witnesses:
    """Where the truth is asked for."""

    manifest: Manifest
    temporal: Client
    http: httpx.AsyncClient

    @classmethod
    async def of(cls, manifest: Manifest, http: httpx.AsyncClient) -> "Witnesses":
        """Connect to the stack's Temporal."""
        client = await Client.connect(
            manifest.temporal, namespace=manifest.namespace, data_converter=DATA_CONVERTER, lazy=True
        )
        return cls(manifest, client, http)

    async def open_workflows(self) -> int:
        """How many workflows of any type still run."""
        return (await self.temporal.count_workflows("ExecutionStatus = 'Running'")).count

    async def open_orders(self) -> int:
        """How many orders still run."""
        query = f"ExecutionStatus = 'Running' AND WorkflowType = '{Workflow.ORDER}'"
        return (await self.temporal.count_workflows(query)).count

    async def histories(self) -> list[WorkflowHistory]:
        """Every history there is."""
        return [history async for history in self.temporal.list_workflows().map_histories()]

    async def stories(self, orders: Iterable[PlannedOrder], histories: list[WorkflowHistory]) -> list[Story]:
        """One story per planned order, whether it was accepted or not."""
        by_id: dict[str, list[WorkflowHistory]] = defaultdict(list)
        for history in histories:
            by_id[history.workflow_id].append(history)
        room = asyncio.Semaphore(AT_A_TIME)

        async def one(order: PlannedOrder) -> Story:
            async with room:
                return await self._story(order, by_id)

        return await asyncio.gather(*(one(order) for order in orders))

    async def _story(self, order: PlannedOrder, by_id: dict[str, list[WorkflowHistory]]) -> Story:
        client_id = self.manifest.clients[order.client].client_id
        runs = by_id.get(order_workflow_id(client_id, order.number), [])
        strays = by_id.get(stray_workflow_id(client_id, order.number), [])
        return Story(
            number=order.number,
            exists=bool(runs),
            closed=any(map(_closed, runs)),
            order_status=next((status for run in runs if (status := _status(run))), ""),
            calls=[LedgerItem.model_validate(item) for item in await self._items("_ledger", order.number)],
            inbox=[InboxItem.model_validate(item) for item in await self._items("_inbox", order.number)],
            signals=[event for run in runs for event in _signals(run)],
            kept=[told for run in strays for kept in _signals(run) if isinstance(told := kept["event"], dict)],
        )

    async def _items(self, handle: str, order: str) -> list[JsonObject]:
        answer = await self.http.get(f"{self.manifest.sandbox}/{handle}", params={"order": order}, timeout=30.0)
        items: list[JsonObject] = answer.raise_for_status().json()["items"]
        return items


def _signals(history: WorkflowHistory) -> list[JsonObject]:
    signaled = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    return [
        json.loads(event.workflow_execution_signaled_event_attributes.input.payloads[0].data)
        for event in history.events
        if event.event_type == signaled
    ]


def _closed(history: WorkflowHistory) -> bool:
    return history.events[-1].HasField("workflow_execution_completed_event_attributes")


def _status(history: WorkflowHistory) -> str:
    """The order's status in its result; empty while it has none."""
    if not _closed(history):
        return ""
    payloads = history.events[-1].workflow_execution_completed_event_attributes.result.payloads
    return str(json.loads(payloads[0].data).get("order_status", ""))
