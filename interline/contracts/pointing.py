"""Where a problem stands in the body as it was sent: what was summed or taken over is told at its source, and once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from interline.contracts.problems import ErrorCode, Problem
from interline.domain.base import JsonObject

Sources = Mapping[str, str | None]
"""The pointer into what was checked, and the one into what was sent; None when it is not of the body."""
ADDED_UP: Final = ("weight", "length", "width", "height", "qty_ordered", "ordered_qty", "qty")


def of_lines(block: JsonObject, measured: JsonObject, *, at: str, lines: str) -> dict[str, str]:
    """The measures that the block at this pointer has from the lines at that one."""
    return {f"{at}/{name}": lines for name in measured if block.get(name) is None}


def placed(problems: Sequence[Problem], sources: Sources, *, lines: str) -> list[Problem]:
    """Each problem at its source, no finding twice. What a wrong line adds up to is no second problem."""
    wrong_line = any(_is_added_up(problem.pointer, lines) for problem in problems)
    found: dict[tuple[ErrorCode, str | None, str], Problem] = {}
    for problem in problems:
        pointer = sources.get(problem.pointer, problem.pointer) if problem.pointer else problem.pointer
        is_sum = pointer == lines != problem.pointer
        if not (is_sum and wrong_line):
            # At the lines a weight and a size are two findings; elsewhere one code says one thing of one field.
            found.setdefault(
                (problem.error, pointer, problem.message if is_sum else ""), replace(problem, pointer=pointer)
            )
    return list(found.values())


def _is_added_up(pointer: str | None, lines: str) -> bool:
    return pointer is not None and pointer.startswith(f"{lines}/") and pointer.rpartition("/")[2] in ADDED_UP
