"""`interline stray list|show|assign|drop`: events without an order, and an operator's word about them."""

import asyncio
import getpass
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from interline.domain.commands import CommandDone
from interline.domain.stray import StrayCommand, StrayState
from interline.names import STATUS_QUERY, Attribute, StrayUpdate, Workflow, stray_workflow_id
from starter.cli import render
from starter.cli.errors import CliError
from starter.cli.target import ClientOption, JsonOption, StateOption, Target, explain

stray_app = typer.Typer(help="Events that have no open order to go to.", no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The room: an order number, or another reference.")]
EventArgument = Annotated[str, typer.Argument(metavar="EVENT_ID", help="As `interline stray show KEY` prints it.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; recorded with the event.")]
ActorOption = Annotated[str, typer.Option("--actor", help="Who decides.", default_factory=getpass.getuser)]
Room = WorkflowHandle[object, StrayState]


@stray_app.command("list")
def list_rooms(
    *,
    client: ClientOption = None,
    all_open: Annotated[bool, typer.Option("--all", help="Also those that still wait by themselves.")] = False,
    state: StateOption = None,
    json: JsonOption = False,
) -> None:
    """List the rooms with events that wait for a human."""
    rooms = asyncio.run(_rooms(Target.find(state), client, all_open=all_open))
    if json:
        typer.echo(render.dumps([room.model_dump(mode="json") for room in rooms]))
        return
    table = Table("client", "key", "events", "reasons", "states", "not kept", box=box.SIMPLE_HEAD)
    for room in rooms:
        reasons = ", ".join(sorted({kept.reason.value for kept in room.events}))
        states = ", ".join(sorted({kept.state for kept in room.events}))
        table.add_row(room.client_id, room.key, str(len(room.events)), reasons, states, str(room.more))
    render.wide_console().print(table if rooms else "No event waits for a human.")


@stray_app.command("show")
def show(key: KeyArgument, *, client: ClientOption = None, state: StateOption = None, json: JsonOption = False) -> None:
    """Print the events of one room. Their content is the partner's; it stands in the Temporal UI and in --json."""
    room = asyncio.run(_show(Target.find(state), key, client))
    if json:
        typer.echo(render.dumps(room.model_dump(mode="json")))
        return
    table = Table("event id", "kind", "reason", "state", "came", "note", box=box.SIMPLE_HEAD)
    for kept in room.events:
        came = kept.came_at.isoformat(timespec="seconds") if kept.came_at else ""
        note = kept.note or str(kept.event.data.get("problem") or "")
        table.add_row(kept.event.event_id, kept.event.kind, kept.reason.value, kept.state, came, note)
    render.wide_console().print(table)


@stray_app.command("assign")
def assign(  # noqa: PLR0913  options of a command line
    key: KeyArgument,
    event_id: EventArgument,
    order_number: Annotated[str, typer.Argument(metavar="ORDER_NUMBER", help="The order it belongs to.")],
    *,
    reason: ReasonOption,
    actor: ActorOption,
    client: ClientOption = None,
    state: StateOption = None,
) -> None:
    """Send an event to the order it belongs to; one that does not exist yet is waited for."""
    command = StrayCommand(event_id=event_id, actor=actor, reason=reason, order_number=order_number)
    typer.echo(asyncio.run(_command(Target.find(state), key, client, StrayUpdate.ASSIGN, command)))


@stray_app.command("drop")
def drop(  # noqa: PLR0913  options of a command line
    key: KeyArgument,
    event_id: EventArgument,
    *,
    reason: ReasonOption,
    actor: ActorOption,
    client: ClientOption = None,
    state: StateOption = None,
) -> None:
    """Nothing is to be done about an event."""
    command = StrayCommand(event_id=event_id, actor=actor, reason=reason)
    typer.echo(asyncio.run(_command(Target.find(state), key, client, StrayUpdate.DROP, command)))


async def _rooms(target: Target, client_id: str | None, *, all_open: bool) -> list[StrayState]:
    temporal = await target.connect()
    query = f"WorkflowType = '{Workflow.STRAY}' AND ExecutionStatus = 'Running'"
    query += f" AND {Attribute.CLIENT_ID} = '{render.quoted(client_id)}'" if client_id else ""
    query += "" if all_open else f" AND {Attribute.NEEDS_ATTENTION} = true"
    try:
        found = [execution.id async for execution in temporal.list_workflows(query, limit=1000)]
        return [await _state(temporal.get_workflow_handle(name, result_type=StrayState)) for name in found]
    except RPCError as error:
        raise explain(error) from None


async def _show(target: Target, key: str, client_id: str | None) -> StrayState:
    temporal = await target.connect()
    return await _state(await _room(temporal, target, key, client_id))


async def _command(target: Target, key: str, client_id: str | None, name: StrayUpdate, command: StrayCommand) -> str:
    room = await _room(await target.connect(), target, key, client_id)
    try:
        done: CommandDone = await room.execute_update(name, command, result_type=CommandDone)
    except WorkflowUpdateFailedError as error:
        raise CliError(str(error.cause)) from None
    except RPCError as error:
        raise explain(error) from None
    return done.message


async def _room(temporal: Client, target: Target, key: str, client_id: str | None) -> Room:
    """The room of this key.

    Raises:
        CliError: no client has it, or several do.
    """
    names = [client_id] if client_id else target.client_ids()
    found = [name for name in names if await _exists(temporal, stray_workflow_id(name, key))]
    if len(found) != 1:
        raise CliError(f"several clients have {key}: add --client" if found else f"nothing is kept under {key}")
    return temporal.get_workflow_handle(stray_workflow_id(found[0], key), result_type=StrayState)


async def _exists(temporal: Client, workflow_id: str) -> bool:
    try:
        await temporal.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise explain(error) from None
    return True


async def _state(room: Room) -> StrayState:
    try:
        state: StrayState = await room.query(STATUS_QUERY, result_type=StrayState)
    except RPCError as error:
        raise explain(error) from None
    return state
