"""Every durable name, once. A name here may never change: histories, fixtures and dashboards hold it.

Ids stay within 200 bytes and keyword attributes within 255 (PostgreSQL's columns end there).
"""

import hashlib
from enum import StrEnum
from typing import Final

ORDER_QUEUE: Final = "interline-orders"

ID_BYTES: Final = 200


class Workflow(StrEnum):
    """Workflow types."""

    ORDER = "Order"
    DOMESTIC_PRICING = "DomesticPricing"
    STRAY = "Stray"
    CLIENT_ACCOUNT = "ClientAccount"
    REDELIVERY = "Redelivery"
    IDEMPOTENCY_KEY = "IdempotencyKey"
    RECONCILIATION = "Reconciliation"


class Signal(StrEnum):
    """What partners tell an order; also the event names of the sandbox and of `Stray`."""

    ORDER_CONFIRMED = "order_confirmed"
    ORDER_STATUS = "order_status"
    GOODS_ISSUED = "goods_issued"
    GOODS_RECEIVED = "goods_received"
    AWB_ASSIGNED = "awb_assigned"
    SHIPMENT_STATUS = "shipment_status"


STRAY_EVENT: Final = "stray_event"
"""The one signal of `Stray`."""


class Update(StrEnum):
    """Commands to an order that need an answer."""

    CANCEL = "cancel"
    AMEND = "amend"
    RETRY_STEP = "retry_step"
    SKIP_STEP = "skip_step"
    CONFIRM_MANUALLY = "confirm_manually"


class AccountUpdate(StrEnum):
    """Commands to a client's account."""

    CONFIGURE_WEBHOOKS = "configure_webhooks"
    ROTATE_SECRET = "rotate_secret"  # noqa: S105  the name of a command
    PAUSE = "pause"
    RESUME = "resume"
    CHOOSE_EVENTS = "choose_events"
    TEST_ENDPOINT = "test_endpoint"
    RECOVER = "recover"


ENDPOINT_HEALTH: Final = "endpoint_health"
"""The one signal of `ClientAccount`: what a delivery saw."""


class StrayUpdate(StrEnum):
    """Commands to a waiting room."""

    ASSIGN = "assign"
    DROP = "drop"


TRACKING_ID_SHARED: Final = "tracking_id_shared"
"""Tells an order that another open order of the client has its tracking id."""

PRICING_PATCH: Final = "pricing-way-2"
"""Marker in the history of an order of `OrderPolicy.pricing_way` 2, where the ways differ."""
STATUS_QUERY: Final = "status"
DELIVERIES_QUERY: Final = "deliveries"
DELIVERY_QUERY: Final = "delivery"
DIFFERENCES_QUERY: Final = "differences"
RECONCILE_SCHEDULE: Final = "interline-reconcile"
"""Id of the Temporal Schedule, and what the ids of its workflows begin with."""


class Activity(StrEnum):
    """`system.verb_object`."""

    OMS_CREATE_OUTBOUND = "oms.create_outbound"
    OMS_CREATE_RETURN = "oms.create_return"
    OMS_LOOK_UP_ORDER = "oms.look_up_order"
    OMS_CANCEL_ORDER = "oms.cancel_order"
    OMS_AMEND_ORDER = "oms.amend_order"
    OMS_RECORD_WEBHOOK = "oms.record_logistics_webhook"
    OMS_UPDATE_SHIPMENT_STATUS = "oms.update_shipment_status"
    LOGISTICS_REQUEST_PRICING = "logistics.request_pricing"
    LOGISTICS_REGISTER_WEBHOOK = "logistics.register_webhook"
    LOGISTICS_UNREGISTER_WEBHOOK = "logistics.unregister_webhook"
    LOGISTICS_CANCEL_SHIPMENT = "logistics.cancel_shipment"
    LOGISTICS_LOOK_UP_SHIPMENT = "logistics.look_up_shipment"
    LOGISTICS_CHECK_TRACKING = "logistics.check_tracking"
    LOGISTICS_READ_QUOTE = "logistics.read_quote"
    WMS_FORWARD_GOODS_ISSUE = "wms.forward_goods_issue"
    WMS_FORWARD_GOODS_RECEIPT = "wms.forward_goods_receipt"
    CLIENT_SEND_WEBHOOK = "client_platform.send_webhook"
    CLIENT_SEND_AGAIN = "client_platform.send_webhook_again"
    CLIENT_SEND_PING = "client_platform.send_ping"
    STRAY_HAND_OVER = "stray.hand_over"
    ENGINE_PENDING_CALLS = "engine.pending_calls"
    ENGINE_MAKE_DUE = "engine.make_deliveries_due"
    ENGINE_FIND_DELIVERIES = "engine.find_deliveries"
    ENGINE_FIND_OPEN_ORDERS = "engine.find_open_orders"
    ENGINE_COMPARE_ORDER = "engine.compare_order"


