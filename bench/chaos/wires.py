"""The wires of a chaos run: a bad network for each that is to be cut, nothing in between for the others."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bench.chaos.plan import PlannedCut
from sandbox.fault_proxy import FaultProxy
from starter.stack.addresses import Ports


@dataclass(frozen=True)
class Wires:
    """Proxies by the name of their wire; `options` of `interline up` lead through them."""

    proxies: dict[str, FaultProxy]
    options: Sequence[str]

    @staticmethod
    @asynccontextmanager
    async def of(cuts: Iterable[PlannedCut]) -> "AsyncIterator[Wires]":
        """Those that will be cut, before a stack that is not there yet."""
        ports, names = Ports.free(), sorted({cut.wire for cut in cuts})
        async with AsyncExitStack() as open_ones:
            proxies = {
                name: await open_ones.enter_async_context(
                    FaultProxy(ports.temporal if name in {"gateway", "worker"} else ports.sandbox)
                )
                for name in names
            }
            detours = [f"{name}=127.0.0.1:{proxy.port}" for name, proxy in proxies.items()]
            base = ("--port-base", str(ports.gateway))
            yield Wires(proxies, [*base, *(word for each in detours for word in ("--detour", each))])

    async def cut(self, planned: PlannedCut) -> None:
        """At its time, for its time."""
        await asyncio.sleep(planned.at_seconds)
        self.proxies[planned.wire].cut(planned.way)
        try:
            await asyncio.sleep(planned.lasts_seconds)
        finally:
            self.proxies[planned.wire].heal()
