"""How the demo speaks: a story on the terminal, or one JSON object with progress on stderr."""

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from interline.domain.statuses import StepState
from interline.steps import ROUTES, TITLES, Step
from starter.demo.order import Order
from starter.demo.result import DemoResult, OrderResult

MARKS: Final = {StepState.DONE: ("✓", "green"), StepState.PENDING: ("missing", "bold red")}


class Teller(Protocol):
    """Whoever is told what happens."""

    def progress(self, line: str) -> None:
        """Something the stack says."""

    def waiting(self, line: str) -> None:
        """What is awaited now; said again and again."""

    def chapter(self, title: str) -> None:
        """A part of the story begins."""

    def arrow(self, step: Step, *, at: datetime, what: str) -> None:
        """An arrow has happened; `what` was sent."""

    def completed(self, order: Order) -> None:
        """An order has come to its end."""

    def end(self, result: DemoResult, *, root: Path, kept: bool) -> None:
        """All is told; the stack in `root` stops now, or later when `kept`."""


class JsonTeller(AbstractContextManager["JsonTeller"]):
    """For scripts: stdout carries the result alone."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def progress(self, line: str) -> None:
        """On stderr."""
        typer.echo(line, err=True)

    def waiting(self, line: str) -> None:
        """Scripts wait in silence."""

    def chapter(self, title: str) -> None:
        """On stderr."""
        typer.echo(title, err=True)

    def arrow(self, step: Step, *, at: datetime, what: str) -> None:
        """Stands in the result."""

    def completed(self, order: Order) -> None:
        """Stands in the result."""

    def end(self, result: DemoResult, *, root: Path, kept: bool) -> None:  # noqa: ARG002  a teller's shape
        """The one JSON object."""
        typer.echo(result.model_dump_json(by_alias=True))


class StoryTeller(AbstractContextManager["StoryTeller"]):
    """For people: one line per arrow, and a spinner that says what is awaited."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("starting")

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._status.stop()

    def progress(self, line: str) -> None:
        """In the spinner; as a line where the terminal can show none."""
        self.waiting(line)
        if not self._console.is_terminal:
            self._console.print(Text(line, style="dim"), soft_wrap=True)

    def waiting(self, line: str) -> None:
        """In the spinner."""
        self._status.update(Text(line, overflow="ellipsis", no_wrap=True))

    def chapter(self, title: str) -> None:
        """A heading."""
        self._console.print(Text(f"\n{title}", style="bold"), soft_wrap=True)

    def arrow(self, step: Step, *, at: datetime, what: str) -> None:
        """Time, step, from → to, what was sent."""
        line = Text.assemble(
            (clock(at), "dim"),
            "  ",
            (f"{step.value:6}", colour(step)),
            f"  {' → '.join(ROUTES[step]):29}  {what}",
        )
        self._console.print(line, soft_wrap=True)

    def completed(self, order: Order) -> None:
        """One more line: arrows that come again are told once."""
        statuses = len(order.proofs[Step.BLUE_8].ids)
        self._line(f"{order.number} is {order.status}, after {statuses} shipment statuses.", style="green")

    def end(self, result: DemoResult, *, root: Path, kept: bool) -> None:
        """The table of all arrows, where to look, and what to try."""
        self._status.stop()
        self._console.print("", summary(result))
        self._print_places(result, root, kept=kept)
        self._print_next(result.orders[0].order_number, root, kept=kept)
        if not kept:
            self._status.start()

    def _print_places(self, result: DemoResult, root: Path, *, kept: bool) -> None:
        self._line("\nThe orders in the Temporal UI" + ("" if kept else " (while the stack runs)"), style="bold")
        for order in result.orders:
            self._line(f"  {order.kind.value:9} {order.ui}")
        self._line("Logs", style="bold")
        self._line(f"  {root / 'logs'}")

    def _print_next(self, number: str, root: Path, *, kept: bool) -> None:
        self._line("Try next", style="bold")
        if not kept:
            self._line(f"  interline up --state {root}")
            self._line("    starts this stack again: the same orders, the same links")
        self._line(f"  interline order show {number}")
        self._line(f"  interline order why {number}")
        self._line("  interline up --json")
        self._line("    a stack of your own, to send orders to with curl (README, first API call)")
        if kept:
            self._line("\nThe stack runs until you press Ctrl-C.", style="bold green")

    def _line(self, text: str, *, style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)


def colour(step: Step) -> str:
    """The track's own."""
    return step.value.split()[0]


def clock(at: datetime | None) -> str:
    """Local time with tenths: a story is about seconds."""
    return f"{at.astimezone():%H:%M:%S}.{at.microsecond // 100_000}" if at else ""


def summary(result: DemoResult) -> Table:
    """The fifteen arrows of every order."""
    table = Table("step", "what", title="The fifteen arrows", title_justify="left", box=box.SIMPLE_HEAD)
    for order in result.orders:
        table.add_column(order.kind.value)
    for step in Step:
        cells = [_cell(order, step) for order in result.orders]
        table.add_row(Text(step.value, style=colour(step)), TITLES[step], *cells)
    table.add_section()
    table.add_row("", "status", *(order.status for order in result.orders))
    table.add_row("", "events in the Temporal history", *(str(order.events) for order in result.orders))
    return table


def _cell(order: OrderResult, step: Step) -> Text:
    found = order.steps[step.value]
    return Text.assemble(MARKS[found.state], " ", (clock(found.at), "dim"))
