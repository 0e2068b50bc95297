"""`docs/status.md` against the reliability rules: every requirement once, each named test exists, dates are dates."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIRED = {"REL": 17, "ORD": 8, "IN": 11, "OUT": 10, "WH": 9, "SEC": 6, "SUP": 5, "PRF": 11}
"""How many requirements each chapter of the reliability rules has."""
NAMES = [f"{chapter}-{number:02}" for chapter, count in REQUIRED.items() for number in range(1, count + 1)]
SEEN = re.compile(r"not yet|\d{4}-\d\d-\d\d(, at load)?")


def rows() -> list[list[str]]:
    """The cells of every requirement's row."""
    lines = (ROOT / "docs/status.md").read_text().splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [A-Z]+-\d\d ", line)
    ]


def test_every_requirement_has_its_row() -> None:
    assert sorted(row[0] for row in rows()) == sorted(NAMES)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_row_names_a_command_or_a_test_that_exists_and_when_it_was_seen(row: list[str]) -> None:
    _, promise, figure, shown_by, seen = row
    assert promise
    assert SEEN.fullmatch(seen), "a date, or: not yet"
    assert seen == "not yet" or (figure and shown_by), "what was seen has a figure and a place"
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for named in re.findall(r"`([^`]+)`", shown_by):
        assert (ROOT / named).exists() or named.removeprefix("make ") in targets, named
