"""`docs/flow.md` against the code: each arrow once, its owner exists, its call exists, its test exists."""

import ast
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from interline.names import Activity
from interline.steps import Step

ROOT = Path(__file__).parents[2]
KINDS = ("Outbound", "Return")


@dataclass(frozen=True)
class Row:
    """One arrow of one kind of order."""

    kind: str
    step: str
    arrow: str
    owner: str
    call: str
    test: str


def rows() -> list[Row]:
    """The rows of both tables."""
    found, kind = [], ""
    for line in (ROOT / "docs" / "flow.md").read_text().splitlines():
        if line.startswith("## "):
            kind = line.removeprefix("## ")
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if kind in KINDS and cells[0].startswith(("red ", "blue ")):
            found.append(Row(kind, *cells))
    return found


ROWS = rows()
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind} {row.step}")


@pytest.mark.parametrize("kind", KINDS)
def test_each_arrow_is_listed_once_in_the_seeds_order(kind: str) -> None:
    assert [row.step for row in ROWS if row.kind == kind] == [step.value for step in Step]


@pytest.mark.parametrize("kind", KINDS)
def test_each_arrow_has_an_owner_of_its_own(kind: str) -> None:
    owners = [row.owner for row in ROWS if row.kind == kind]
    assert len(set(owners)) == len(owners)


@each_row
def test_the_owner_is_in_the_code_and_says_which_arrow_it_is(row: Row) -> None:
    owner = resolve(row.owner)
    assert callable(owner)
    assert row.step in " ".join((owner.__doc__ or "").lower().split()), f"{row.owner} does not name its arrow"


@each_row
def test_the_call_is_a_name_of_an_activity(row: Row) -> None:
    assert row.call in {"", *(activity.value for activity in Activity)}


@each_row
def test_the_test_exists(row: Row) -> None:
    path, name = row.test.split("::")
    functions = [node for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, _FUNCTIONS)]
    assert name in {function.name for function in functions}


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def resolve(dotted: str) -> object:
    """The function or method of this dotted name."""
    module, _, rest = dotted.rpartition(".")
    try:
        return getattr(import_module(module), rest)
    except ModuleNotFoundError:
        return getattr(resolve(module), rest)
