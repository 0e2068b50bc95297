"""What is carried, from where to where, and what it may cost. Units: kg, cm, whole rupiah."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from interline.domain.base import Durable, JsonObject


class RateType(StrEnum):
    """Shipper's rate types (fulfillment-pricing-endpoint-1: sent as `rate_type_id`)."""

    REGULAR = "regular"
    EXPRESS = "express"
    TRUCKING = "trucking"
    INSTANT = "instant"
    SAME_DAY = "same-day"


NEEDS_COORDINATES = frozenset({RateType.INSTANT, RateType.SAME_DAY})


class Place(Durable):
    """One end of the route. Coordinates are decimal degrees as text, as Shipper takes them."""

    area_id: int | None = None
    suburb_id: int | None = None
    lat: str | None = None
    lng: str | None = None


class Shipment(Durable):
    """The key parameters of the seed: route, weight, dimensions, rate type, service type."""

    origin: Place
    destination: Place
    weight_kg: Decimal
    length_cm: int
    width_cm: int
    height_cm: int
    rate_type: RateType
    service_type: int | str
    item_value_idr: int = 0
    cod: bool = False
    with_insurance: bool = False
    rate_id: int | None = None


class Price(Durable):
    """One checked offer of a logistics provider. Money is whole rupiah."""

    rate_id: int
    provider: str = ""
    """Which of the client's providers offered it; empty for the main one."""
    carrier_code: str = ""
    carrier_name: str = ""
    rate_name: str = ""
    rate_type: str = ""
    final_price_idr: int
    final_weight_kg: Decimal | None = None
    insurance_fee_idr: int = 0
    must_use_insurance: bool = False
    min_days: int | None = None
    max_days: int | None = None
    currency: str = "IDR"


class PricingInput(Durable):
    """The single payload of `DomesticPricing`."""

    client_id: str
    quote_id: str
    shipment: Shipment
    valid_seconds: float
    budget_seconds: float = 4.0


class Quote(Durable):
    """What `DomesticPricing` returns: offers, cheapest first, valid for a while (our design; Shipper has no expiry).

    `problem` is a `PricingProblem` when there is no price; `prices` is then empty.
    """

    quote_id: str
    client_id: str
    made_at: datetime
    valid_until: datetime
    shipment: Shipment
    prices: list[Price] = Field(default_factory=list)
    offers: list[JsonObject] = Field(default_factory=list)
    """The provider's own objects of the same offers, in the same order: the client gets them as Shipper sends them."""
    problem: str = ""
    problem_detail: str = ""
    retry_after_seconds: float | None = None
    """When the provider (or our breaker before it) may be asked again, if it is known."""
