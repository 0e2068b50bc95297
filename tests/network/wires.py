"""The wires of a stack: one bad network for each connection that a test wants to cut."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Self, TypeVar

from sandbox.fault_proxy import FaultProxy, Way
from starter.stack.addresses import Ports

PARTNERS = ("oms", "wms", "logistics", "webhook")
"""Reached from the worker; `webhook` is the client platform."""
PARTS = ("gateway", "worker")
"""From here to Temporal."""

T = TypeVar("T")


class Wires:
    """Proxies in a thread of their own, for a stack that is started with `options`."""

    def __init__(self) -> None:
        self._ports = Ports.free()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        targets = {**dict.fromkeys(PARTS, self._ports.temporal), **dict.fromkeys(PARTNERS, self._ports.sandbox)}
        self._proxies = {name: FaultProxy(port) for name, port in targets.items()}

    def __enter__(self) -> Self:
        self._thread.start()
        for proxy in self._proxies.values():
            asyncio.run_coroutine_threadsafe(proxy.__aenter__(), self._loop).result(5.0)
        return self

    def __exit__(self, *_: object) -> None:
        for proxy in self._proxies.values():
            asyncio.run_coroutine_threadsafe(proxy.__aexit__(), self._loop).result(5.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def options(self) -> list[str]:
        """Of `interline up`."""
        detours = [("--detour", f"{name}=127.0.0.1:{proxy.port}") for name, proxy in self._proxies.items()]
        return ["--port-base", str(self._ports.gateway), *(word for pair in detours for word in pair)]

    @contextmanager
    def cut(self, ways: Mapping[str, Way]) -> Iterator[None]:
        """These wires, each that way, during the block."""
        with ExitStack() as cuts:
            for name, way in ways.items():
                proxy = self._proxies[name]
                self._there(partial(proxy.cut, way))
                cuts.callback(self._there, proxy.heal)
            yield

    def reset(self, name: str) -> int:
        """Every open connection; how many."""
        return self._there(self._proxies[name].reset)

    def carried(self, name: str) -> int:
        """How many connections that wire has carried so far."""
        return self._proxies[name].carried

    def _there(self, act: Callable[[], T]) -> T:
        async def acted() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(acted(), self._loop).result(5.0)
