"""The order as its workflow receives it: the single payload of the start."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from interline.domain.base import Durable, JsonObject
from interline.domain.policy import OrderPolicy
from interline.domain.shipment import Shipment
from interline.domain.state import OrderState


class Kind(StrEnum):
    """Which way the goods go."""

    OUTBOUND = "outbound"
    RETURN = "return"


class Line(Durable):
    """One ordered product. Quantity in the product's own unit of measure (one SKU, one unit)."""

    sku: str
    quantity: int


class OrderInput(Durable):
    """Everything an order's workflow needs to know, fixed at red 1.

    `body` is the client's own object (`data.outbound` or `data.inbound`), forwarded to the OMS with the fields we do
    not know untouched. It holds personal data: it never goes to a log, an id, a memo or a search attribute.
    """

    version: int = 1
    client_id: str
    order_number: str
    kind: Kind
    tracking_id: str
    warehouse_id: str
    lines: list[Line]
    shipment: Shipment
    quote_id: str | None = None
    body: JsonObject
    accepted_at: datetime
    callback_url: str = ""
    """Where the logistics provider reports this client's shipments (blue 5 and blue 6 carry it)."""
    policy: OrderPolicy = Field(default_factory=OrderPolicy)
    carried: OrderState | None = None
    """Where the order stood when its history was continued as a new one."""
