"""The fields of client bodies: their types, limits and what they mean, said once.

Limits of Shipper's fields: official pages (reference §2.5, §5.1, §5.9). Where Shipper is silent the limits are ours:
`docs/api.md` lists them. Numbers are JSON numbers, never text; identifiers are ASCII.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from interline.contracts.problems import MEANINGS, ErrorCode
from interline.domain.shipment import RateType

HEAVIEST_KG: Final = 1000
WEIGHT_DECIMALS: Final = 4
LONGEST_CM: Final = 500
DEAREST_IDR: Final = 10_000_000_000
MOST_PIECES: Final = 1_000_000
MOST_LINES: Final = 500
MOST_SERVICE: Final = 1_000_000
IN_ADDRESSES: Final = r"(?!\.{1,2}$)[A-Za-z0-9_.-]"
"""Of what stands in addresses, `.` and `..` are no names: libraries take them for a way up and remove them."""
ORDER_NUMBER_PATTERN: Final = IN_ADDRESSES + "{1,50}"
DOCUMENT_NUMBER_PATTERN: Final = IN_ADDRESSES + "{1,40}"
WAREHOUSE_PATTERN: Final = IN_ADDRESSES + "{1,20}"
NOT_IN_ONE_LINE: Final = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
DEGREES: Final = re.compile(r"-?\d{1,3}(\.\d{1,15})?", re.ASCII)
SERVICE_PATTERN: Final = r"[A-Za-z0-9_.-][A-Za-z0-9_. -]{0,39}"

RATE_TYPES: Final = ", ".join(RateType)

HINTS: Final = {
    "so_number": "your order number, 1 to 50 of A-Z a-z 0-9 _ . -, but not . or .. alone",
    "doc_no": "your document number, 1 to 40 of A-Z a-z 0-9 _ . -, but not . or .. alone",
    "warehouse_id": "the warehouse, 1 to 20 of A-Z a-z 0-9 _ . -, but not . or .. alone",
    "order_type": "SO (goods leave) or RT (goods come back)",
    "po_type": "RT: returns are the inbounds taken here",
    "details": "the ordered lines, 1 to 500",
    "skus": "the products, 1 to 500",
    "sku": "the product's code, 1 to 50 visible characters of any script",
    "qty_ordered": "pieces, a whole number from 1 to 1000000",
    "ordered_qty": "pieces, a whole number from 1 to 1000000",
    "qty": "pieces, a whole number from 1 to 1000000",
    "logistics": "an object with origin, destination, weight, length, width, height, rate_type_id, service_type",
    "origin": "an object with area_id, and for instant and same-day lat and lng",
    "destination": "an object with area_id, and for instant and same-day lat and lng",
    "area_id": "Shipper's area id, a whole number from 1",
    "suburb_id": "Shipper's suburb id, a whole number from 1",
    "lat": 'decimal degrees from -90 to 90 as text, e.g. "-6.2250000"',
    "lng": 'decimal degrees from -180 to 180 as text, e.g. "106.8090000"',
    "weight": "kg, more than 0, at most 1000, up to 4 decimals; here, on every line, or in your SKU table",
    "length": "cm, a whole number from 1 to 500; here, on every line, or in your SKU table",
    "width": "cm, a whole number from 1 to 500; here, on every line, or in your SKU table",
    "height": "cm, a whole number from 1 to 500; here, on every line, or in your SKU table",
    "rate_type_id": f"one of {RATE_TYPES}",
    "service_type": f"the provider's service class, a whole number from 0 to {MOST_SERVICE}, "
    "or 1 to 40 of A-Z a-z 0-9 _ . - and space",
    "rate_id": "Shipper's rate id, a whole number from 1",
    "quote_id": "the quote_id of a pricing answer",
    "order_price": "the goods' value in whole rupiah, 0 to 10000000000",
    "cod": "true or false",
    "with_insurance": "true or false",
    "for_order": "true or false",
    "order_no": "the order number you gave it",
    "cancel_reason": "why, 1 to 200 characters",
    "amend_reason": "why, 1 to 200 characters",
}
"""What a field wants, by its name; each message ends with it."""


class Body(BaseModel):
    """A part of a client's body. Unknown fields pass by: they are forwarded from the body as it came."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class Settings(Body):
    """A body that is for us alone: a field we do not know is a mistake, and would be one without effect."""

    model_config = ConfigDict(extra="forbid")


def problem(error: ErrorCode, message: str = "") -> PydanticCustomError:
    """A pydantic error that keeps our code (see `checking`)."""
    return PydanticCustomError(error.value, "{fix}", {"fix": message or MEANINGS[error].fix})


