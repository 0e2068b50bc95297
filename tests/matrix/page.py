"""The page `docs/failure-matrix.md`, made from the tables."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from tests.matrix.model import Cell, Table
from tests.matrix.others import OTHERS
from tests.matrix.own import OWN
from tests.matrix.reference import STEPS

TABLES: Final = (OWN, OTHERS)
PAGE: Final = Path(__file__).parents[2] / "docs" / "failure-matrix.md"
TEXT: Final = """# Which failure is shown by which test

Every step of an order against every failure, after the matrix of the reliability rules. Made by
`python -m tests.matrix` from `tests/matrix`; not written by hand. `tests/unit/test_failure_matrix.py` checks that this
page is current, that each test exists, and that no cell is left out.

A number is a test of the list below: together, the tests of a cell show what must happen there. *n* and a number: not
yet, with its reason below. *r* and a number: a remark. A dash: cannot happen. Steps that share one path through the
code share their tests. Some tests run in `make test-full` only, and a full run may be older than this page
([status](status.md)).

{counts}

{tables}

## Not yet

{not_yet}

## Remarks

{remarks}

## Tests

{tests}
"""


def cells() -> list[Cell]:
    """All cells that can happen."""
    return [cell for table in TABLES for cell in table.cells()]


def counts() -> str:
    """How much is shown."""
    return "\n".join(
        [*(f"* {table.title}: {_count(table.cells())}" for table in TABLES), f"* **Both: {_count(cells())}**"]
    )


def page() -> str:
    """The whole page."""
    tests, reasons, remarks = _lists()
    return TEXT.format(
        counts=counts(),
        tables="\n\n".join(_table(table) for table in TABLES),
        not_yet="\n".join(f"* **n{number}** ({_times(reason)}): {reason}" for reason, number in reasons.items()),
        remarks="\n".join(f"* **r{number}**: {remark}" for remark, number in remarks.items()),
        tests="\n".join(f"{number}. [`{test}`](../{test.partition('::')[0]})" for test, number in tests.items()),
    )


@cache
def _lists() -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """Tests, reasons and remarks with their numbers."""
    every = cells()
    tests = sorted({test for cell in every for test in cell.tests})
    return _numbered(tests), _numbered(cell.not_yet for cell in every), _numbered(cell.remark for cell in every)


def _numbered(texts: Iterable[str]) -> dict[str, int]:
    return {text: number for number, text in enumerate(dict.fromkeys(filter(None, texts)), start=1)}


def _count(some: list[Cell]) -> str:
    missing = sum(bool(cell.not_yet) for cell in some)
    return f"cells shown {len(some) - missing}/{len(some)}, not yet {missing}"


def _times(reason: str) -> str:
    count = sum(cell.not_yet == reason for cell in cells())
    return "1 cell" if count == 1 else f"{count} cells"


def _table(table: Table) -> str:
    head = ["step", *table.columns]
    rows = [[f"**{step}** {STEPS[step]}", *map(_cell, row)] for step, row in table.rows.items()]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join([f"## {table.title}", "", table.intro, "", *(f"| {' | '.join(line)} |" for line in lines)])


def _cell(cell: Cell) -> str:
    tests, reasons, remarks = _lists()
    if cell.impossible:
        return "-"
    if cell.not_yet:
        return f"*n{reasons[cell.not_yet]}*"
    remark = [f"*r{remarks[cell.remark]}*"] if cell.remark else []
    return " ".join([*map(str, sorted(tests[test] for test in cell.tests)), *remark])
