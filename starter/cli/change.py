"""`interline order cancel|amend`: the commands a client has by API, given by an operator."""

import asyncio
import getpass
import hashlib
from datetime import timedelta
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from interline.domain.base import JsonObject
from interline.domain.commands import AmendCommand, CancelCommand, CommandDone
from interline.names import Update
from starter.cli.errors import CliError
from starter.cli.lookup import read_order
from starter.cli.orders import NumberArgument
from starter.cli.target import ClientOption, StateOption, Target, explain

ANSWER: Final = timedelta(seconds=20)

ReasonOption = Annotated[str, typer.Option("--reason", help="Why; the OMS and the client are told.")]
ActorOption = Annotated[str | None, typer.Option("--actor", help="Who decides (default: the user of this terminal).")]
ChangesOption = Annotated[str, typer.Option("--set", help="JSON object: fields of the order's body, as they shall be.")]


def cancel(
    number: NumberArgument,
    *,
    reason: ReasonOption,
    client: ClientOption = None,
    actor: ActorOption = None,
    state: StateOption = None,
) -> None:
    """Cancel an order: possible until the goods have moved, and if the OMS still lets it go."""
    command = CancelCommand(actor=_actor(actor), reason=reason)
    _say(asyncio.run(_carry_out(Target.find(state), number, client, Update.CANCEL, command)), number)


def amend(  # noqa: PLR0913  each is one option
    number: NumberArgument,
    *,
    changes: ChangesOption,
    reason: ReasonOption,
    client: ClientOption = None,
    actor: ActorOption = None,
    state: StateOption = None,
) -> None:
    """Change address or lines of an order, while the OMS still allows it."""
    command = AmendCommand(actor=_actor(actor), reason=reason, changes=_object(changes))
    _say(asyncio.run(_carry_out(Target.find(state), number, client, Update.AMEND, command)), number)


def _actor(named: str | None) -> str:
    return named or getpass.getuser()


def _say(done: CommandDone, number: str) -> None:
    Console(soft_wrap=True, highlight=False).print(f"{number}: {done.message}", markup=False)


def _object(text: str) -> JsonObject:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise CliError('--set takes a JSON object, like \'{"consignee_city": "Bogor"}\'')
    return found


async def _carry_out(
    target: Target, number: str, client_id: str | None, act: Update, command: CancelCommand | AmendCommand
) -> CommandDone:
    temporal = await target.connect()
    seen = await read_order(temporal, number, client_ids=[client_id] if client_id else target.client_ids())
    said = hashlib.sha256(command.model_dump_json().encode()).hexdigest()[:40]
    order = temporal.get_workflow_handle(seen.workflow_id)
    try:
        done: CommandDone = await order.execute_update(
            act, command, id=f"{act.value}-cli-{said}", result_type=CommandDone, rpc_timeout=ANSWER
        )
    except WorkflowUpdateFailedError as failure:
        reason = failure.cause.message if isinstance(failure.cause, ApplicationError) else "it did not say why"
        raise CliError(f"{number} refuses: {reason}") from None
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise CliError(f"{number} gave no answer yet. Give the same command again: it is done once.") from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise CliError(f"{number} has ended: it is {seen.view.order_status}") from None
        raise explain(error) from None
    return done
