"""`interline reconcile`: do open orders and partners agree?"""

import asyncio
import secrets
from typing import Annotated, Final

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from temporalio.client import Client, WorkflowFailureError
from temporalio.service import RPCError

from interline.domain.reconciling import ReconcileInput, Report, WantedOrders
from interline.names import ORDER_QUEUE, Workflow
from starter.cli import render
from starter.cli.errors import CliError
from starter.cli.target import ClientOption, JsonOption, StateOption, Target, explain

PATIENCE_SECONDS: Final = 900.0

RepairOption = Annotated[
    bool, typer.Option("--repair", help="Tell the orders what their partners know, as the lost webhooks would have.")
]
LastOption = Annotated[bool, typer.Option("--last", help="Print the newest report, the schedule's too; ask nobody.")]
GraceOption = Annotated[
    float, typer.Option("--grace", min=0.0, help="Seconds after which a difference must still be there to count.")
]


def reconcile(  # noqa: PLR0913  each is one option
    number: Annotated[str, typer.Argument(metavar="[ORDER_NUMBER]", help="Only this order.")] = "",
    *,
    repair: RepairOption = False,
    last: LastOption = False,
    grace: GraceOption = 10.0,
    client: ClientOption = None,
    state: StateOption = None,
    json: JsonOption = False,
) -> None:
    """Compare every open order with what OMS and logistics provider have, and report what differs."""
    wanted = WantedOrders(client_id=client or "", order_number=number)
    asked = ReconcileInput(wanted=wanted, repair=repair, grace_seconds=grace)
    report = asyncio.run(_report(Target.find(state), asked, last=last))
    typer.echo(render.dumps(report.model_dump(mode="json"))) if json else _print(report)


async def _report(target: Target, asked: ReconcileInput, *, last: bool) -> Report:
    temporal = await target.connect()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _newest(temporal) if last else await _run(temporal, asked)
    except TimeoutError:
        raise CliError("no report yet: is a worker running? `interline reconcile --last` prints it later") from None
    except WorkflowFailureError as failure:
        raise CliError(f"the reconciliation failed: {failure.cause}") from None
    except RPCError as error:
        raise explain(error) from None


async def _run(temporal: Client, asked: ReconcileInput) -> Report:
    report: Report = await temporal.execute_workflow(
        Workflow.RECONCILIATION,
        asked,
        id=f"reconcile:{secrets.token_hex(8)}",
        task_queue=ORDER_QUEUE,
        result_type=Report,
        static_summary="compare open orders with the partners",
    )
    return report


async def _newest(temporal: Client) -> Report:
    query = f"WorkflowType = '{Workflow.RECONCILIATION}' AND ExecutionStatus = 'Completed'"
    async for found in temporal.list_workflows(query, limit=1):
        handle = temporal.get_workflow_handle(found.id, run_id=found.run_id, result_type=Report)
        report: Report = await handle.result()
        return report
    raise CliError("no reconciliation has ended yet")


def _print(report: Report) -> None:
    table = Table("order", "client", "partner", "what", "ours", "theirs", box=box.SIMPLE_HEAD)
    for one in report.differences:
        table.add_row(one.order_number, one.client_id, one.partner, one.what, one.ours, one.theirs)
    if report.differences:
        render.wide_console().print(table)
    console = Console(highlight=False, soft_wrap=True)
    for missing in report.unanswered:
        console.print(f"{missing.order_number}: {missing.partner} gave no answer ({missing.reason})", markup=False)
    more = f", {report.more} more not listed" if report.more else ""
    told = f" {len(report.repaired)} orders were told." if report.repaired else ""
    console.print(f"{report.compared} open orders compared, {len(report.differences)} differences{more}.{told}")
