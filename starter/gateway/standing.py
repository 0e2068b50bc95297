"""Where an order stands, as Temporal's own record of it says: no worker is asked."""

from typing import Final

from temporalio.client import WorkflowExecutionDescription

from interline.attributes import KEYWORDS
from interline.contracts.order_out import so_status
from interline.domain.base import JsonObject
from interline.domain.statuses import OrderStatus
from interline.names import Attribute
from starter.endings import stopped

NOT_CARRIED_OUT: Final = frozenset({OrderStatus.CANCELLED.value, OrderStatus.REJECTED.value})


def standing(described: WorkflowExecutionDescription) -> JsonObject:
    """Both axes and Shipper's word for the first."""
    status = word(described, Attribute.ORDER_STATUS)
    return {
        "order_status": status,
        "so_status": so_status(status),
        "logistics_status": word(described, Attribute.LOGISTICS_STATUS),
    }


def why_it_is_off(described: WorkflowExecutionDescription) -> str:
    """Why this order will not be carried out any more, in a few words; empty while it is, or when it was."""
    status = word(described, Attribute.ORDER_STATUS)
    return f"it is {status}" if status in NOT_CARRIED_OUT else stopped(described) and f"it {stopped(described)}"


def word(described: WorkflowExecutionDescription, attribute: Attribute) -> str:
    """A keyword attribute, or nothing."""
    return described.typed_search_attributes.get(KEYWORDS[attribute], "")
