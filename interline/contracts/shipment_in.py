"""The key parameters of the seed as a client sends them: route, weight, dimensions, rate type, service type."""

from collections.abc import Iterator
from typing import Final

from pydantic import JsonValue

from interline.contracts.fields import (
    HINTS,
    Body,
    Centimetres,
    Latitude,
    LocationId,
    Longitude,
    RateId,
    RateTypeId,
    Rupiah,
    ServiceType,
    Weight,
)
from interline.contracts.problems import ErrorCode, Problem
from interline.domain.base import JsonObject
from interline.domain.shipment import NEEDS_COORDINATES, Place, Shipment

ENDS: Final = ("origin", "destination")
AXES: Final = ("lat", "lng")


class PlaceBody(Body):
    """One end of the route: an area id, coordinates, or both."""

    area_id: LocationId = None
    suburb_id: LocationId = None
    lat: Latitude = None
    lng: Longitude = None

    def place(self) -> Place:
        """The same for the domain."""
        return Place(area_id=self.area_id, suburb_id=self.suburb_id, lat=self.lat, lng=self.lng)


class ShipmentBody(Body):
    """What every price depends on."""

    origin: PlaceBody
    destination: PlaceBody
    weight: Weight
    length: Centimetres
    width: Centimetres
    height: Centimetres
    rate_type_id: RateTypeId
    service_type: ServiceType
    rate_id: RateId = None
    cod: bool = False
    with_insurance: bool = False
    order_price: Rupiah = 0

    def shipment(self) -> Shipment:
        """The same for the domain."""
        return Shipment(
            origin=self.origin.place(),
            destination=self.destination.place(),
            weight_kg=self.weight,
            length_cm=self.length,
            width_cm=self.width,
            height_cm=self.height,
            rate_type=self.rate_type_id,
            service_type=self.service_type,
            item_value_idr=self.order_price,
            cod=self.cod,
            with_insurance=self.with_insurance,
            rate_id=self.rate_id,
        )


def completed(given: JsonObject, *, measured: JsonObject, defaults: JsonObject) -> JsonObject:
    """What the client gave, then what its lines or products weigh and measure, then the client's own defaults."""
    return {**defaults, **measured, **{name: value for name, value in given.items() if value is not None}}


def route_problems(block: JsonObject, prefix: str) -> list[Problem]:
    """The rules across fields: each end needs an area or coordinates, instant and same-day need coordinates."""
    needs_coordinates = block.get("rate_type_id") in [rate.value for rate in NEEDS_COORDINATES]
    return [
        problem
        for end in ENDS
        if isinstance(place := block.get(end), dict)
        for problem in _place_problems(place, f"{prefix}/{end}", needs_coordinates=needs_coordinates)
    ]


def _place_problems(place: JsonObject, prefix: str, *, needs_coordinates: bool) -> Iterator[Problem]:
    missing = [axis for axis in AXES if _absent(place.get(axis))]
    if needs_coordinates:
        for axis in missing:
            yield Problem(ErrorCode.COORDINATES_REQUIRED, pointer=f"{prefix}/{axis}")
    elif missing and _absent(place.get("area_id")):
        yield Problem(ErrorCode.REQUIRED, f"add this field ({HINTS['area_id']})", f"{prefix}/area_id")


def _absent(value: JsonValue) -> bool:
    return value is None or value == "" or (value == 0 and not isinstance(value, bool))
