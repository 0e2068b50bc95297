"""An order on the terminal."""

from datetime import UTC, datetime
from typing import Final

import orjson
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from temporalio.client import WorkflowExecution

from interline.attributes import NEEDS_ATTENTION
from interline.domain.statuses import StepState
from interline.domain.view import OrderView
from interline.names import Activity, Attribute
from interline.steps import Step, title_of
from starter.cli.lookup import Seen, attribute
from starter.links import ui_link

COLOURS: Final = {
    StepState.DONE: "green",
    StepState.PENDING: "yellow",
    StepState.ATTENTION: "bold red",
    StepState.SKIPPED: "dim",
    StepState.NOT_APPLICABLE: "dim",
}
WIDE_COLUMNS: Final = 160
STALE: Final = "stale: no worker answers"


def show(seen: Seen, *, ui: str) -> None:
    """Everything about an order."""
    console = wide_console()
    console.print(_header(seen))
    if seen.view.steps:
        console.print(_arrows(seen.view))
    _print_timeline(console, seen.view)
    _print_why(console, seen)
    if ui:
        console.print(Text(f"\nTemporal UI: {ui_link(ui, seen.workflow_id)}"), soft_wrap=True)


def why(seen: Seen) -> None:
    """The reason, and the next thing."""
    console = Console(highlight=False, soft_wrap=True)
    if seen.stale:
        console.print(STALE, style="yellow")
    _print_why(console, seen)


def as_json(seen: Seen) -> None:
    """The view itself, for scripts."""
    ours = {"workflow_id": seen.workflow_id, "stale": seen.stale, "retries": seen.retries}
    typer.echo(dumps({**ours, **seen.view.model_dump(mode="json")}))


def wide_console() -> Console:
    """The terminal's own width; enough for every column where the output is read by something else."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDE_COLUMNS)


def dumps(value: object) -> str:
    """Indented JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def quoted(text: str) -> str:
    """A value inside the quotes of a visibility query."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


def row(found: WorkflowExecution) -> dict[str, str]:
    """One line of the list of orders, from Temporal's visibility."""
    return {
        "order_number": found.id.split(":", 2)[-1],
        "client_id": attribute(found, Attribute.CLIENT_ID),
        "order_status": attribute(found, Attribute.ORDER_STATUS),
        "logistics_status": attribute(found, Attribute.LOGISTICS_STATUS),
        "tracking_id": attribute(found, Attribute.TRACKING_ID),
        "attention": "yes" if found.typed_search_attributes.get(NEEDS_ATTENTION) else "",
        "accepted_at": moment(found.start_time),
    }


def moment(at: datetime | None) -> str:
    """Seconds in UTC, the zone of every log and of the Temporal UI."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ") if at else ""


def _header(seen: Seen) -> Table:
    view = seen.view
    table = Table(
        show_header=False, box=None, title=f"{view.kind or 'order'} {view.order_number}", title_justify="left"
    )
    facts = {
        "status": f"{view.order_status}, logistics {view.logistics_status}" + (f" ({STALE})" if seen.stale else ""),
        "client": view.client_id,
        "tracking id": view.tracking_id,
        "OMS number": view.oms_order_no,
        "warehouse": view.warehouse_id,
        "parcel": " · ".join(filter(None, (_with(view.weight_kg, "kg"), _with(view.dimensions_cm, "cm")))),
        "service": " · ".join(filter(None, (view.rate_type, view.service_type, view.courier))),
        "price": f"Rp {view.price.final_price_idr:,}" if view.price else "",
        "AWB": ", ".join(view.awbs),
        "client webhooks": f"{view.webhooks_sent} delivered, {view.webhooks_waiting} waiting" if view.steps else "",
    }
    for name, value in facts.items():
        if value:
            table.add_row(Text(name, style="dim"), Text(value))
    return table


def _with(value: str, unit: str) -> str:
    return f"{value} {unit}" if value else ""


def _arrows(view: OrderView) -> Table:
    table = Table("step", "what", "state", "at", "note", box=box.SIMPLE_HEAD)
    for step in Step:
        known = view.steps.get(step.value)
        state = StepState(known.state) if known else StepState.PENDING
        table.add_row(
            Text(step.value, style="red" if step.value.startswith("red") else "blue"),
            title_of(step, view.kind),
            Text(state.value.replace("_", " "), style=COLOURS[state]),
            moment(known.at if known else None),
            Text(known.note if known else ""),
        )
    return table


def _print_timeline(console: Console, view: OrderView) -> None:
    if view.timeline:
        console.print(Text("\nTimeline", style="bold"))
    for entry in view.timeline:
        console.print(Text(f"  {moment(entry.at)}  {entry.step:7} {entry.what}"))


def _print_why(console: Console, seen: Seen) -> None:
    view = seen.view
    console.print(Text(f"\n{view.why or f'The order is {view.order_status}.'}"))
    for problem in view.problems[1:]:
        console.print(Text(f"Also since {moment(problem.since)}: {problem.reason}.", style="red"))
    if view.problems and (hint := view.problems[0].hint):
        console.print(Text(f"What helps: {hint}."))
    for retry in seen.retries:
        when = f"next try at {moment(retry.at)}" if retry.at else "trying now"
        console.print(Text(f"{retry.activity}: {retry.failure}; {when}, try {retry.attempt}.", style="yellow"))
        if retry.activity == Activity.CLIENT_SEND_WEBHOOK:
            log = f"interline webhooks deliveries --client {view.client_id} --order {view.order_number}"
            console.print(Text(f"What the receiver said each time: `{log}`."))
    if view.next:
        console.print(Text(f"Next: {view.next}"))
