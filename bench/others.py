"""The peers: the same order in other engines (`bench/peers`), with their processes and the generator's drive for each.

Their packages live in a virtual environment of their own, installed on demand; what cannot be installed is left out and
said. None of them is part of the product.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from bench.designs import GAP_SECONDS
from bench.fixtures import STATUSES, order_bytes
from bench.postgres import NoPostgres, postgres
from bench.processes import Process, free_port, listens, until
from bench.rounds import Contestant

FOLDER: Final = Path(".venv-peers")
PEERS: Final = Path("bench/peers")
RESTATE: Final = "1.7.12"
WEBHOOKS: Final = 2 + len(STATUSES)


class Peer:
    """One order through a peer: start, seven webhooks, end."""

    def __init__(self, http: httpx.AsyncClient, *, start: str, tell: str, end: str) -> None:
        self._http, self._start, self._tell, self._end = http, start, tell, end

    async def __call__(self, number: str) -> None:
        """Start to end."""
        await self._post(self._start.format(number), order_bytes(number))
        for place in range(WEBHOOKS):
            await asyncio.sleep(GAP_SECONDS)
            await self._post(self._tell.format(number, place), str(place).encode())
        (await self._http.get(self._end.format(number))).raise_for_status()

    async def _post(self, url: str, body: bytes) -> None:
        (await self._http.post(url, content=body, headers={"content-type": "application/json"})).raise_for_status()


@asynccontextmanager
async def peers(
    root: Path, http: httpx.AsyncClient, stub: Process, stub_url: str, say: Callable[[str], None]
) -> AsyncIterator[list[Contestant]]:
    """All that can be had here."""
    async with AsyncExitStack() as stack:
        found = []
        for name, start in (("outbox", _outbox), ("DBOS", _dbos), ("Restate", _restate)):
            try:
                found.append(await start(stack, root, http, stub, stub_url))
            except (OSError, subprocess.CalledProcessError, NoPostgres) as reason:
                say(f"left out: {name} ({reason})")
        yield found


async def _outbox(
    stack: AsyncExitStack, root: Path, http: httpx.AsyncClient, stub: Process, stub_url: str
) -> Contestant:
    return await _on_postgres(stack, root, http, stub, stub_url, name="outbox", module="outbox")


async def _dbos(stack: AsyncExitStack, root: Path, http: httpx.AsyncClient, stub: Process, stub_url: str) -> Contestant:
    return await _on_postgres(stack, root, http, stub, stub_url, name="DBOS", module="dbos_app")


async def _on_postgres(  # noqa: PLR0913  what every peer is given, and which one it is
    stack: AsyncExitStack,
    root: Path,
    http: httpx.AsyncClient,
    stub: Process,
    stub_url: str,
    *,
    name: str,
    module: str,
) -> Contestant:
    """A PostgreSQL of its own, so that its time is its own."""
    python, database = await asyncio.to_thread(_python), stack.enter_context(postgres(module))
    port = free_port()
    worker = _start(
        stack, root, module, [python, PEERS / f"{module}.py", str(port), stub_url, database.create("bench")]
    )
    await asyncio.to_thread(until, f"{name} listens", partial(listens, port))
    url = f"http://127.0.0.1:{port}"
    drive = Peer(http, start=url + "/start/{}", tell=url + "/tell/{}/{}", end=url + "/end/{}")
    return Contestant(name, drive, {"worker": worker, "database": database.process, "stub": stub})


async def _restate(
    stack: AsyncExitStack, root: Path, http: httpx.AsyncClient, stub: Process, stub_url: str
) -> Contestant:
    """One server, its defaults; its own ingress takes orders and webhooks."""
    python, server = await asyncio.to_thread(_python), await asyncio.to_thread(_restate_server)
    ingress, admin, node, port = (free_port() for _ in range(4))
    environ = {
        "RESTATE_BASE_DIR": str(root / "restate"),
        "RESTATE_BIND_ADDRESS": f"127.0.0.1:{node}",
        "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{ingress}",
        "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{admin}",
        "RESTATE_LISTEN_MODE": "tcp",
        "RESTATE_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "1",
    }
    engine = _start(stack, root, "restate", [server, "--no-logo"], environ)
    worker = _start(stack, root, "restate_app", [python, PEERS / "restate_app.py", str(port), stub_url])
    for each in (ingress, admin, port):
        await asyncio.to_thread(until, "Restate listens", partial(listens, each))
    deployment = {"uri": f"http://127.0.0.1:{port}"}
    (await http.post(f"http://127.0.0.1:{admin}/deployments", json=deployment)).raise_for_status()
    url = f"http://127.0.0.1:{ingress}"
    drive = Peer(
        http,
        start=url + "/Order/{}/run/send",
        tell=url + "/Order/{}/tell",
        end=url + "/restate/workflow/Order/{}/attach",
    )
    return Contestant("Restate", drive, {"worker": worker, "engine": engine, "stub": stub})


def _start(
    stack: AsyncExitStack, root: Path, name: str, argv: list[str | Path], environ: dict[str, str] | None = None
) -> Process:
    process = Process(name, argv, environ={**os.environ, **(environ or {})}, log=root / f"{name}.log")
    stack.callback(process.stop)
    return process


def _python() -> Path:
    """The peers' interpreter, its packages installed when the list has changed."""
    python, wanted, done = FOLDER / "bin/python", PEERS / "requirements.txt", FOLDER / "installed"
    if not done.exists() or done.read_bytes() != wanted.read_bytes():
        pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--requirement", wanted]
        for argv in ([sys.executable, "-m", "venv", FOLDER], pip):
            subprocess.run(argv, check=True)  # noqa: S603  our own arguments
        done.write_bytes(wanted.read_bytes())
    return python


def _restate_server() -> Path:
    """The native program inside the npm package."""
    folder = FOLDER / f"restate-{RESTATE}"
    if not folder.exists():
        package = f"@restatedev/restate-server@{RESTATE}"
        npm = ["npm", "install", "--silent", "--ignore-scripts", "--prefix", folder, package]
        subprocess.run(npm, check=True)  # noqa: S603  our own arguments
    return next(folder.glob("node_modules/@restatedev/restate-server-*/bin/restate-server"))
