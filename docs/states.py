"""Draw the states of an order into `docs/states.md`, from the rules themselves."""  # noqa: INP001  a script

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Final

from interline.domain.lifecycle import END, Move, courier_moves, order_moves
from interline.domain.statuses import LogisticsStatus, OrderStatus

PAGE: Final = Path(__file__).parent / "states.md"
START: Final = "[*]"
TEXT: Final = """# The states of an order

Drawn by `docs/states.py` from `interline/domain/lifecycle.py`, which tries everything that can happen to an order in
every state that can be reached; not drawn by hand. `tests/unit/test_lifecycle.py` checks that this page is current, and
drives random events, commands and times against the same rules: nothing leads to a state, or along an arrow, that is
not here. What each state means: [statuses](statuses.md). *Attention* is no state: the order stays where it is and waits
for a human.

Many arrows are surprises: the goods leave a cancelled order, a rejected one is confirmed after all. An order that is
still open follows the facts, and shows what cannot all be true
([late and contradictory facts](webhooks-in.md#late-and-contradictory-facts)).

## Outbound

{outbound}

## Return

{returned}

## Shipment

What the courier may say next about one parcel, and where that leads; anything else is recorded, forwarded, and changes
nothing. With several parcels the order stands where its least advanced parcel stands.

| from | goes on to |
|---|---|
{courier}
"""


def page() -> str:
    """The whole page."""
    return TEXT.format(
        outbound=_diagram(order_moves(is_return=False)),
        returned=_diagram(order_moves(is_return=True)),
        courier=_table(courier_moves()),
    )


def _diagram(moves: set[Move]) -> str:
    rows = [f"    {_name(before)} --> {_name(after)}: {', '.join(why)}" for before, after, why in _grouped(moves)]
    first = f"    {START} --> {OrderStatus.ACCEPTED.value}: red 1"
    ends = sorted({_name(move.after) for move in moves if move.after.endswith(END)})
    return "\n".join(
        ["```mermaid", "stateDiagram-v2", first, *rows, *(f"    {end} --> {START}" for end in ends), "```"]
    )


def _grouped(moves: Iterable[Move]) -> list[tuple[str, str, list[str]]]:
    """Each arrow once, in the order of the published list, with all that leads along it."""
    rank = {status.value: number for number, status in enumerate(OrderStatus)}
    ordered = sorted(moves, key=lambda move: (rank[move.before], move.after, move.why))
    arrows = groupby(ordered, key=lambda move: (move.before, move.after))
    return [(before, after, [move.why for move in group]) for (before, after), group in arrows]


def _name(place: str) -> str:
    """As Mermaid takes it."""
    return place.replace(" ", "_")


def _table(moves: set[Move]) -> str:
    return "\n".join(_row(status, moves) for status in LogisticsStatus if status is not LogisticsStatus.UNKNOWN)


def _row(status: LogisticsStatus, moves: set[Move]) -> str:
    after = sorted({move.after for move in moves if move.before == status.value})
    return f"| `{status.value}` | {', '.join(f'`{name}`' for name in after) or 'nothing'} |"


if __name__ == "__main__":
    PAGE.write_text(page())
