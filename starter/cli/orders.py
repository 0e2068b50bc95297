"""`interline order show|why` and `interline orders`."""

import asyncio
from typing import Annotated

import typer
from rich import box
from rich.table import Column, Table
from temporalio.service import RPCError

from interline.names import Attribute, Workflow
from starter.cli import render
from starter.cli.lookup import Seen, read_order
from starter.cli.target import ClientOption, JsonOption, StateOption, Target, explain

order_app = typer.Typer(help="One order.", no_args_is_help=True)

NumberArgument = Annotated[str, typer.Argument(metavar="ORDER_NUMBER", help="The client's own order number.")]


@order_app.command("show")
def show(
    number: NumberArgument, *, client: ClientOption = None, state: StateOption = None, json: JsonOption = False
) -> None:
    """Print an order: the fifteen arrows, its timeline, and what is awaited."""
    target = Target.find(state)
    seen = asyncio.run(_read(target, number, client))
    ui = target.manifest.ui if target.manifest else ""
    render.as_json(seen) if json else render.show(seen, ui=ui)


@order_app.command("why")
def why(
    number: NumberArgument, *, client: ClientOption = None, state: StateOption = None, json: JsonOption = False
) -> None:
    """Say why an order is where it is, and what happens next."""
    seen = asyncio.run(_read(Target.find(state), number, client))
    render.as_json(seen) if json else render.why(seen)


async def _read(target: Target, number: str, client_id: str | None) -> Seen:
    temporal = await target.connect()
    return await read_order(temporal, number, client_ids=[client_id] if client_id else target.client_ids())


def list_orders(
    *,
    client: ClientOption = None,
    attention: Annotated[bool, typer.Option("--attention", help="Only those that wait for a human.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    state: StateOption = None,
    json: JsonOption = False,
) -> None:
    """List orders, the newest first."""
    rows = asyncio.run(_list(Target.find(state), _query(client, attention=attention), limit))
    if json:
        typer.echo(render.dumps(rows))
        return
    whole = [Column(name, overflow="fold") for name in ("order", "client", "status", "logistics", "tracking id")]
    table = Table(*whole, "attention", "accepted", box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*row.values())
    render.wide_console().print(table if rows else "No orders yet.")


def _query(client: str | None, *, attention: bool) -> str:
    parts = [f"WorkflowType = '{Workflow.ORDER}'"]
    if client:
        parts.append(f"{Attribute.CLIENT_ID} = '{render.quoted(client)}'")
    if attention:
        parts.append(f"{Attribute.NEEDS_ATTENTION} = true")
    return " AND ".join(parts)


async def _list(target: Target, query: str, limit: int) -> list[dict[str, str]]:
    temporal = await target.connect()
    try:
        return [render.row(found) async for found in temporal.list_workflows(query, limit=limit)]
    except RPCError as error:
        raise explain(error) from None