class Partner(StrEnum):
    """A system we call. The value is also the name of its task queue's tail and of its part of the settings."""

    OMS = "oms"
    WMS = "wms"
    LOGISTICS = "logistics"
    CLIENT_PLATFORM = "client_platform"

    @property
    def queue(self) -> str:
        """Task queue of this partner's durable calls; a declared rate holds there for all workers."""
        return "interline-" + self.value.replace("_", "-")


class Attribute(StrEnum):
    """Search attributes: opaque ids and states, never personal data."""

    CLIENT_ID = "ClientId"
    TRACKING_ID = "TrackingId"
    ORDER_STATUS = "OrderStatus"
    LOGISTICS_STATUS = "LogisticsStatus"
    OMS_ORDER_NO = "OmsOrderNo"
    COURIER = "Courier"
    WAREHOUSE_ID = "WarehouseId"
    NEEDS_ATTENTION = "NeedsAttention"


MEMO_FINGERPRINT: Final = "fingerprint"
MEMO_ACCEPTED: Final = "accepted"
MEMO_KIND: Final = "kind"
MEMO_ACCOUNT: Final = "account"


def order_workflow_id(client_id: str, order_number: str) -> str:
    """Id of the one workflow of an order. Same client and number, same workflow."""
    return _bounded("order", client_id, order_number)


def stray_workflow_id(client_id: str, key: str) -> str:
    """Id of the waiting room of events for one order number or unknown reference."""
    return _bounded("stray", client_id, key)


def quote_workflow_id(client_id: str, quote_id: str) -> str:
    """Id of the pricing workflow that made a quote."""
    return _bounded("quote", client_id, quote_id)


def client_workflow_id(client_id: str) -> str:
    """Id of the account of a client."""
    return f"client:{client_id}"


def redelivery_workflow_id(client_id: str, key: str) -> str:
    """Id of one redelivery. `key` names what is sent again; running twice at a time makes no sense."""
    return _bounded("redeliver", client_id, key)


def idempotency_workflow_id(client_id: str, key: str) -> str:
    """Id of the record of a client's `Idempotency-Key`. Hashed: nobody knows what clients put into it."""
    return f"idempotency:{client_id}:sha256-{hashlib.sha256(key.encode()).hexdigest()}"


def _bounded(kind: str, client_id: str, key: str) -> str:
    full = f"{kind}:{client_id}:{key}"
    if len(full.encode()) <= ID_BYTES:
        return full
    return f"{kind}:{client_id}:sha256-{hashlib.sha256(key.encode()).hexdigest()}"


def effect_key(client_id: str, order_number: str, step: str, item: str = "", revision: int = 0) -> str:
    """The idempotency key of one effect, fixed before its first attempt.

    Pure in (order, step, item, revision): only an amend or a corrected retry raises the revision, so a retry, another
    worker, a replay or a continue-as-new repeat the same key. Hashed, so that no id of a client leaks to a partner.
    """
    text = "\x1f".join((client_id, order_number, step, item, str(revision)))
    return "il-" + hashlib.sha256(text.encode()).hexdigest()[:40]
