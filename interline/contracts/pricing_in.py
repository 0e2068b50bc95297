"""Blue 1: the client's pricing body (official page *fulfillment-pricing-endpoint-1*, reference §2.5).

Weight, dimensions and service type are the seed's key parameters and our addition: they stand in the body, come from
the products named in `skus`, or from the client's defaults.
"""

from pydantic import Field

from interline.contracts.checking import check
from interline.contracts.fields import HINTS, MOST_LINES, Body, Pieces, SkuCode
from interline.contracts.measures import summed
from interline.contracts.orders_in import Terms
from interline.contracts.pointing import Sources, of_lines, placed
from interline.contracts.problems import ErrorCode, Problem, RequestError
from interline.contracts.shipment_in import ShipmentBody, completed
from interline.contracts.shipment_rules import rule_problems
from interline.domain.base import JsonObject
from interline.domain.shipment import RateType, Shipment


class SkuBody(Body):
    """A product and how many of it."""

    sku: SkuCode
    qty: Pieces


class PricingBody(ShipmentBody):
    """Everything a price depends on."""

    for_order: bool = True
    skus: list[SkuBody] = Field(default_factory=list, max_length=MOST_LINES)


def read_pricing(document: JsonObject, terms: Terms, *, rate_type: str | None) -> Shipment:
    """A pricing body; `rate_type` is the one of the path, if it names one.

    Raises:
        RequestError: with every problem of the body and the path.
    """
    given: JsonObject = document if rate_type is None else {**document, "rate_type_id": rate_type}
    measured = summed(given.get("skus"), quantity=("qty",), catalogue=terms.catalogue)
    effective = completed(given, measured=measured, defaults=terms.defaults)
    body, problems = check(PricingBody, effective, "")
    problems += rule_problems(effective, "", cod_services=terms.cod_services)
    problems += _contradictions(document, rate_type)
    if body is None or problems:
        sources = of_lines(given, measured, at="", lines="/skus")
        raise RequestError(placed(problems, {**sources, **_of_the_path(rate_type)}, lines="/skus"))
    return body.shipment()


def _of_the_path(rate_type: str | None) -> Sources:
    """A wrong word of the address has no place in the body."""
    return {} if rate_type is None or rate_type in set(RateType) else {"/rate_type_id": None}


def _contradictions(document: JsonObject, rate_type: str | None) -> list[Problem]:
    said = document.get("rate_type_id")
    if rate_type is None or said in (None, "", rate_type) or rate_type not in set(RateType):
        return []
    message = f"this differs from the rate type of the path: leave it out, or send the same ({HINTS['rate_type_id']})"
    return [Problem(ErrorCode.CONTRADICTION, message, "/rate_type_id")]
