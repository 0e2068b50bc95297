"""The rules across the fields of an order: what says the same thing twice must say the same.

They read leniently: a field of the wrong type is the schema's business and no rule's. Sources: reference §6.3 (cash on
delivery); which of two fields wins where Shipper is silent stands in `docs/api.md`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import JsonValue

from interline.contracts.measures import is_number
from interline.contracts.problems import ErrorCode, Problem
from interline.domain.base import JsonObject

CASH: Final = "COD"
PAID_ONLINE: Final = "PAY_ONLINE"
"""The one word of Shipper's for an order that is paid already (its read answer); other words are the client's own."""
UNUSED: Final[tuple[JsonValue, ...]] = (None, "")


def order_problems(body: JsonObject, block: JsonObject, quantity: Sequence[str], prefix: str) -> list[Problem]:
    """What an order says twice and differently. `block`: its shipment, completed; `quantity`: names for the pieces."""
    return [*_payment(body, block, prefix), *_worth(body, prefix), *quantity_problems(body, quantity, prefix)]


def _payment(body: JsonObject, block: JsonObject, prefix: str) -> Iterator[Problem]:
    """An order that is to be paid in cash says so to the carrier, too, and no other does."""
    price, way = body.get("cod_price"), _word(body.get("payment_way"))
    in_cash, collected = way == CASH or (is_number(price) and price != 0), block.get("cod", False)
    if in_cash and collected is False:
        message = "cod_price or payment_way say cash on delivery: send true here, or leave them out"
        yield Problem(ErrorCode.CONTRADICTION, message, f"{prefix}/logistics/cod")
    if way == PAID_ONLINE and collected is True:
        message = f"logistics.cod asks for cash: send {CASH} here, or logistics.cod false"
        yield Problem(ErrorCode.CONTRADICTION, message, f"{prefix}/payment_way")


def _worth(body: JsonObject, prefix: str) -> Iterator[Problem]:
    """The goods have one value; 0 is Shipper's way of not using its own field."""
    block = body.get("logistics")
    ours, theirs = block.get("order_price") if isinstance(block, dict) else None, body.get("order_price")
    if is_number(ours) and is_number(theirs) and theirs not in (0, ours):
        message = "this differs from the order's own order_price: leave it out, or send the same in both"
        yield Problem(ErrorCode.CONTRADICTION, message, f"{prefix}/logistics/order_price")


def quantity_problems(body: JsonObject, names: Sequence[str], prefix: str) -> Iterator[Problem]:
    """Both names of the pieces are taken, of one number."""
    own, other = names
    lines = body.get("details")
    for place, line in enumerate(lines if isinstance(lines, list) else []):
        if isinstance(line, dict) and own in line and _differ(line[own], line.get(other)):
            message = f"this differs from {own}: send one of them, or the same in both"
            yield Problem(ErrorCode.CONTRADICTION, message, f"{prefix}/details/{place}/{other}")


def _differ(said: JsonValue, also: JsonValue) -> bool:
    """True is no 1, whatever Python says."""
    return also not in UNUSED and (said != also or isinstance(said, bool) != isinstance(also, bool))


def _word(value: JsonValue) -> str:
    return value.upper() if isinstance(value, str) else ""
