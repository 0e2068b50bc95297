"""What a client commands about an order it has sent: cancel it, or amend it.

Cancel: official page *cancel-sales-order* (reference §5.4). Amend: our design, Shipper's page is known by its title.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from interline.contracts.checking import BodyT, check
from interline.contracts.fields import Body, OrderNumber, WarehouseId, one_line
from interline.contracts.order_rules import quantity_problems
from interline.contracts.orders_in import INBOUND_QUANTITY, OUTBOUND_QUANTITY, unwrapped
from interline.contracts.problems import ErrorCode, RequestError, refused
from interline.contracts.shipper_fields import field_problems
from interline.domain.base import JsonObject
from interline.domain.changing import FIXED
from interline.domain.parcels import pieces

CANCELLATION: Final = "cancellation"
AMENDMENT: Final = "amendment"
NO_REASON: Final = "no reason given"

Reason = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(one_line)]


class CancellationBody(Body):
    """Shipper's cancellation."""

    order_no: OrderNumber
    warehouse_id: WarehouseId
    cancel_reason: Reason


class AmendmentBody(Body):
    """Which order, and why it changes; every other field of the body is a change."""

    warehouse_id: WarehouseId
    amend_reason: Reason = NO_REASON


@dataclass(frozen=True, slots=True)
class Amendment:
    """A checked amendment. `changes` are fields of the client's own order body, as they came."""

    warehouse_id: str
    reason: str
    changes: JsonObject


def read_cancellation(document: JsonObject) -> CancellationBody:
    """A cancellation, bare or in `data.cancellation`.

    Raises:
        RequestError: with every problem of the body.
    """
    prefix, given = unwrapped(document, CANCELLATION)
    return _checked(CancellationBody, given, prefix)


def read_amendment(document: JsonObject) -> Amendment:
    """An amendment, bare or in `data.amendment`.

    Raises:
        RequestError: with every problem of the body.
    """
    prefix, given = unwrapped(document, AMENDMENT)
    body = _checked(AmendmentBody, given, prefix)
    changes = {name: value for name, value in given.items() if name not in AmendmentBody.model_fields}
    _must_be_possible(changes, prefix)
    return Amendment(body.warehouse_id, body.amend_reason, changes)


def _must_be_possible(changes: JsonObject, prefix: str) -> None:
    """What no order could take; what this order cannot take now, its own rules say."""
    for name in sorted(FIXED & set(changes)):
        raise refused(ErrorCode.UNKNOWN_VALUE, "leave this field out: it cannot be changed", pointer=f"{prefix}/{name}")
    if not changes:
        raise refused(ErrorCode.REQUIRED, "name the fields to change, with their new values", pointer=prefix)
    if "details" in changes and pieces(changes["details"]) is None:
        fix = "send all lines as they shall be, each with sku and qty_ordered"
        raise refused(ErrorCode.REQUIRED, fix, pointer=f"{prefix}/details")


def _checked(model: type[BodyT], given: JsonObject, prefix: str) -> BodyT:
    body, problems = check(model, given, prefix)
    problems += field_problems(given, prefix)
    problems += quantity_problems(given, (OUTBOUND_QUANTITY, INBOUND_QUANTITY), prefix)
    if body is None or problems:
        raise RequestError(problems)
    return body
