"""`docs/statuses.md` is the published form of the closed lists: nothing more, nothing less."""

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import pytest

from interline.contracts.order_out import SO_STATUS
from interline.domain.carrier import BY_CODE, RANK, REASONS
from interline.domain.statuses import (
    ClientEvent,
    LogisticsReason,
    LogisticsStatus,
    OrderStatus,
    PricingProblem,
    StepState,
    StrayReason,
)

PAGE = Path(__file__).parents[2] / "docs" / "statuses.md"
SECTIONS: dict[str, type[StrEnum]] = {
    "Order statuses": OrderStatus,
    "Logistics statuses": LogisticsStatus,
    "Logistics reasons": LogisticsReason,
    "Step states": StepState,
    "Client events": ClientEvent,
    "Stray reasons": StrayReason,
    "Why there is no price": PricingProblem,
}


def rows(section: str) -> dict[str, list[str]]:
    """The rows of a section's table: name → its other cells."""
    text = PAGE.read_text().split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "| " in line]
    return {first.strip("`"): rest for first, *rest in cells if first.startswith("`")}


def column(section: str, index: int) -> dict[str, str]:
    return {name: cells[index] for name, cells in rows(section).items()}


@pytest.mark.parametrize("section", SECTIONS)
def test_each_list_is_complete_and_in_the_codes_order(section: str) -> None:
    assert list(rows(section)) == [member.value for member in SECTIONS[section]]


def test_every_section_with_a_table_is_compared() -> None:
    assert set(re.findall(r"^## (.+)$", PAGE.read_text(), flags=re.MULTILINE)) == set(SECTIONS)


def test_orders_are_told_in_shippers_words() -> None:
    assert column("Order statuses", 0) == {status.value: word for status, word in SO_STATUS.items()}


def test_ranks_are_those_that_decide() -> None:
    assert column("Logistics statuses", 0) == {status.value: str(rank) for status, rank in RANK.items()}


def test_codes_are_those_that_are_read() -> None:
    told = column("Logistics statuses", 1)
    assert {name: told[name].split() for name in told if told[name][:1].isdigit()} == _codes(BY_CODE.items())


def test_reasons_are_of_the_codes_that_are_told() -> None:
    told = column("Logistics reasons", 0)
    assert {name: codes.split() for name, codes in told.items()} == _codes(REASONS.items())


def test_events_go_to_the_endpoint_they_name() -> None:
    assert column("Client events", 0) == {event.value: event.kind for event in ClientEvent}


def _codes(known: Iterable[tuple[str, LogisticsStatus | LogisticsReason]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, status in sorted(known, key=lambda pair: int(pair[0])):
        found.setdefault(status.value, []).append(code)
    return found
