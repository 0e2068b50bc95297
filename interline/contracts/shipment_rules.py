"""The rules across the fields of a shipment: what each field allows, but not together.

They read leniently: a field of the wrong type is the schema's business and no rule's. Sources: reference §3.3 (COD),
§6.1 (volumetric weight), §6.2 (insurance); limits where Shipper is silent are ours (`docs/api.md`).
"""

from collections.abc import Iterator
from typing import Final

from pydantic import JsonValue

from interline.contracts.fields import HEAVIEST_KG, HINTS, degrees
from interline.contracts.problems import ErrorCode, Problem
from interline.domain.base import JsonObject
from interline.domain.shipment import NEEDS_COORDINATES

ENDS: Final = ("origin", "destination")
AXES: Final = ("lat", "lng")
SIDES: Final = ("length", "width", "height")
CM3_PER_KG: Final = 6000
"""The mildest of Shipper's divisors (4000, 5000, 6000, by carrier)."""
MOST_INSURED_IDR: Final = 2_000_000_000
"""The highest cap of any carrier."""
CURRENCY: Final = "IDR"


def rule_problems(block: JsonObject, prefix: str, *, cod_services: frozenset[int | str]) -> list[Problem]:
    """Every rule that a shipment breaks. `cod_services`: where cash can be collected; empty means everywhere."""
    return [
        *_ends(block, prefix),
        *_volume(block, prefix),
        *_cash(block, prefix, cod_services),
        *_insurance(block, prefix),
        *currency_problems(block, prefix),
    ]


def currency_problems(block: JsonObject, prefix: str) -> Iterator[Problem]:
    """All amounts are rupiah; whoever names another currency means another amount."""
    if block.get("currency") not in (None, "", CURRENCY):
        yield Problem(
            ErrorCode.UNKNOWN_VALUE, "send IDR, or leave it out: all amounts are rupiah", f"{prefix}/currency"
        )


def _ends(block: JsonObject, prefix: str) -> Iterator[Problem]:
    """Each end needs an area or coordinates, instant and same-day need coordinates, and there must be a way to go."""
    needs_coordinates = block.get("rate_type_id") in [rate.value for rate in NEEDS_COORDINATES]
    places = {end: place for end in ENDS if isinstance(place := block.get(end), dict)}
    for end, place in places.items():
        yield from _place(place, f"{prefix}/{end}", needs_coordinates=needs_coordinates)
    points = [[degrees(place.get(axis)) for axis in AXES] for place in places.values()]
    if len(points) == len(ENDS) and points[0] == points[1] and None not in points[0]:
        yield Problem(
            ErrorCode.NOT_SERVICEABLE, "origin and destination are the same point: correct one", f"{prefix}/destination"
        )


def _place(place: JsonObject, prefix: str, *, needs_coordinates: bool) -> Iterator[Problem]:
    missing = [axis for axis in AXES if _absent(place.get(axis))]
    if needs_coordinates:
        for axis in missing:
            yield Problem(ErrorCode.COORDINATES_REQUIRED, pointer=f"{prefix}/{axis}")
    elif missing and _absent(place.get("area_id")):
        yield Problem(ErrorCode.REQUIRED, f"add this field ({HINTS['area_id']})", f"{prefix}/area_id")


def _volume(block: JsonObject, prefix: str) -> Iterator[Problem]:
    volume = 1
    for side in (block.get(name) for name in SIDES):
        volume *= side if isinstance(side, int) else 0
    if volume > HEAVIEST_KG * CM3_PER_KG:
        message = f"length x width x height / {CM3_PER_KG} is more than {HEAVIEST_KG} kg: send it in several orders"
        yield Problem(ErrorCode.OUT_OF_RANGE, message, f"{prefix}/length")


def _cash(block: JsonObject, prefix: str, services: frozenset[int | str]) -> Iterator[Problem]:
    if block.get("cod") is not True:
        return
    if _absent(block.get("order_price")):
        yield Problem(ErrorCode.REQUIRED, f"cod needs the amount ({HINTS['order_price']})", f"{prefix}/order_price")
    service = block.get("service_type")
    if services and isinstance(service, int | str) and service not in services:
        allowed = ", ".join(sorted(map(str, services)))
        yield Problem(
            ErrorCode.UNKNOWN_VALUE, f"cod is possible with service types {allowed}", f"{prefix}/service_type"
        )


def _insurance(block: JsonObject, prefix: str) -> Iterator[Problem]:
    price = block.get("order_price")
    if block.get("with_insurance") is not True:
        return
    if _absent(price):
        message = f"insurance needs the goods' value ({HINTS['order_price']})"
        yield Problem(ErrorCode.REQUIRED, message, f"{prefix}/order_price")
    elif isinstance(price, int) and price > MOST_INSURED_IDR:
        message = f"insurance covers at most {MOST_INSURED_IDR} rupiah: split the order, or send with_insurance false"
        yield Problem(ErrorCode.OUT_OF_RANGE, message, f"{prefix}/order_price")


def _absent(value: JsonValue) -> bool:
    return value is None or value == "" or (value == 0 and not isinstance(value, bool))
