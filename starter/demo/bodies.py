"""What the demo's client platform sends, in Shipper's own field names (synthetic people and goods).

Source: fulfillment-pricing-endpoint-1, create outbound (B2C), create inbound; `logistics` and the tracking id of a
return are Interline's (DESIGN §4).
"""

from typing import Final

from pydantic import JsonValue

from interline.domain.base import JsonObject

WAREHOUSE: Final = "WH-JKT-1"
ROUTE: Final[JsonObject] = {
    "origin": {"area_id": 4711, "suburb_id": 482, "lat": "-6.2254", "lng": "106.8272"},
    "destination": {"area_id": 12284, "suburb_id": 1317, "lat": "-6.9175", "lng": "107.6191"},
}
PARCEL: Final[JsonObject] = {"weight": 2.4, "length": 30, "width": 20, "height": 15}
SERVICE: Final[JsonObject] = {"rate_type_id": "regular", "service_type": 1}
ORDER_PRICE: Final = 249_000
LINES: Final[list[JsonValue]] = [
    {"line_no": 1, "sku": "TEA-OOLONG-250", "qty_ordered": 2, "price": 79_000},
    {"line_no": 2, "sku": "CUP-BATIK-BLUE", "qty_ordered": 1, "price": 91_000},
]


def pricing() -> JsonObject:
    """Blue 1: what would it cost?"""
    return {
        **ROUTE,
        **PARCEL,
        **SERVICE,
        "for_order": True,
        "cod": False,
        "with_insurance": False,
        "order_price": ORDER_PRICE,
        "skus": [{"sku": "TEA-OOLONG-250", "qty": 2}, {"sku": "CUP-BATIK-BLUE", "qty": 1}],
    }


def outbound(number: str, tracking_id: str, *, quote_id: str | None = None) -> JsonObject:
    """Red 1: an order, with the quote it was promised."""
    logistics = _logistics() if quote_id is None else {**_logistics(), "quote_id": quote_id}
    return {"data": {"outbound": {**_sales_order(number), "tracking_id": tracking_id, "logistics": logistics}}}


def inbound(number: str, tracking_id: str) -> JsonObject:
    """Red 1 of a return: the first line's goods come back."""
    returned: JsonObject = {
        "warehouse_id": WAREHOUSE,
        "customer_id": "CS674",
        "doc_no": number,
        "po_type": "RT",
        "tracking_id": tracking_id,
        "supplier_name": "Buyer of the demo",
        "remark": "does not fit",
        "details": LINES[:1],
        "logistics": {**_logistics(), "origin": ROUTE["destination"], "destination": ROUTE["origin"]},
    }
    return {"data": {"inbound": returned}}


def _logistics() -> JsonObject:
    return {**ROUTE, **PARCEL, **SERVICE, "cod": False, "with_insurance": False, "order_price": ORDER_PRICE}


def _sales_order(number: str) -> JsonObject:
    return {
        "warehouse_id": WAREHOUSE,
        "customer_id": "CS674",
        "so_number": number,
        "order_type": "SO",
        "platform": "ERP",
        "order_identification_code": 1,
        "internal_order_status": "paid",
        "express_code": "JNE",
        "tenant_name": "Demo Shop",
        "consignee": "Sample Buyer",
        "consignee_phone": "0800000000",
        "consignee_email": "buyer@example.com",
        "consignee_full_address": "Jalan Contoh 1",
        "consignee_state": "Indonesia",
        "consignee_province": "Jawa Barat",
        "consignee_city": "Bandung",
        "area": "",
        "town": "",
        "details": LINES,
    }
