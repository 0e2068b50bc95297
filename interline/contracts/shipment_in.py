"""The key parameters of the seed as a client sends them: route, weight, dimensions, rate type, service type."""

from interline.contracts.fields import (
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
from interline.domain.base import JsonObject
from interline.domain.shipment import Place, Shipment


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
