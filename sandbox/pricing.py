"""The price of a shipment (reference: shipper-api §2.1-2.3; the numbers are ours).

Deterministic, and strictly different for any change of origin, destination, weight, a dimension, rate type or service
type: every part of the price only grows with weight and size, and one part of it always does.
"""

from decimal import ROUND_CEILING, Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sandbox.answers import INVALID_INPUT, Answer, RefusedError, done
from sandbox.tariff import DAYS, DISPLAY_NAMES, NEEDS_COORDINATES, SERVICES, TYPE_FACTORS, RateType, Service
from sandbox.wire import JsonObject, number

_UNSERVED_FROM_AREA = 900_000
_MINIMUM_KG = Decimal(1)
_RUPIAH_PER_CM = 10
_INDONESIA = 228


class Place(BaseModel):
    """An end of the route: a Shipper area, coordinates, or both."""

    area_id: int | None = None
    suburb_id: int | None = None
    lat: float | None = None
    lng: float | None = None

    @property
    def located(self) -> bool:
        """The place has coordinates."""
        return self.lat is not None and self.lng is not None

    @property
    def served(self) -> bool:
        """Any carrier goes there."""
        return self.area_id is None or self.area_id < _UNSERVED_FROM_AREA


class PricingRequest(BaseModel):
    """A request: `weight` in kg, dimensions in cm, `item_value` in rupiah; `service_type` is our addition."""

    model_config = ConfigDict(extra="allow")

    origin: Place
    destination: Place
    weight: Annotated[Decimal, Field(gt=0)]
    length: Annotated[int, Field(gt=0)]
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]
    item_value: Annotated[int, Field(ge=0)] = 0
    cod: bool = False
    service_type: int | str | None = None
    limit: Annotated[int, Field(ge=1)] = 30
    page: Annotated[int, Field(ge=1)] = 1


def price(request: PricingRequest, rate_type: str | None) -> Answer:
    """The answer to a pricing request, cheapest first; refuses what Shipper refuses."""
    services = _services(request, _checked(request, rate_type))
    offers = sorted((_offer(request, service) for service in services), key=lambda offer: int(offer["final_price"]))
    return _page(request, offers)


def _checked(request: PricingRequest, rate_type: str | None) -> RateType | None:
    ends = (request.origin, request.destination)
    if any(end.area_id is None and not end.located for end in ends):
        raise RefusedError(400, INVALID_INPUT, "origin and destination need an area_id or coordinates")
    if rate_type is None:
        return None
    known = next((name for name in DISPLAY_NAMES if name == rate_type), None)
    if known is None:
        raise RefusedError(400, INVALID_INPUT, "unknown rate type")
    if known in NEEDS_COORDINATES and not all(end.located for end in ends):
        raise RefusedError(400, INVALID_INPUT, "instant and same-day need the coordinates of both ends")
    return known


def _services(request: PricingRequest, rate_type: RateType | None) -> list[Service]:
    ends = (request.origin, request.destination)
    if not all(end.served for end in ends):
        return []
    located = all(end.located for end in ends)
    possible = (service for service in SERVICES if located or service.rate_type not in NEEDS_COORDINATES)
    return [service for service in possible if rate_type in {None, service.rate_type}]


def _offer(request: PricingRequest, service: Service) -> JsonObject:
    volume = request.length * request.width * request.height
    volume_weight = Decimal(volume) / service.carrier.divisor
    final_weight = max(request.weight, volume_weight, _MINIMUM_KG)
    distance = _distance(request)
    unit_price = round((7_000 + distance // 4) * service.carrier.factor * TYPE_FACTORS[service.rate_type])
    total = _rupiah(unit_price * final_weight)
    fuel = distance + _rupiah(request.weight * 1000)  # a rupiah per gram: the price moves with every gram
    handling = _RUPIAH_PER_CM * (request.length + request.width + request.height) + _service_fee(request.service_type)
    insurance = request.item_value * 25 // 10_000
    insured = request.item_value > service.carrier.insurance_threshold_rupiah
    cod_fee = request.item_value * 3 // 100 if request.cod else 0
    min_day, max_day = DAYS[service.rate_type]
    return {
        "logistic": _logistic(service),
        "rate": _rate(service),
        "weight": float(request.weight),
        "volume": volume,
        "volume_weight": float(round(volume_weight, 6)),
        "final_weight": float(round(final_weight, 6)),
        "min_day": min_day,
        "max_day": max_day,
        "unit_price": unit_price,
        "total_price": total,
        "discount": 0,
        "discount_value": 0,
        "discounted_price": total,
        "insurance_fee": insurance,
        "insurance_applied": insured,
        "must_use_insurance": insured,
        "liability_value": 1_000_000,
        "final_price": total + fuel + handling + cod_fee + (insurance if insured else 0),
        "currency": "IDR",
        "base_price": total,
        "surcharge_fee": handling,
        "heavy_duty_surcharge_fee": 0,
        "fuel_surcharge_fee": fuel,
        "emergency_situation_surcharge_fee": 0,
        "cod_fee_amount": cod_fee,
        "platform_fee": 0,
        "platform_fee_amount": 0,
    }


def _distance(request: PricingRequest) -> int:
    """A number in place of the kilometres between the two ends, different for each pair."""
    ends = [(end.area_id, end.suburb_id, end.lat, end.lng) for end in (request.origin, request.destination)]
    return number(*ends, below=19_997)


def _service_fee(service_type: int | str | None) -> int:
    return 0 if service_type is None else 500 + number(service_type, below=9_973)


def _rupiah(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_CEILING))


def _logistic(service: Service) -> JsonObject:
    carrier = service.carrier
    return {
        "id": carrier.number,
        "name": carrier.name,
        "logo_url": "",
        "code": carrier.code,
        "company_name": carrier.name,
        "cod_fee": 3,
        "cod_min_amount": 0,
        "cod_max_amount": 20_000_000,
    }


def _rate(service: Service) -> JsonObject:
    return {
        "id": service.rate_id,
        "name": service.name,
        "type": DISPLAY_NAMES[service.rate_type],
        "description": f"{service.carrier.name} {service.name}",
        "full_description": "",
        "is_hubless": True,
        "is_drop_off": False,
        "is_multikoli": False,
    }


def _page(request: PricingRequest, offers: list[JsonObject]) -> Answer:
    start = (request.page - 1) * request.limit
    shown = offers[start : start + request.limit]
    data: JsonObject = {
        "origin": _place(request.origin),
        "destination": _place(request.destination),
        "pricings": shown,
        "pricing_errors": [] if offers else [{"code": 1, "message": "no carrier serves this route", "logistic_id": 0}],
    }
    pagination: JsonObject = {
        "current_page": request.page,
        "current_elements": len(shown),
        "total_pages": -(-len(offers) // request.limit),
        "total_elements": len(offers),
        "sort_by": ["final_price"],
    }
    return done(data, pagination=pagination)


def _place(place: Place) -> JsonObject:
    return place.model_dump() | {"country_id": _INDONESIA, "country_name": "INDONESIA"}