def _shown(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


def _matching(pattern: str) -> AfterValidator:
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise problem(ErrorCode.INVALID_FORMAT)
        return text

    return AfterValidator(check)


def _unused(value: object) -> object:
    """Shipper asks that unused fields are sent as "" or 0 (official page *create-sales-order-b2c*)."""
    return None if value in ("", 0) and value is not False else value


def _weight(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise problem(ErrorCode.WRONG_TYPE, "send a number")
    kilograms = Decimal(str(value))
    if not 0 < kilograms <= HEAVIEST_KG:
        raise problem(ErrorCode.OUT_OF_RANGE, "the weight is out of range")
    if -int(kilograms.normalize().as_tuple().exponent) > WEIGHT_DECIMALS:
        raise problem(ErrorCode.TOO_MANY_DECIMALS, f"round to {WEIGHT_DECIMALS} decimals")
    return kilograms


def _tracking_id(value: object) -> object:
    if value is None or value == "":
        raise problem(ErrorCode.TRACKING_ID_REQUIRED)
    return value


def _service_type(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value <= MOST_SERVICE:
            raise problem(ErrorCode.OUT_OF_RANGE, "the number is out of range")
        return value
    if not isinstance(value, str):
        raise problem(ErrorCode.WRONG_TYPE, "send a whole number or text")
    if not re.fullmatch(SERVICE_PATTERN, value, re.ASCII):
        raise problem(ErrorCode.INVALID_FORMAT)
    return value


def degrees(value: object) -> Decimal | None:
    """A coordinate as a number, however many zeros it was sent with; None when it is none."""
    return Decimal(value) if isinstance(value, str) and DEGREES.fullmatch(value) else None


def _degrees(most: int) -> AfterValidator:
    def check(text: str) -> str:
        found = degrees(text)
        if found is None:
            raise problem(ErrorCode.INVALID_FORMAT)
        if abs(found) > most:
            raise problem(ErrorCode.OUT_OF_RANGE, "the coordinate is out of range")
        return text

    return AfterValidator(check)


def one_line(text: str) -> str:
    """Text without control characters and without Unicode's own ends of lines."""
    if NOT_IN_ONE_LINE.search(text):
        raise problem(ErrorCode.INVALID_CHARACTERS)
    return text


def _code(text: str) -> str:
    """A product's code, in any script: no part of it is invisible, or two codes could look the same."""
    if not text.isprintable():
        raise problem(ErrorCode.INVALID_CHARACTERS)
    if text.isspace():
        raise problem(ErrorCode.REQUIRED, "this text is blank")
    return text


_Check = Callable[[object], object]


def _before(check: _Check) -> BeforeValidator:
    return BeforeValidator(check)


OrderNumber = Annotated[str, _matching(ORDER_NUMBER_PATTERN), _shown(ORDER_NUMBER_PATTERN)]
DocumentNumber = Annotated[str, _matching(DOCUMENT_NUMBER_PATTERN), _shown(DOCUMENT_NUMBER_PATTERN)]
WarehouseId = Annotated[str, _matching(WAREHOUSE_PATTERN), _shown(WAREHOUSE_PATTERN)]
TrackingId = Annotated[str, _matching(r"[A-Za-z0-9_-]{1,64}"), _before(_tracking_id), _shown(r"[A-Za-z0-9_-]{1,64}")]
QuoteId = Annotated[str, _matching(r"[A-Za-z0-9_-]{1,64}"), _shown(r"[A-Za-z0-9_-]{1,64}")]

Weight = Annotated[
    Decimal,
    _before(_weight),
    WithJsonSchema({"type": "number", "minimum": 0.0001, "maximum": 1000, "multipleOf": 0.0001}),
]
Centimetres = Annotated[int, Field(ge=1, le=LONGEST_CM)]
Rupiah = Annotated[int, Field(ge=0, le=DEAREST_IDR)]
Pieces = Annotated[int, Field(ge=1, le=MOST_PIECES)]
RateTypeId = Annotated[RateType, Field(strict=False)]
_SERVICE_SCHEMA: Final = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": MOST_SERVICE},
        {"type": "string", "pattern": f"^{SERVICE_PATTERN}$"},
    ]
}
ServiceType = Annotated[int | str, _before(_service_type), WithJsonSchema(_SERVICE_SCHEMA)]
Latitude = Annotated[Annotated[str, _degrees(90)] | None, _before(_unused)]
Longitude = Annotated[Annotated[str, _degrees(180)] | None, _before(_unused)]
_LOCATION_SCHEMA: Final = {"anyOf": [{"type": "integer", "minimum": 0}, {"enum": ["", None]}]}
LocationId = Annotated[
    Annotated[int, Field(ge=1)] | None,
    _before(_unused),
    WithJsonSchema({**_LOCATION_SCHEMA, "description": "0: unused"}),
]
RateId = LocationId

SkuCode = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_code)]
