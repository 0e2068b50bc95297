"""`interline up`."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from starter.cli.errors import CliError
from starter.stack.launch import Launch, run
from starter.stack.manifest import Manifest
from starter.stack.parts import SHORT_SCHEDULE_SECONDS
from starter.stack.places import StackDir, default_stack

SHORT_SCHEDULE_TEXT = ",".join(f"{pause_seconds:g}" for pause_seconds in SHORT_SCHEDULE_SECONDS)


def up(  # noqa: PLR0913  each is one option
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON line when all is ready.")] = False,
    port_base: Annotated[int | None, typer.Option(min=1, max=65532, help="First of four ports.")] = None,
    state: Annotated[
        Path | None,
        typer.Option(envvar="INTERLINE_STATE", help="Where ids, keys, ports and data are kept."),
    ] = None,
    no_restart: Annotated[bool, typer.Option("--no-restart", help="Leave a process that died dead.")] = False,
    pace: Annotated[float, typer.Option(min=0.0, help="Seconds between two events of the sandbox's partners.")] = 1.0,
    delivery_schedule: Annotated[
        str,
        typer.Option(help="Seconds between tries of a client webhook."),
    ] = SHORT_SCHEDULE_TEXT,
    detour: Annotated[
        list[str] | None,
        typer.Option(hidden=True, help="NAME=HOST:PORT: that one is reached by way of there (tests of bad networks)."),
    ] = None,
) -> None:
    """Run Temporal, sandbox, worker and gateway here until Ctrl-C."""
    stack = StackDir(state.absolute()) if state else default_stack(os.environ)
    launch = Launch(
        stack=stack,
        port_base=port_base,
        restarts=not no_restart,
        pace_seconds=pace,
        schedule_seconds=_seconds(delivery_schedule),
        detours=dict(each.split("=", 1) for each in detour or ()),
    )
    progress = Console(stderr=True, highlight=False, soft_wrap=True)
    run(
        launch,
        tell=lambda line: progress.print(line, markup=False),
        on_ready=_print_json if json else lambda manifest: _print(manifest, stack),
    )


def _seconds(text: str) -> list[float]:
    try:
        schedule = [float(part) for part in text.split(",")]
    except ValueError:
        schedule = []
    if not schedule or min(schedule) < 0:
        raise CliError("--delivery-schedule takes seconds with commas between, like 1,2,4,8")
    return schedule


def _print_json(manifest: Manifest) -> None:
    typer.echo(manifest.model_dump_json())
    Console().file.flush()


def _print(manifest: Manifest, stack: StackDir) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print("\n[bold green]Interline runs.[/] Ctrl-C stops it.\n")
    for name, address in _addresses(manifest, stack).items():
        console.print(f"  {name:12} {address}")
    for client in manifest.clients:
        console.print(f"\n[bold]client {escape(client.client_id)}[/]")
        console.print(f"  X-API-Key       {escape(client.api_key)}")
        console.print(f"  webhook secret  {escape(client.webhook_secret)}")
    console.print(f"\nEverything, for other tools: {stack.manifest}")
    console.print("Next: [bold]interline demo[/], [bold]interline orders[/], [bold]interline order show NUMBER[/]\n")


def _addresses(manifest: Manifest, stack: StackDir) -> dict[str, str]:
    return {
        "client API": f"{manifest.gateway}  (description: {manifest.gateway}/docs)",
        "Temporal UI": manifest.ui or "of your own server",
        "Temporal": f"{manifest.temporal}, namespace {manifest.namespace}",
        "sandbox": f"{manifest.sandbox}  (what the partners saw: {manifest.sandbox}/_ledger)",
        "logs": str(stack.log("worker").parent),
    }
