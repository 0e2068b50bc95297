"""`interline order retry|skip|confirm`: an operator's word, for one order or for all that wait and fit the filters."""

import asyncio
import getpass
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from interline.domain.base import JsonObject
from interline.domain.commands import CommandDone, ConfirmCommand, Fact, StepCommand
from interline.names import Update
from starter.cli.attention import MANY, BecauseOption, StepOption
from starter.cli.errors import CliError
from starter.cli.lookup import read_order
from starter.cli.queue import STATABLE, Waiting, Wanted, waiting, waiting_of
from starter.cli.target import ClientOption, StateOption, Target, explain

ALL: Final = "all"
ANSWER: Final = timedelta(seconds=10)

NumberArgument = Annotated[
    str, typer.Argument(metavar="ORDER_NUMBER|all", help="One order, or 'all' that wait and fit the filters.")
]
FactArgument = Annotated[Fact, typer.Argument(help="What did happen.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stands in the order's timeline.")]
ActorOption = Annotated[str | None, typer.Option("--actor", help="Who decides (default: the user of this terminal).")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
SetOption = Annotated[str, typer.Option("--set", help="JSON object: fields to correct in what is sent.")]
DataOption = Annotated[str, typer.Option("--data", help="JSON object: oms_order_no, doc_no, awb, carrier, as known.")]


@dataclass(frozen=True, kw_only=True)
class Command:
    """One update of one order. `occasion`: since when the step waits, if one does."""

    act: Update
    workflow_id: str
    order_number: str
    body: StepCommand | ConfirmCommand
    occasion: str = ""

    @property
    def update_id(self) -> str:
        """The same decision on the same occasion has the same id, so that giving it twice does it once."""
        said = f"{self.occasion} {self.body.model_dump_json()}"
        return f"{self.act}:{self.about}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    @property
    def about(self) -> str:
        """The step, or the fact."""
        return self.body.step if isinstance(self.body, StepCommand) else self.body.fact


def retry(  # noqa: PLR0913  each is one option
    number: NumberArgument,
    *,
    reason: ReasonOption,
    step: StepOption = None,
    because: BecauseOption = None,
    corrected: SetOption = "{}",
    client: ClientOption = None,
    dry_run: DryOption = False,
    actor: ActorOption = None,
    state: StateOption = None,
) -> None:
    """Make the call of a waiting step again, as it was or with corrected data."""
    fields = _json_object(corrected, "--set")
    made = _on_step(Update.RETRY_STEP, reason, actor, fields)
    _for_waiting(Target.find(state), number, Wanted(client=client, step=step, because=because), made, dry_run=dry_run)


def skip(  # noqa: PLR0913  each is one option
    number: NumberArgument,
    *,
    reason: ReasonOption,
    step: StepOption = None,
    because: BecauseOption = None,
    client: ClientOption = None,
    dry_run: DryOption = False,
    actor: ActorOption = None,
    state: StateOption = None,
) -> None:
    """Go on without a waiting step."""
    made = _on_step(Update.SKIP_STEP, reason, actor, {})
    _for_waiting(Target.find(state), number, Wanted(client=client, step=step, because=because), made, dry_run=dry_run)


def confirm(  # noqa: PLR0913  each is one option
    number: NumberArgument,
    fact: FactArgument,
    *,
    reason: ReasonOption,
    data: DataOption = "{}",
    client: ClientOption = None,
    dry_run: DryOption = False,
    actor: ActorOption = None,
    state: StateOption = None,
) -> None:
    """State a fact that a partner failed to report; the same rules apply to it."""
    target, known = Target.find(state), _json_object(data, "--data")

    def made(workflow_id: str, order_number: str) -> Command:
        body = ConfirmCommand(fact=fact.value, actor=_who(actor), reason=reason, data=known)
        return Command(act=Update.CONFIRM_MANUALLY, workflow_id=workflow_id, order_number=order_number, body=body)

    if number != ALL:
        asyncio.run(_one(target, number, client, made, dry_run=dry_run))
        return
    step = next(step for step, stated in STATABLE.items() if stated is fact)
    wanted = Wanted(client=client, step=step.value)
    _for_waiting(target, ALL, wanted, lambda one: made(one.workflow_id, one.order_number), dry_run=dry_run)


def _on_step(act: Update, reason: str, actor: str | None, corrected: JsonObject) -> Callable[[Waiting], Command]:
    def made(one: Waiting) -> Command:
        return Command(
            act=act,
            workflow_id=one.workflow_id,
            order_number=one.order_number,
            body=StepCommand(step=one.problem.step, actor=_who(actor), reason=reason, corrected=corrected),
            occasion=one.problem.since.isoformat(),
        )

    return made


def _for_waiting(
    target: Target, number: str, wanted: Wanted, made: Callable[[Waiting], Command], *, dry_run: bool
) -> None:
    asyncio.run(_decide(target, number, wanted, made, dry_run=dry_run))


async def _decide(
    target: Target, number: str, wanted: Wanted, made: Callable[[Waiting], Command], *, dry_run: bool
) -> None:
    temporal = await target.connect()
    if number == ALL:
        found = await waiting(temporal, wanted, limit=MANY)
    else:
        owners = [wanted.client] if wanted.client else target.client_ids()
        found = await waiting_of(temporal, number, wanted, client_ids=owners)
        _must_be_one(number, found)
    await _give(temporal, [made(one) for one in found], dry_run=dry_run)


def _must_be_one(number: str, found: Sequence[Waiting]) -> None:
    if not found:
        raise CliError(f"no such step of {number} waits for an operator. `interline order why {number}` says more.")
    if len(found) > 1:
        raise CliError(
            f"several steps of {number} wait: add --step, one of {', '.join(one.problem.step for one in found)}"
        )


async def _one(
    target: Target, number: str, client: str | None, made: Callable[[str, str], Command], *, dry_run: bool
) -> None:
    temporal = await target.connect()
    order = await read_order(temporal, number, client_ids=[client] if client else target.client_ids())
    await _give(temporal, [made(order.workflow_id, number)], dry_run=dry_run)


async def _give(temporal: Client, commands: Sequence[Command], *, dry_run: bool) -> None:
    """Each command on its own: one that is refused stops no other.

    Raises:
        CliError: at least one was refused.
    """
    console, refused = Console(highlight=False, soft_wrap=True), 0
    for command in commands:
        said = "would be done" if dry_run else await _answer(temporal, command)
        refused += said.startswith("refused")
        console.print(f"{command.order_number}  {command.about}  {command.act}  {said}", markup=False)
    if not commands:
        console.print("Nothing waits that fits.")
    if refused:
        raise CliError(f"{refused} of {len(commands)} refused")


async def _answer(temporal: Client, command: Command) -> str:
    handle = temporal.get_workflow_handle(command.workflow_id)
    try:
        done: CommandDone = await handle.execute_update(
            command.act, command.body, id=command.update_id, result_type=CommandDone, rpc_timeout=ANSWER
        )
    except WorkflowUpdateFailedError as error:
        return f"refused: {error.cause}"
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        return "no worker answered yet; given again later, it is done once all the same"
    except RPCError as error:
        raise explain(error) from None
    return done.message


def _who(actor: str | None) -> str:
    return actor or getpass.getuser()


def _json_object(text: str, option: str) -> JsonObject:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise CliError(f'{option} takes a JSON object, like \'{{"consignee_city": "Bandung"}}\'')
    return value
