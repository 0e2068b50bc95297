"""The closed, published lists: order statuses, logistics statuses, step states, client events, problems of pricing."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """Where the merchant's intent stands (red). `rules.settle` derives it from the facts."""

    ACCEPTED = "accepted"
    """Durably recorded, not yet in the OMS."""
    REGISTERED = "registered"
    """The OMS has it and has not confirmed it yet."""
    CONFIRMED = "confirmed"
    GOODS_ISSUED = "goods_issued"
    """Outbound: the goods left the warehouse."""
    GOODS_RECEIVED = "goods_received"
    """Return: the goods are back in the warehouse."""
    RETURNED = "returned"
    """Outbound: the goods came back to the warehouse."""
    DELIVERING = "delivering"
    """Business is done, client webhooks are not all delivered yet."""
    COMPLETED = "completed"
    REJECTED = "rejected"
    """The OMS refused the order."""
    CANCELLED = "cancelled"


class LogisticsStatus(StrEnum):
    """What the carrier says (blue), normalised from Shipper's codes."""

    NONE = "none"
    UNKNOWN = "unknown"
    CREATED = "created"
    PICKUP_REQUESTED = "pickup_requested"
    PICKUP_IN_PROGRESS = "pickup_in_progress"
    IN_TRANSIT = "in_transit"
    DELIVERY_EXCEPTION = "delivery_exception"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DELIVERED = "delivered"
    RETURNING = "returning"
    LOST_OR_DAMAGED = "lost_or_damaged"


class LogisticsReason(StrEnum):
    """Why a shipment does not go its way, normalised from Shipper's codes. The raw code stands beside it."""

    CANCELLED = "cancelled"
    WRONG_ADDRESS = "wrong_address"
    REDELIVERY = "redelivery"
    NO_RECIPIENT = "no_recipient"
    OTHER = "other"
    DELIVERY_FAILED = "delivery_failed"
    SENT_BACK = "sent_back"
    LOST_OR_DAMAGED = "lost_or_damaged"


class StepState(StrEnum):
    """Where one arrow of one order stands."""

    PENDING = "pending"
    DONE = "done"
    ATTENTION = "attention"
    SKIPPED = "skipped"
    NOT_APPLICABLE = "not_applicable"


class ClientEvent(StrEnum):
    """The webhooks a client platform receives (header `X-Interline-Event`)."""

    ORDER_CONFIRMED = "order.confirmed"
    ORDER_REJECTED = "order.rejected"
    ORDER_STATUS = "order.status"
    ORDER_GOODS_ISSUED = "order.goods_issued"
    ORDER_GOODS_RECEIVED = "order.goods_received"
    ORDER_AWB_ASSIGNED = "order.awb_assigned"
    ORDER_OVERDUE = "order.overdue"
    ORDER_ATTENTION = "order.attention"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_AMENDED = "order.amended"
    LOGISTICS_PRICED = "logistics.priced"
    LOGISTICS_REPRICED = "logistics.repriced"
    LOGISTICS_STATUS = "logistics.status"
    WEBHOOK_PING = "webhook.ping"
    WEBHOOK_FAILING = "webhook.failing"
    WEBHOOK_DISABLED = "webhook.disabled"

    @property
    def kind(self) -> str:
        """Which of the client's two endpoints gets it: fulfillment or logistics; either: one is named at sending."""
        if self.value.startswith("webhook."):
            return "either"
        return "logistics" if self.value.startswith("logistics.") else "fulfillment"


class StrayReason(StrEnum):
    """Why an event has no open order to go to."""

    EARLY = "early"
    LATE = "late"
    UNMATCHED = "unmatched"
    AMBIGUOUS = "ambiguous"
    UNUSABLE = "unusable"
    OVERFLOW = "overflow"
    """The order was sent as many events as Temporal allows for one workflow."""
    REJECTED = "rejected"
    """It did not prove its sender: nothing of it is kept but its route and time."""


class PricingProblem(StrEnum):
    """Why there is no price."""

    PARTNER_TIMEOUT = "partner-timeout"
    PARTNER_UNAVAILABLE = "partner-unavailable"
    PARTNER_INVALID_RESPONSE = "partner-invalid-response"
    NOT_SERVICEABLE = "not-serviceable"
    EXPIRED_UNASKED = "expired-unasked"
    """The workflow's first task ran later than the client waits, so nobody was asked."""
