"""The designs we compare with, on the same server in a worker of their own: `python -m bench.reference STUB_URL`.

`Bound`: our own command counts with empty work (`bench.script`). `Naive`: what tutorials do, a parent with two
children, each of the eighteen calls a regular activity with the whole order as its input.
"""

import asyncio
import sys
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from typing import Final

from temporalio import activity, workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

with workflow.unsafe.imports_passed_through():  # as our own worker does with what its workflows use
    import aiohttp
    from uvicorn.loops.auto import auto_loop_factory

    from bench.script import Script, Turn
    from interline.attributes import NEEDS_ATTENTION
    from interline.domain.base import JsonObject
    from interline.runtime import collector
    from interline.runtime.temporal import connect
    from worker import POLLERS, SLOTS

QUEUE: Final = "bench-reference"
LIMIT: Final = timedelta(seconds=10)
RED: Final = ("oms", "client", "client", "wms")
BLUE: Final = ("logistics", "client", "oms", "logistics")
CALLS_PER_STATUS: Final = ("oms", "client")


class Work:
    """The activities of all reference designs."""

    def __init__(self, http: aiohttp.ClientSession, stub_url: str) -> None:
        self._http = http
        self._stub_url = stub_url

    @activity.defn(name="bench.nothing")
    async def nothing(self, url: str) -> None:
        """One HTTP call, or nothing at all."""
        if url:
            await _sent(self._http.post(f"{url}/bench", data=b"{}"))

    @activity.defn(name="bench.tell")
    async def tell(self, mark: str) -> None:
        """One client webhook."""
        await _sent(self._http.post(f"{self._stub_url}/client", data=b'{"chaos":"%s"}' % mark.encode()))

    @activity.defn(name="bench.call")
    async def call(self, order: JsonObject) -> JsonObject:
        """One HTTP call with the whole order."""
        return {"status": await _sent(self._http.post(f"{self._stub_url}/bench", json=order))}


async def _sent(request: AbstractAsyncContextManager[aiohttp.ClientResponse]) -> int:
    """The status of the answer, which is read to its end."""
    async with request as answer:
        await answer.read()
        return answer.status


@workflow.defn(name="Bound")
class Bound:
    """Does a script."""

    def __init__(self) -> None:
        self._signals = 0
        self._done = 0
        self._timers: list[asyncio.Task[None]] = []
        self._running: set[asyncio.Task[None]] = set()

    @workflow.run
    async def run(self, script: Script) -> None:
        """Each turn when its wake-up is there."""
        for turn in script.turns:
            await workflow.wait_condition(partial(self._is_due, turn))
            await self._turn(turn, script.stub_url)

    @workflow.signal(name="tell")
    def tell(self, _: str) -> None:
        """One byte."""
        self._signals += 1

    def _is_due(self, turn: Turn) -> bool:
        return self._signals >= turn.signals and self._done >= turn.done

    async def _turn(self, turn: Turn, url: str) -> None:
        for _ in range(turn.locals):
            await workflow.execute_local_activity_method(Work.nothing, url, start_to_close_timeout=LIMIT)
        self._timers += [asyncio.create_task(workflow.sleep(3600)) for _ in range(turn.timers)]
        if turn.timers:
            await asyncio.sleep(0)
        for _ in range(turn.cancelled):
            self._timers.pop(0).cancel()
        for _ in range(turn.upserts):
            workflow.upsert_search_attributes([NEEDS_ATTENTION.value_set(False)])
        self._running |= {asyncio.create_task(self._regular(url)) for _ in range(turn.activities)}

    async def _regular(self, url: str) -> None:
        await workflow.execute_activity_method(Work.nothing, url, start_to_close_timeout=LIMIT)
        self._done += 1


@workflow.defn(name="Echo")
class Echo:
    """Webhook in, webhook out, and nothing else."""

    def __init__(self) -> None:
        self._marks: list[str] = []

    @workflow.run
    async def run(self, _stub_url: str) -> None:
        """Until terminated."""
        while True:
            await workflow.wait_condition(lambda: bool(self._marks))
            await workflow.execute_local_activity_method(Work.tell, self._marks.pop(0), start_to_close_timeout=LIMIT)

    @workflow.signal(name="tell")
    def tell(self, mark: str) -> None:
        """A webhook."""
        self._marks.append(mark)


@workflow.defn(name="Naive")
class Naive:
    """The parent."""

    @workflow.run
    async def run(self, order: JsonObject) -> None:
        """One child per track."""
        me = workflow.info().workflow_id
        await asyncio.gather(
            workflow.execute_child_workflow(NaiveRed.run, order, id=f"{me}-red"),
            workflow.execute_child_workflow(NaiveBlue.run, order, id=f"{me}-blue"),
        )


async def _calls(order: JsonObject, who: tuple[str, ...]) -> None:
    for _ in who:
        await workflow.execute_activity_method(Work.call, order, start_to_close_timeout=LIMIT)


@workflow.defn(name="NaiveRed")
class NaiveRed:
    """Create, confirmation, its webhook, PGI, its webhook, WMS."""

    def __init__(self) -> None:
        self._told = 0

    @workflow.run
    async def run(self, order: JsonObject) -> None:
        """Two signals come."""
        await _calls(order, RED[:1])
        await workflow.wait_condition(lambda: self._told >= 1)
        await _calls(order, RED[1:2])
        await workflow.wait_condition(lambda: self._told >= 2)  # noqa: PLR2004  confirmation and PGI
        await _calls(order, RED[2:])

    @workflow.signal(name="tell")
    def tell(self, _: JsonObject) -> None:
        """Confirmation, then PGI."""
        self._told += 1


@workflow.defn(name="NaiveBlue")
class NaiveBlue:
    """Price, its webhook, record, register, then two calls per status."""

    def __init__(self) -> None:
        self._told = 0

    @workflow.run
    async def run(self, order: JsonObject) -> None:
        """Five signals come."""
        await _calls(order, BLUE)
        for status in range(5):
            await workflow.wait_condition(partial(self._has_heard, status))
            await _calls(order, CALLS_PER_STATUS)

    def _has_heard(self, status: int) -> bool:
        return self._told > status

    @workflow.signal(name="tell")
    def tell(self, _: JsonObject) -> None:
        """A status."""
        self._told += 1


async def main(stub_url: str) -> None:
    """Work until killed, with the settings of our own worker."""
    collector.settle()
    async with aiohttp.ClientSession(trust_env=False) as http:
        work = Work(http, stub_url)
        await Worker(
            await connect(),
            task_queue=QUEUE,
            workflows=[Bound, Echo, Naive, NaiveRed, NaiveBlue],
            activities=[work.nothing, work.call, work.tell],
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_cached_workflows=1000,
            max_concurrent_workflow_tasks=SLOTS,
            max_concurrent_workflow_task_polls=POLLERS,
            max_concurrent_local_activities=SLOTS,
        ).run()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(main(sys.argv[1]))
