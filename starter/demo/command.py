"""`interline demo`."""

import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from starter.demo.evidence import missing
from starter.demo.handles import TIMEOUT_SECONDS, Handles
from starter.demo.order import Order
from starter.demo.result import DemoResult, summarise
from starter.demo.scenarios import SCENARIOS, ScenarioName, ScenarioResult, tell
from starter.demo.session import stack
from starter.demo.story import Storyteller
from starter.demo.telling import JsonTeller, StoryTeller, Teller
from starter.demo.trouble_story import TroubleResult, TroubleStory
from starter.demo.trouble_telling import TroubleTeller
from starter.demo.troubles import TROUBLES, TroubleName


def demo(
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object with each arrow's evidence.")] = False,
    state: Annotated[Path | None, typer.Option(help="Where the stack keeps its data; else a fresh directory.")] = None,
    keep: Annotated[
        bool | None,
        typer.Option("--keep/--no-keep", help="Leave the stack running until Ctrl-C (default: on a terminal)."),
    ] = None,
    trouble: Annotated[
        TroubleName | None, typer.Option(help="Tell what happens when this goes wrong, instead of the whole flow.")
    ] = None,
    scenario: Annotated[
        ScenarioName | None, typer.Option(help="Tell what becomes of an order to which this happens, instead.")
    ] = None,
) -> None:
    """Carry a quote, an order and a return through all fifteen arrows on a stack of their own, and tell it."""
    root = state.absolute() if state else Path(tempfile.mkdtemp(prefix="interline-demo-"))
    if scenario:
        sys.exit(0 if asyncio.run(_scenario(root, scenario, json=json)).ok else 1)
    if trouble:
        sys.exit(0 if asyncio.run(_trouble(root, trouble, json=json)).ok else 1)
    kept = _interactive() and not json if keep is None else keep
    with JsonTeller() if json else StoryTeller(Console(highlight=False)) as teller:
        result = asyncio.run(_play(root, teller, kept=kept))
    sys.exit(0 if result.ok else 1)


def _interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and "CI" not in os.environ


async def _play(root: Path, teller: Teller, *, kept: bool) -> DemoResult:
    async with stack(root, tell=teller.progress) as manifest, _http() as http:
        orders = await Storyteller(Handles(manifest, http), teller).tell()
        result = await summarise(manifest, orders)
        teller.end(result, root=root, kept=kept)
        _tell_gaps(orders, root)
        if kept:
            await _ctrl_c()
        teller.progress("stopping the stack")
    return result


async def _trouble(root: Path, name: TroubleName, *, json: bool) -> TroubleResult:
    teller, told = TroubleTeller(Console(highlight=False, quiet=json)), TROUBLES[name]
    async with stack(root, tell=teller.progress, environ=told.environ) as manifest, _http() as http:
        result = await TroubleStory(Handles(manifest, http), told, teller).tell(name.value)
    if json:
        typer.echo(result.model_dump_json())
    return result


async def _scenario(root: Path, name: ScenarioName, *, json: bool) -> ScenarioResult:
    teller = TroubleTeller(Console(highlight=False, quiet=json))
    async with stack(root, tell=teller.progress, environ=SCENARIOS[name].environ) as manifest, _http() as http:
        result = await tell(Handles(manifest, http), teller, name)
    if json:
        typer.echo(result.model_dump_json())
    return result


def _http() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)


def _tell_gaps(orders: list[Order], root: Path) -> None:
    for order in orders:
        if not order.complete:
            gaps = ", ".join(missing(order.proofs)) or f"completion (it is {order.status or 'unknown'})"
            typer.echo(f"interline: {order.kind.value} {order.number} lacks {gaps}. Logs: {root / 'logs'}", err=True)


async def _ctrl_c() -> None:
    pressed = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, pressed.set)
    await pressed.wait()
