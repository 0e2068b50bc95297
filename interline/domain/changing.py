"""What may still be changed about an order, and what a change does to its state: cancelling and amending."""

from datetime import datetime
from typing import Final

from interline.domain import parcels, rules
from interline.domain.base import JsonObject
from interline.domain.calls import Ruling
from interline.domain.commands import CancelCommand
from interline.domain.state import Cancellation, OrderState
from interline.domain.statuses import OrderStatus

FIXED: Final = frozenset({"so_number", "doc_no", "tracking_id", "warehouse_id", "order_type", "po_type", "logistics"})
"""What names an order or its price: an amendment cannot change it."""


def cancel_refusal(state: OrderState) -> str | None:
    """Why the order cannot be cancelled now, or None. The one place where this is decided."""
    if state.goods_seen:
        return f"the goods have moved: the order is {state.order_status.value}"
    if rules.ended_early(state) or state.order_status in {OrderStatus.DELIVERING, OrderStatus.COMPLETED}:
        return f"the order has ended: it is {state.order_status.value}"
    return "a cancellation is under way" if rules.cancel_asked(state) else None


def amend_refusal(state: OrderState, changes: JsonObject) -> str | None:
    """Why the order cannot be amended now, or None."""
    fixed = sorted(FIXED & set(changes))
    if not changes:
        return "nothing is to be changed: name the fields in changes"
    if "details" in changes and parcels.pieces(changes["details"]) is None:
        return "details needs lines, each with sku and a whole qty_ordered or ordered_qty from 1"
    return f"{', '.join(fixed)} cannot be changed" if fixed else cancel_refusal(state)


def amended(state: OrderState, changes: JsonObject) -> None:
    """The OMS took an amendment."""
    state.amended = {**state.amended, **changes}
    state.ordered = parcels.pieces(changes.get("details")) or state.ordered


def ask_cancel(state: OrderState, command: CancelCommand, *, at: datetime) -> Cancellation:
    """A cancellation begins: until the OMS has spoken no other one is taken."""
    state.cancellation = Cancellation(actor=command.actor, reason=command.reason, at=at)
    rules.note(state, at, f"cancel asked by {command.actor}: {command.reason}")
    return state.cancellation


def rule_cancel(state: OrderState, asked: Cancellation, ruling: Ruling, *, at: datetime) -> None:
    """The OMS has spoken: the order is cancelled, or goes on."""
    asked.state = "accepted" if ruling.accepted else "refused"
    asked.refusal = "" if ruling.accepted else ruling.reason
    if ruling.accepted:
        rules.settle(state)
        rules.note(state, at, f"cancelled by {asked.actor}: {asked.reason}")
