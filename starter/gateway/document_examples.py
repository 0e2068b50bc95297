"""Examples of bodies in the OpenAPI document. Tests send each of them to a running gateway."""

from typing import Final

from interline.domain.base import JsonObject

_PLACE: Final[JsonObject] = {"area_id": 4711, "suburb_id": 482, "lat": "-6.2250000", "lng": "106.8090000"}
_SHIPMENT: Final[JsonObject] = {
    "origin": _PLACE,
    "destination": {"area_id": 12284, "suburb_id": 1248, "lat": "-6.1800000", "lng": "106.8600000"},
    "weight": 1.2,
    "length": 30,
    "width": 20,
    "height": 10,
    "service_type": 1,
    "cod": False,
    "with_insurance": False,
    "order_price": 300000,
}
OUTBOUND: Final[JsonObject] = {
    "so_number": "SO-20261123-1",
    "tracking_id": "219PE62KWMMNX",
    "warehouse_id": "WH-JKT-1",
    "order_type": "SO",
    "consignee": "Receiver",
    "consignee_phone": "6281200000001",
    "consignee_full_address": "Jl. Contoh 1",
    "consignee_city": "Jakarta",
    "details": [{"line_no": 1, "sku": "SKU-1", "qty_ordered": 2, "price": 150000}],
    "logistics": {**_SHIPMENT, "rate_type_id": "regular"},
}
INBOUND: Final[JsonObject] = {
    "doc_no": "RT-20261123-1",
    "po_type": "RT",
    "tracking_id": "219PE62KWMMNY",
    "warehouse_id": "WH-JKT-1",
    "details": [{"line_no": 1, "sku": "SKU-1", "ordered_qty": 1}],
    "logistics": {**_SHIPMENT, "rate_type_id": "regular"},
}
PRICING: Final[JsonObject] = {**_SHIPMENT, "for_order": True, "rate_type_id": "regular"}

OF_BODY: Final[dict[str, JsonObject]] = {
    "CancellationBody": {
        "data": {
            "cancellation": {
                "order_no": "SO-20261123-1",
                "warehouse_id": "WH-JKT-1",
                "cancel_reason": "the buyer changed their mind",
            }
        }
    },
    "AmendmentBody": {
        "data": {
            "amendment": {
                "warehouse_id": "WH-JKT-1",
                "amend_reason": "the buyer moved",
                "consignee_full_address": "Jl. Contoh 2",
                "consignee_city": "Bogor",
            }
        }
    },
    "WebhooksBody": {
        "fulfillment": {"url": "https://shop.example/webhooks/fulfillment", "active": True, "events": []},
        "logistics": {"url": "https://shop.example/webhooks/logistics", "active": True, "rate_per_second": 20},
    },
    "KindBody": {"kind": "logistics"},
    "RotateBody": {"overlap_hours": 24},
    "PauseBody": {"reason": "we move our servers"},
    "EventsBody": {"events": []},
    "RedeliverBody": {"order_no": "SO-20261123-1", "failed_only": True},
}
"""Of each body that `document_routes` names."""
