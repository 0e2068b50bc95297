"""What is measured: one Temporal server, one stub for all partners, our worker and gateway, the reference worker.

The server is the development server on a SQLite file (journal and fsync as in `interline up`), or one on PostgreSQL
(`bench.temporal_postgres`); rate limits are raised (`RAISED_LIMITS`): else they are what is measured.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from temporalio.client import Client

from bench import temporal_postgres
from bench.postgres import Postgres
from bench.processes import Process, free_port, listens, until
from interline.runtime.temporal import DATA_CONVERTER, prepare_namespace
from interline.runtime.temporal_server import find_or_build, start_command
from starter.stack import readiness
from starter.stack.clients import Surroundings, api_key, enroll, read_clients
from starter.stack.manifest import ClientEntry
from starter.stack.parts import SHORT_SCHEDULE_SECONDS

CLIENT_ID: Final = "bench-shop"
RETENTION_DAYS: Final = 40
START_SECONDS: Final = 60.0
ATTRIBUTES_KNOWN_SECONDS: Final = 15.0
"""Each service of a production server learns new search attributes from a cache of its own, and refuses them before."""


@dataclass(kw_only=True)
class System:
    """All processes and how they are reached."""

    root: Path
    ports: dict[str, int]
    environ: dict[str, str]
    temporal: Client
    client: ClientEntry
    processes: dict[str, Process] = field(default_factory=dict)

    @property
    def gateway_url(self) -> str:
        """The client API and the partners' webhooks."""
        return f"http://127.0.0.1:{self.ports['gateway']}"

    @property
    def stub_url(self) -> str:
        """All partners."""
        return f"http://127.0.0.1:{self.ports['stub']}"

    def account(self, worker: str, *others: str) -> dict[str, Process]:
        """Whose CPU counts for a design: this worker, these others, and everybody's Temporal, database and stub."""
        shared = {"engine": "temporal", "database": "database", "stub": "stub"}
        names = {"worker": worker, **{other: other for other in others}, **shared}
        return {what: self.processes[name] for what, name in names.items() if name in self.processes}

    def start(self, name: str, module: str, *arguments: str) -> Process:
        """One of our Python processes, fresh."""
        argv = [sys.executable, "-P", "-m", module, *arguments]
        self.processes[name] = Process(name, argv, environ=self.environ, log=self.root / f"{name}.log")
        return self.processes[name]

    def start_worker(self) -> Process:
        """Our worker."""
        return self.start("worker", "worker")

    def kill(self, name: str) -> None:
        """Dead, at once."""
        self.processes[name].stop(signal.SIGKILL)


@asynccontextmanager
async def system(root: Path, database: Postgres | None = None) -> AsyncIterator[System]:
    """Start everything, Temporal on that database if there is one; kill everything at the end but the database."""
    ports = {name: free_port() for name in ("temporal", "stub", "gateway")}
    temporal = (
        _development_server(root, ports)
        if database is None
        else temporal_postgres.start(root, database, port=ports["temporal"], say=_say)
    )
    here = System(
        root=root,
        ports=ports,
        environ=_environ(root, ports),
        temporal=await Client.connect(
            f"127.0.0.1:{ports['temporal']}", data_converter=DATA_CONVERTER, lazy=True, namespace="default"
        ),
        client=_enrolled(root, ports),
        processes={"temporal": temporal, **({"database": database.process} if database else {})},
    )
    try:
        await _start(here)
        yield here
    finally:
        for name in here.processes.keys() - {"database"}:
            here.kill(name)


def _development_server(root: Path, ports: dict[str, int]) -> Process:
    argv = start_command(find_or_build(_say), port=ports["temporal"], db_file=root / "temporal.db", raised_limits=True)
    return Process("temporal", argv, environ=os.environ, log=root / "temporal.log")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def _start(here: System) -> None:
    here.start("stub", "bench.stub", str(here.ports["stub"]))
    if "database" in here.processes and not await readiness.until(
        partial(temporal_postgres.registered, here.temporal), timeout_seconds=START_SECONDS
    ):
        raise TimeoutError("Temporal on PostgreSQL does not answer")
    if not await readiness.until(lambda: readiness.serves_namespace(here.temporal), timeout_seconds=START_SECONDS):
        raise TimeoutError("Temporal does not answer")
    await prepare_namespace(here.temporal, retention_days=RETENTION_DAYS)
    if "database" in here.processes:
        await asyncio.sleep(ATTRIBUTES_KNOWN_SECONDS)
    here.start_worker()
    here.start("gateway", "starter.gateway")
    here.start("reference", "bench.reference", here.stub_url)
    for name in ("stub", "gateway"):
        await asyncio.to_thread(until, f"{name} listens", partial(listens, here.ports[name]))


def _environ(root: Path, ports: dict[str, int]) -> dict[str, str]:
    """Without PYTHONDONTWRITEBYTECODE: what is installed is compiled already, and is not to be compiled in a round."""
    foreign = ("TEMPORAL_", "INTERLINE_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {
        **kept,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "TEMPORAL_ADDRESS": f"127.0.0.1:{ports['temporal']}",
        "TEMPORAL_NAMESPACE": "default",
        "INTERLINE_CLIENTS_FILE": str(root / "clients.toml"),
        "INTERLINE_HOST": "127.0.0.1",
        "INTERLINE_PORT": str(ports["gateway"]),
        "INTERLINE_PUBLIC_URL": f"http://127.0.0.1:{ports['gateway']}",
        "INTERLINE_ALLOW_PRIVATE_WEBHOOKS": "true",
        "INTERLINE_DELIVERY_SCHEDULE_SECONDS": json.dumps(list(SHORT_SCHEDULE_SECONDS)),
    }


def _enrolled(root: Path, ports: dict[str, int]) -> ClientEntry:
    """One client, whose partners are all the stub."""
    stub, file = f"http://127.0.0.1:{ports['stub']}", root / "clients.toml"
    around = Surroundings.in_sandbox(CLIENT_ID, gateway=f"http://127.0.0.1:{ports['gateway']}", sandbox=stub)
    enroll(file, client_id=CLIENT_ID, name="Bench Shop", around=around)
    return ClientEntry.of(read_clients(file)[0], api_key(file, CLIENT_ID) or "")
