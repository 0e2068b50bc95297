"""Runs a stack in the foreground: starts its parts in order, keeps them running, stops them together."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from temporalio.client import Client

from interline.runtime.temporal import DATA_CONVERTER, prepare_namespace
from starter.stack import readiness
from starter.stack.clients import api_key, read_clients
from starter.stack.errors import StackError
from starter.stack.keeper import READY_SECONDS, Keeper
from starter.stack.manifest import Manifest
from starter.stack.parts import Part, Site, own_part, temporal_part
from starter.stack.places import write_whole
from starter.stack.sandbox_config import write_sandbox_config

RETENTION_DAYS = 40
"""How long the namespace remembers closed orders, hence duplicates (DESIGN §2)."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the person at the terminal chose. `temporal` is None when a server of somebody else's is used."""

    temporal: Path | None
    restarts: bool
    pace_seconds: float


class Supervisor:
    """One stack. `tell` gets a line for a person at each thing that happens."""

    def __init__(self, site: Site, wishes: Wishes, *, environ: Mapping[str, str], tell: Callable[[str], None]) -> None:
        self._site = site
        self._wishes = wishes
        self._environ = environ
        self._tell = tell
        self._keepers: dict[str, Keeper] = {}
        self._keeping: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()

    async def run(self, on_ready: Callable[[Manifest], None]) -> None:
        """Return after SIGINT or SIGTERM, with every part stopped.

        Raises:
            StackError: a part did not come up.
        """
        self._listen()
        try:
            if await self._unless_stopped(self._start()):
                on_ready(self._write_manifest())
                if self._wishes.restarts:
                    self._keeping = [asyncio.create_task(keeper.keep(self._again)) for keeper in self._keepers.values()]
                await self._stop.wait()
        finally:
            await self._stop_all()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._on_stop)
        loop.add_signal_handler(signal.SIGUSR1, self._on_clients_changed)

    def _on_stop(self) -> None:
        """The second signal of an impatient person ends all at once; nothing that was promised is lost by that."""
        if self._stop.is_set():
            for keeper in self._keepers.values():
                keeper.kill()
        self._stop.set()

    def _on_clients_changed(self) -> None:
        """`interline client add` asks for this. Worker and gateway notice the file by themselves.

        The stack tells of the client once its partners know it, so not before the sandbox was started again.
        """
        try:
            self._configure_sandbox()
        except StackError as error:
            self._tell(str(error))
            return
        if self._wishes.restarts:
            self._keepers["sandbox"].terminate()
        else:
            self._write_manifest()
            self._tell("the sandbox knows the clients as they are now once it is started again")

    async def _unless_stopped(self, work: Awaitable[None]) -> bool:
        task, stopped = asyncio.ensure_future(work), asyncio.create_task(self._stop.wait())
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not task.done():
            task.cancel()
            return False
        task.result()
        return True

    async def _start(self) -> None:
        address = self._site.addresses
        client = await Client.connect(
            address.temporal, namespace=address.namespace, data_converter=DATA_CONVERTER, lazy=True
        )
        await self._start_temporal(client)
        await prepare_namespace(client, retention_days=RETENTION_DAYS)
        self._configure_sandbox()
        began = datetime.now(UTC)
        await asyncio.gather(
            self._begin("sandbox", ready=lambda: readiness.answers_ok(f"{address.sandbox}/healthz")),
            self._begin("worker", ready=lambda: readiness.is_polled(client, since=began)),
            self._begin("gateway", ready=lambda: readiness.answers_ok(f"{address.gateway}/readyz")),
        )

    async def _start_temporal(self, client: Client) -> None:
        async def ready() -> bool:
            return await readiness.serves_namespace(client)

        if self._wishes.temporal:
            await self._begin_part(temporal_part(self._wishes.temporal, self._site, self._environ), ready=ready)
        elif not await readiness.until(ready, timeout_seconds=READY_SECONDS):
            raise StackError(f"Temporal at {self._site.addresses.temporal} does not answer: check TEMPORAL_ADDRESS")

    async def _begin(self, name: str, *, ready: readiness.Check) -> None:
        await self._begin_part(own_part(name, self._site, self._environ), ready=ready)

    async def _begin_part(self, part: Part, *, ready: readiness.Check) -> None:
        self._tell(f"starting {part.name}")
        self._keepers[part.name] = Keeper(part, ready=ready)
        await self._keepers[part.name].start()
        self._tell(f"{part.name} is ready")

    def _configure_sandbox(self) -> None:
        write_sandbox_config(
            self._site.stack,
            ports=self._site.ports,
            addresses=self._site.addresses,
            clients=read_clients(self._site.stack.clients),
            pace_seconds=self._wishes.pace_seconds,
            webhooks_at=f"http://{detour}" if (detour := self._site.detours.get("webhook")) else "",
        )

    async def _again(self, what: str) -> None:
        self._tell(what)
        self._write_manifest()

    def _write_manifest(self) -> Manifest:
        file = self._site.stack.clients
        clients = [(client, api_key(file, client.client_id) or "") for client in read_clients(file)]
        pids = {name: keeper.pid for name, keeper in self._keepers.items()}
        manifest = Manifest.of(self._site.addresses, clients, pids)
        write_whole(self._site.stack.manifest, manifest.model_dump_json(indent=2))
        return manifest

    async def _stop_all(self) -> None:
        """Temporal last, so that the worker can hand in what it has finished."""
        for task in self._keeping:
            task.cancel()
        others = [keeper for name, keeper in self._keepers.items() if name != "temporal"]
        await asyncio.gather(*(keeper.stop() for keeper in others))
        if temporal := self._keepers.get("temporal"):
            await temporal.stop()
