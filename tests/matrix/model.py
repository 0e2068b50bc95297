"""What a cell of the failure matrix holds, and how cells are put together."""

from dataclasses import dataclass, field

Row = tuple["Cell", ...]


@dataclass(frozen=True)
class Cell:
    """Shown by tests, or not yet with the reason; neither: the reference says that it cannot happen."""

    tests: tuple[str, ...] = ()
    not_yet: str = ""
    remark: str = ""

    @property
    def impossible(self) -> bool:
        """The reference's dash."""
        return not self.tests and not self.not_yet


@dataclass(frozen=True)
class Table:
    """One table of the reference: its columns, a row of cells for each step, and the dashes that it has there."""

    title: str
    intro: str
    columns: tuple[str, ...]
    dashes: dict[str, str]
    rows: dict[str, Row] = field(default_factory=dict)

    def cells(self) -> list[Cell]:
        """All that can happen, row by row."""
        return [cell for row in self.rows.values() for cell in row if not cell.impossible]


NONE = Cell()


def of(file: str, *names: str) -> tuple[str, ...]:
    """The tests of these names in one file below `tests/`."""
    return tuple(f"tests/{file}.py::test_{name}" for name in names)


def shown(*lists: tuple[str, ...], remark: str = "") -> Cell:
    """A cell whose behaviour these tests show together."""
    return Cell(tests=tuple(dict.fromkeys(test for tests in lists for test in tests)), remark=remark)


def not_yet(reason: str) -> Cell:
    """A cell that no test shows."""
    return Cell(not_yet=reason)


def both(first: Cell, second: Cell) -> Cell:
    """Shown where both are: an inbound and an outbound half."""
    missing = first if first.not_yet else second
    if missing.not_yet:
        return missing
    return shown(first.tests, second.tests, remark=first.remark or second.remark)
