"""Weight and size of an order from its lines or its products (official page *weight-calculation*, reference §6.1).

One parcel is assumed. Weights are summed. One piece keeps its own dimensions; several are summed as volumes, and the
cube root, rounded up to whole centimetres, is used for all three.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pydantic import JsonValue

from interline.domain.base import JsonObject

SIDES: Final = ("length", "width", "height")


@dataclass(frozen=True, slots=True)
class Measures:
    """A product's weight and size."""

    weight_kg: Decimal
    length_cm: int
    width_cm: int
    height_cm: int

    def as_line(self) -> JsonObject:
        """The same in the field names of an order line."""
        sides = zip(SIDES, (self.length_cm, self.width_cm, self.height_cm), strict=True)
        return {"weight": float(self.weight_kg), **dict(sides)}


Catalogue = Callable[[str], Measures | None]
"""What a client's SKU table says of a product."""


def summed(lines: JsonValue, *, quantity: Sequence[str], catalogue: Catalogue) -> JsonObject:
    """`weight`, `length`, `width`, `height` of all lines together, as far as every line has them.

    `quantity` lists the names under which a line may say how many pieces it has.

    Reads leniently: what is wrong on a line is the schema's business. A wrong quantity counts as one piece, so that no
    weight is said to be missing besides.
    """
    rows = _rows(lines, quantity, catalogue)
    if not rows:
        return {}
    return {**_weight(rows), **_sides(rows)}


def _rows(lines: JsonValue, quantity: Sequence[str], catalogue: Catalogue) -> list[tuple[int, JsonObject]]:
    if not isinstance(lines, list):
        return []
    rows = [_row(line, quantity, catalogue) for line in lines if isinstance(line, dict)]
    return rows if len(rows) == len(lines) else []


def _row(line: JsonObject, quantity: Sequence[str], catalogue: Catalogue) -> tuple[int, JsonObject]:
    sku, said = line.get("sku"), next((line[name] for name in quantity if name in line), None)
    known = catalogue(sku) if isinstance(sku, str) else None
    own = {name: value for name, value in line.items() if value is not None}
    pieces = max(1, said) if isinstance(said, int) else 1
    return pieces, {**(known.as_line() if known else {}), **own}


def _weight(rows: Sequence[tuple[int, JsonObject]]) -> JsonObject:
    weights = [(pieces, row.get("weight")) for pieces, row in rows]
    kilograms = [pieces * Decimal(str(weight)) for pieces, weight in weights if is_number(weight)]
    return {"weight": float(sum(kilograms))} if len(kilograms) == len(rows) else {}


def _sides(rows: Sequence[tuple[int, JsonObject]]) -> JsonObject:
    parcels = [(pieces, [row.get(side) for side in SIDES]) for pieces, row in rows]
    volumes = [(pieces, _whole(sides)) for pieces, sides in parcels]
    if any(sides is None for _, sides in volumes):
        return {}
    known = [(pieces, sides) for pieces, sides in volumes if sides is not None]
    if sum(pieces for pieces, _ in known) == 1:
        return dict(zip(SIDES, known[0][1], strict=True))
    side = cube_side(sum(pieces * length * width * height for pieces, (length, width, height) in known))
    return dict.fromkeys(SIDES, side)


def cube_side(volume: int) -> int:
    """The smallest whole side of a cube of at least this volume."""
    low, high = 1, max(1, volume)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if middle**3 >= volume else (middle + 1, high)
    return low


def _whole(sides: Sequence[JsonValue]) -> tuple[int, int, int] | None:
    whole = [side for side in sides if isinstance(side, int) and not isinstance(side, bool)]
    match whole:
        case [length, width, height]:
            return length, width, height
        case _:
            return None


def is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
