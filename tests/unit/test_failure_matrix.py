"""`docs/failure-matrix.md` against the tests: current, complete, honest about what is missing."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.matrix.model import Table
from tests.matrix.page import PAGE, TABLES, cells, page
from tests.matrix.reference import STEPS

ROOT = Path(__file__).parents[2]
POSSIBLE = {"Our own infrastructure": 82, "The other side, and the content": 124}
"""How many cells of the reference are no dash."""

each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)


def test_the_page_is_made_from_the_tables_as_they_are() -> None:
    assert PAGE.read_text() == page(), "make it again: .venv/bin/python -m tests.matrix"


@each_table
def test_every_step_and_every_column_has_its_cell(table: Table) -> None:
    assert list(table.rows) == list(STEPS)
    assert {len(row) for row in table.rows.values()} == {len(table.columns)}
    assert len(table.cells()) == POSSIBLE[table.title]


@each_table
def test_a_dash_stands_where_the_reference_has_one(table: Table) -> None:
    dashes = {step: "".join("-" if cell.impossible else "x" for cell in row) for step, row in table.rows.items()}
    assert dashes == table.dashes


def test_a_cell_is_shown_or_says_why_not() -> None:
    assert [cell for cell in cells() if cell.tests and cell.not_yet] == []


@pytest.mark.parametrize("test", sorted({test for cell in cells() for test in cell.tests}))
def test_each_named_test_exists(test: str) -> None:
    path, name = test.split("::")
    assert name in functions_of(path)


@cache
def functions_of(path: str) -> frozenset[str]:
    """The names of the functions of a file."""
    nodes = ast.parse((ROOT / path).read_text()).body
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_the_count_of_missing_cells_is_the_one_on_the_page() -> None:
    missing = sum(bool(cell.not_yet) for cell in cells())
    written = PAGE.read_text()
    assert f"**Both: cells shown {len(cells()) - missing}/{len(cells())}, not yet {missing}**" in written
    drawn = [cell for line in written.splitlines() if line.startswith("| **") for cell in line.split(" | ")]
    assert sum(re.fullmatch(r"\*n\d+\*( \|)?", cell) is not None for cell in drawn) == missing
