"""One order as the API shows it: Shipper's field names (reference §5.9) and our own view beside them."""

from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from interline.domain.base import JsonObject
from interline.domain.order import Kind
from interline.domain.statuses import OrderStatus
from interline.domain.view import OrderView

SO_STATUS: Final[Mapping[OrderStatus, str]] = {
    OrderStatus.ACCEPTED: "REGISTERED",
    OrderStatus.REGISTERED: "REGISTERED",
    OrderStatus.CONFIRMED: "CREATED",
    OrderStatus.GOODS_ISSUED: "SHIPPED",
    OrderStatus.GOODS_RECEIVED: "CLOSED",
    OrderStatus.RETURNED: "CLOSED",
    OrderStatus.DELIVERING: "CLOSED",
    OrderStatus.COMPLETED: "CLOSED",
    OrderStatus.REJECTED: "CANCELLED",
    OrderStatus.CANCELLED: "CANCELLED",
}
"""Shipper's words for our statuses (our reading; ALLOCATED, PICKED and PACKED stay in the OMS's own statuses)."""

ORDER_TYPES: Final[Mapping[Kind, str]] = {Kind.OUTBOUND: "SO", Kind.RETURN: "RT"}


def shown(view: OrderView, *, stale: bool) -> JsonObject:
    """`data.outbound`. `stale`: from Temporal's record, because no worker answered."""
    ours: dict[str, JsonValue] = view.model_dump(mode="json")
    return {
        "order_no": view.order_number,
        "order_type": next((name for kind, name in ORDER_TYPES.items() if kind == view.kind), ""),
        "so_status": so_status(view.order_status),
        "warehouse_id": view.warehouse_id,
        "so_reference_1": view.oms_order_no,
        "so_reference_2": view.order_number,
        "tracking_id": view.tracking_id,
        "carrier_name": view.courier,
        "delivery_no": view.awbs[0] if view.awbs else "",
        "interline": {**ours, "stale": stale},
    }


def so_status(ours: str) -> str:
    """Shipper's word for a status of ours."""
    return next((word for status, word in SO_STATUS.items() if status == ours), "")


def statuses_named(word: str) -> list[str]:
    """Our statuses that a filter means: one of ours, or Shipper's word for several. Empty for an unknown word."""
    return [status.value for status, theirs in SO_STATUS.items() if word in (status.value, theirs)]
