"""`interline attention`: the queue of steps that wait for a human."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich import box
from rich.table import Column, Table

from starter.cli import render
from starter.cli.breakers import open_breakers
from starter.cli.queue import Waiting, Wanted, waiting
from starter.cli.target import ClientOption, JsonOption, StateOption, Target

StepOption = Annotated[str | None, typer.Option("--step", help="Only this arrow, like 'red 3'.")]
BecauseOption = Annotated[str | None, typer.Option("--because", help="Only where the reason contains this text.")]
OlderOption = Annotated[float, typer.Option("--older-than", min=0, help="Only after so many minutes of waiting.")]
LimitOption = Annotated[int, typer.Option(min=1, max=10_000, help="At most so many orders are looked at.")]
MANY: Final = 1000


def attention(  # noqa: PLR0913  each is one option
    *,
    client: ClientOption = None,
    step: StepOption = None,
    because: BecauseOption = None,
    older_than: OlderOption = 0.0,
    limit: LimitOption = MANY,
    state: StateOption = None,
    json: JsonOption = False,
) -> None:
    """List what waits for a human: since when, which step, why, and what usually helps; then open breakers."""
    wanted = Wanted(client=client, step=step, because=because, older_than=timedelta(minutes=older_than))
    found, breakers = asyncio.run(_found(Target.find(state), wanted, limit))
    if json:
        typer.echo(render.dumps([{**one.problem.model_dump(mode="json"), **row(one)} for one in found]))
        return
    show(found)
    for told in breakers:
        typer.echo(f"{told}. It closes by itself when the partner is well; what it held back is sent then.")


async def _found(target: Target, wanted: Wanted, limit: int) -> tuple[list[Waiting], list[str]]:
    temporal = await target.connect()
    return await waiting(temporal, wanted, limit=limit), await open_breakers(temporal, client=wanted.client)


def show(found: list[Waiting]) -> None:
    """As a table, the longest wait first."""
    whole = [Column(name, overflow="fold") for name in ("order", "client", "step", "age", "why", "what helps")]
    table = Table(*whole, box=box.SIMPLE_HEAD)
    for one in found:
        table.add_row(*row(one).values())
    render.wide_console().print(table if found else "Nothing waits for a human.")


def row(one: Waiting) -> dict[str, str]:
    """One line of the queue."""
    return {
        "order_number": one.order_number,
        "client_id": one.client_id,
        "step": one.problem.step,
        "age": age(datetime.now(UTC) - one.problem.since),
        "reason": one.problem.reason.partition(" · ")[2] or one.problem.reason,
        "hint": one.hint,
    }


def age(waited: timedelta) -> str:
    """How long, in its two largest units."""
    units = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
    parts: list[str] = []
    left = int(waited.total_seconds())
    for unit, seconds in units:
        if left >= seconds or parts:
            parts.append(f"{left // seconds} {unit}")
        left %= seconds
    return " ".join(parts[:2]) or "0 s"
