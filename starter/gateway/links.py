"""Addresses of our own resources."""

from urllib.parse import quote


def order_link(warehouse_id: str, order_number: str) -> str:
    """Where one order is read."""
    return f"/v3/fulfillment/warehouse/{quote(warehouse_id, safe='')}/outbound/oms/{quote(order_number, safe='')}"
