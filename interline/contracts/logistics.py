"""The logistics provider's wire formats: Shipper's merchant API, plus webhook registration (blue 6). Pure."""

from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import quote

from pydantic import JsonValue

from interline.contracts.wire import at, body_of, read, text, wrong
from interline.domain.base import JsonObject
from interline.domain.calls import Priced
from interline.domain.order import OrderInput
from interline.domain.shipment import Place, Price, Shipment

WEBHOOKS_PATH: Final = "/v3/webhooks"
DEAREST_IDR: Final = 1_000_000_000
MOST_OFFERS: Final = 30
"""Shipper's own default page."""


def pricing_path(shipment: Shipment) -> str:
    """`POST` by rate type (official page *domestic-pricing-by-rate-type*)."""
    return f"/v3/pricing/domestic/{shipment.rate_type.value}"


def pricing_body(shipment: Shipment) -> bytes:
    """Origin, destination, weight (kg), dimensions (cm), value (IDR), service type, as page *domestic-pricing-1*."""
    return body_of(
        {
            "origin": _place(shipment.origin),
            "destination": _place(shipment.destination),
            "weight": float(shipment.weight_kg),
            "length": shipment.length_cm,
            "width": shipment.width_cm,
            "height": shipment.height_cm,
            "item_value": shipment.item_value_idr,
            "service_type": shipment.service_type,
            "cod": shipment.cod,
            "for_order": True,
            "limit": MOST_OFFERS,
            "page": 1,
            "sort_by": ["final_price"],
        }
    )


def priced(raw: bytes, *, provider: str = "") -> Priced:
    """Blue 3: the offers that can be true, cheapest first. Numbers from outside are never trusted: absurd ones go.

    Raises:
        WrongAnswerError: not a pricing answer, or offers of which none can be true.
    """
    rows = at(read("logistics", raw), "data", "pricings")
    if not isinstance(rows, list):
        wrong("logistics", "it has no list of prices")
    if not rows:
        return Priced(not_serviceable="no service for this route, size and rate type")
    checked = [(price, row) for row in rows[:MOST_OFFERS] if isinstance(row, dict) and (price := _price(row, provider))]
    if not checked:
        wrong("logistics", "none of its prices can be true")
    checked.sort(key=lambda pair: (pair[0].final_price_idr, pair[0].rate_id))
    return Priced(prices=[price for price, _ in checked], offers=[row for _, row in checked])


def choose(prices: list[Price], shipment: Shipment) -> Price | None:
    """The offer an order takes: the rate it names, else the cheapest."""
    fitting = [price for price in prices if shipment.rate_id in {None, price.rate_id}]
    return min(fitting, key=lambda price: (price.final_price_idr, price.rate_id), default=None)


def best(priced: Priced, shipment: Shipment) -> Priced:
    """Only the offer an order would take, or none."""
    chosen = choose(priced.prices, shipment)
    return Priced(prices=[chosen] if chosen else [], not_serviceable=priced.not_serviceable)


def webhook_object(order: OrderInput, price: Price | None) -> JsonObject:
    """The logistics webhook data of an order: blue 5 records it, blue 6 registers the same object (seed)."""
    return {
        "order_no": order.order_number,
        "tracking_id": order.tracking_id,
        "callback_url": order.callback_url,
        "provider": price.carrier_code if price else None,
        "rate_type": order.shipment.rate_type.value,
        "service_type": order.shipment.service_type,
        "rate_id": price.rate_id if price else order.shipment.rate_id,
        "price": price.final_price_idr if price else None,
        "currency": price.currency if price else "IDR",
    }


def webhook_body(webhook: JsonObject) -> bytes:
    """The body of blue 5 and of blue 6."""
    return body_of({"data": {"logistics_webhook": webhook}})


def registration(raw: bytes, order_number: str) -> str:
    """The provider's id of a registration.

    Raises:
        WrongAnswerError: the answer has none, or names another order.
    """
    data = at(read("logistics", raw), "data")
    if text(at(data, "order_no")) not in {"", order_number}:
        wrong("logistics", "its answer names another order")
    return text(at(data, "webhook_id")) or wrong("logistics", "its answer has no webhook id")


def registered_id(raw: bytes, order: str, callback_url: str) -> str | None:
    """The id of our own registration among those the provider lists for the order."""
    rows = at(read("logistics", raw), "data", "webhooks")
    if not isinstance(rows, list):
        wrong("logistics", "its look-up has no list of webhooks")
    ours = (row for row in rows if at(row, "order_no") == order and at(row, "callback_url") == callback_url)
    return next((text(at(row, "webhook_id")) for row in ours), None)


def webhook_path(partner_id: str) -> str:
    """`DELETE` of one registration."""
    return f"{WEBHOOKS_PATH}/{quote(partner_id, safe='')}"


def cancel_body(reason: str) -> bytes:
    """`DELETE /v3/order/{id}` carries a body (page *cancelled-order*)."""
    return body_of({"reason": reason[:200]})


def order_path(tracking_id: str) -> str:
    """`GET` of one logistics order by Shipper's tracking id."""
    return f"/v3/order/{quote(tracking_id, safe='')}"


def _place(place: Place) -> JsonObject:
    return place.model_dump(mode="json", exclude_none=True)


def _price(row: JsonObject, provider: str) -> Price | None:
    rate_id, amount = _whole(at(row, "rate", "id")), _rupiah(row.get("final_price"))
    if rate_id is None or amount is None or row.get("currency", "IDR") != "IDR":
        return None
    return Price(
        rate_id=rate_id,
        provider=provider,
        carrier_code=text(at(row, "logistic", "code")),
        carrier_name=text(at(row, "logistic", "name")),
        rate_name=text(at(row, "rate", "name")),
        rate_type=text(at(row, "rate", "type")),
        final_price_idr=amount,
        final_weight_kg=_decimal(row.get("final_weight")),
        insurance_fee_idr=_rupiah(row.get("insurance_fee")) or 0,
        must_use_insurance=row.get("must_use_insurance") is True,
        min_days=_whole(row.get("min_day")),
        max_days=_whole(row.get("max_day")),
    )


def _rupiah(value: JsonValue) -> int | None:
    """Whole rupiah; Shipper sometimes sends them as 9000.0. Negative, zero and absurd amounts are no price."""
    amount = _decimal(value)
    if amount is None or not 0 < amount <= DEAREST_IDR or amount != int(amount):
        return None
    return int(amount)


def _decimal(value: JsonValue) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _whole(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
