"""Blue 4: a quote as Shipper's pricing answer (reference §2.3), with our quote id and its end."""

from interline.domain.base import JsonObject
from interline.domain.shipment import Place, Quote


def shown(quote: Quote) -> JsonObject:
    """`data`: the provider's own offers, cheapest first."""
    return {
        "quote_id": quote.quote_id,
        "valid_until": quote.valid_until.isoformat(),
        "origin": _place(quote.shipment.origin),
        "destination": _place(quote.shipment.destination),
        "pricings": list(quote.offers),
    }


def _place(place: Place) -> JsonObject:
    """Coordinates are numbers here, texts in requests (Shipper's own difference)."""
    known: JsonObject = place.model_dump(mode="json", include={"area_id", "suburb_id"}, exclude_none=True)
    return {**known, **{axis: float(text) for axis, text in (("lat", place.lat), ("lng", place.lng)) if text}}
