"""Sends what is due, again and again until the gateway takes it."""

import asyncio
from contextlib import suppress

import httpx

from sandbox import flow
from sandbox.events import target_of
from sandbox.outbox import Event, Send
from sandbox.signing import proof_headers
from sandbox.wire import dumps, now
from sandbox.world import World

_TIMEOUT_SECONDS = 10.0
_IN_FLIGHT_AT_MOST = 64
# Shorter than any server keeps an idle connection (uvicorn: 5 s), so that no event meets one that is just being closed.
_IDLE_SECONDS = 2.0


class Sender:
    """The partners' hands. One for the whole sandbox, inside one event loop."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._in_flight: set[int] = set()
        self._http = httpx.AsyncClient(
            timeout=_TIMEOUT_SECONDS,
            trust_env=False,  # a proxy of the environment has no business with loopback
            limits=httpx.Limits(max_connections=256, max_keepalive_connections=64, keepalive_expiry=_IDLE_SECONDS),
        )

    async def run(self) -> None:
        """Send whatever becomes due, until cancelled."""
        async with self._http, asyncio.TaskGroup() as tasks:
            while True:
                at = now().timestamp()
                self._world.outbox.changed.clear()
                for send in self._startable(at):
                    self._in_flight.add(send.number)
                    tasks.create_task(self._deliver(send))
                await self._until_next(at)

    async def post(self, event: Event) -> int | None:
        """One try: the gateway's status, or None when no answer came."""
        target = target_of(self._world.config, event.client_id, event.event)
        if target is None:
            return None
        text = dumps(event.body)
        headers = {"content-type": "application/json", **proof_headers(event, target, text)}
        try:
            response = await self._http.post(event.url, content=text.encode(), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, AttributeError):  # the last: httpcore, of a socket killed meanwhile
            return None
        return response.status_code

    def _startable(self, at: float) -> list[Send]:
        free = _IN_FLIGHT_AT_MOST - len(self._in_flight)
        if self._world.switches.manual or free <= 0:
            return []
        due = self._world.outbox.due(at, limit=_IN_FLIGHT_AT_MOST)
        return [send for send in due if send.number not in self._in_flight][:free]

    async def _deliver(self, send: Send) -> None:
        with self._world.store.transaction():
            if send.attempts == 0:
                flow.happened(self._world, send.event)
            self._world.outbox.begin(send)
        status = await self.post(send.event)
        self._world.outbox.answered(send, status)
        self._in_flight.discard(send.number)
        self._world.outbox.changed.set()

    async def _until_next(self, at: float) -> None:
        """Until something becomes due after `at`, or the schedule changes."""
        next_due = self._world.outbox.next_due(at)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if next_due is None else next_due - now().timestamp()):
                await self._world.outbox.changed.wait()
