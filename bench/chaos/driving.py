"""The outside world of a chaos run: clients that post, partners that tell, both until they have an answer."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import httpx

from bench.chaos.plan import Plan, PlannedEvent, PlannedOrder, PlannedTrouble
from bench.stack import RunningStack

PATHS: Final = {"outbound": "/v3/fulfillment/outbound/oms", "return": "/v3/fulfillment/inbound"}
AGAIN_SECONDS: Final = 0.5
LATER_SECONDS: Final = 8.0
"""Pauses double up to this: hundreds that ask twice a second took a whole core from what they wait for."""
PATIENCE_SECONDS: Final = 3600.0
"""A partner repeats for hours. An OMS may have to wait for its order until all kills are over."""
CALL_SECONDS: Final = 10.0
AT_A_TIME: Final = 64

Item = TypeVar("Item", PlannedOrder, PlannedEvent, PlannedTrouble)


@dataclass
class ClientLog:
    """What was answered, as the callers wrote it down. `unknown` calls never got an answer that settles them."""

    accepted: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    acknowledged: dict[str, PlannedEvent] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    """How often each answer was given, by who was asked; `none` for a call without an answer."""


class Driver:
    """Carries out a plan. `log` is complete when `run` has returned."""

    def __init__(self, stack: RunningStack, http: httpx.AsyncClient) -> None:
        self._manifest = stack.manifest
        self.http = http
        self._room = asyncio.Semaphore(AT_A_TIME)
        self.log = ClientLog()

    async def run(self, plan: Plan) -> None:
        """Orders, events and troubles, each at its time."""
        await asyncio.gather(
            _each(plan.orders, self._post), _each(plan.events, self._tell), _each(plan.troubles, self._trouble)
        )

    async def tell_late(self, events: Iterable[PlannedEvent]) -> None:
        """Events after the end of their orders."""
        await asyncio.gather(*(self._tell(event) for event in events))

    async def heal(self) -> None:
        """No troubles any more, and none may be left over."""
        await self._until("heal", lambda: self._call("sandbox", "DELETE", f"{self._manifest.sandbox}/_troubles"))

    async def take_over(self) -> None:
        """From here the partners tell nothing by themselves."""
        await self._sandbox("_manual", {"on": True, "confirmation": "webhook"})

    async def _post(self, order: PlannedOrder) -> None:
        client, url = self._manifest.clients[order.client], f"{self._manifest.gateway}{PATHS[order.kind]}"

        async def once() -> bool:
            answer = await self._call("order", "POST", url, json=order.body, headers={"x-api-key": client.api_key})
            if answer is None or answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                return False
            accepted = answer.status_code == httpx.codes.ACCEPTED
            (self.log.accepted if accepted else self.log.refused).add(order.number)
            return True

        await self._until(order.number, once)

    async def _tell(self, event: PlannedEvent) -> None:
        body = {
            "event": event.kind,
            "order": event.order,
            "client_id": self._manifest.clients[event.client].client_id,
            "event_id": event.mark,
            "data": event.data,
            "copies": event.copies,
        }

        async def once() -> bool:
            if event.kind == "order_confirmed" and not await self._registered(event.order):
                return False
            answer = await self._call("sandbox", "POST", f"{self._manifest.sandbox}/_events", json=body)
            if answer is None or answer.is_error:
                return False
            told = [item["gateway_status"] for item in answer.json()]
            self.log.statuses.update(f"webhook {status}" for status in told)
            return httpx.codes.OK in told

        if await self._until(event.mark, once):
            self.log.acknowledged[event.mark] = event

    async def _registered(self, order: str) -> bool:
        """An OMS confirms only what it has, though its answer may have been lost."""
        answer = await self._call("sandbox", "GET", f"{self._manifest.sandbox}/_ledger?order={order}&step=red%203")
        return answer is not None and answer.is_success and any(item["applied"] for item in answer.json()["items"])

    async def _trouble(self, trouble: PlannedTrouble) -> None:
        seconds = 2.0 if trouble.trouble == "slow" else None
        body = {"partner": trouble.partner, "route": trouble.step, "trouble": trouble.trouble, "count": 1}
        await self._sandbox("_troubles", {**body, "seconds": seconds, "order": trouble.order})

    async def _sandbox(self, handle: str, body: dict[str, Any]) -> None:
        url = f"{self._manifest.sandbox}/{handle}"
        await self._until(handle, lambda: self._call("sandbox", "POST", url, json=body))

    async def _until(self, what: str, once: Callable[[], Awaitable[object]]) -> bool:
        """Again and again, as a careful caller does."""
        pause_seconds = AGAIN_SECONDS
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    async with self._room:
                        if await once():
                            return True
                    await asyncio.sleep(pause_seconds)
                    pause_seconds = min(2 * pause_seconds, LATER_SECONDS)
        except TimeoutError:
            self.log.unknown.append(what)
            return False

    async def _call(self, who: str, method: str, url: str, **more: Any) -> httpx.Response | None:  # noqa: ANN401  httpx's own
        try:
            answer = await self.http.request(method, url, timeout=CALL_SECONDS, **more)
        except httpx.HTTPError:
            self.log.statuses[f"{who} none"] += 1
            return None
        self.log.statuses[f"{who} {answer.status_code}"] += 1
        return answer


async def _each(items: Iterable[Item], act: Callable[[Item], Awaitable[None]]) -> None:
    """Each at its own second after the start."""
    begun = asyncio.get_running_loop().time()

    async def at_its_time(item: Item) -> None:
        await asyncio.sleep(begun + item.at_seconds - asyncio.get_running_loop().time())
        await act(item)

    await asyncio.gather(*(at_its_time(item) for item in items))
