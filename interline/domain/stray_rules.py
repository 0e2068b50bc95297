"""What may become of a stray event. Pure; `workflows.stray` acts."""

from datetime import datetime, timedelta
from typing import Final

from interline.domain.carrier import RANK, normalise
from interline.domain.events import Event
from interline.domain.statuses import LogisticsStatus, OrderStatus, StrayReason
from interline.domain.stray import (
    EndedOrder,
    HandOverResult,
    KeptEvent,
    KeptState,
    StrayCommand,
    StrayEvent,
    StrayInput,
    StrayState,
)
from interline.names import Signal

KEPT: Final = 20
WAITS_FOR: Final = timedelta(hours=72)
"""An early event for its order; and a room, after its last late event, for repetitions of it."""
OPEN: Final = frozenset({KeptState.WAITING.value, KeptState.HUMAN.value, KeptState.LATE.value})
HANDED_OVER_BY_ITSELF: Final = frozenset({StrayReason.EARLY, StrayReason.LATE})
UNFULFILLED: Final = frozenset({OrderStatus.CANCELLED.value, OrderStatus.REJECTED.value})
REOPENING: Final = frozenset({LogisticsStatus.RETURNING, LogisticsStatus.LOST_OR_DAMAGED})


def keep(state: StrayState, room: StrayInput, came: StrayEvent, *, now: datetime) -> None:
    """Keep it once. Of more than twenty the oldest that is settled gives way, else the new one is only counted."""
    if find(state, came.event.event_id):
        return
    if len(state.events) >= KEPT:
        settled = next((kept for kept in state.events if kept.state not in OPEN), None)
        state.more += 1
        if settled is None:
            return
        state.events.remove(settled)
    waits = room.order_number is not None and came.reason in HANDED_OVER_BY_ITSELF
    place = KeptState.WAITING if waits else KeptState.HUMAN
    number = (room.order_number or "") if waits else ""
    kept = KeptEvent(reason=came.reason, event=came.event, state=place.value, at=now, came_at=now, order_number=number)
    state.events.append(kept)


def in_state(state: StrayState, wanted: KeptState) -> list[KeptEvent]:
    """The kept events of that state."""
    return [kept for kept in state.events if kept.state == wanted.value]


def untold(state: StrayState) -> list[KeptEvent]:
    """Late events about which something is left to be done."""
    return [kept for kept in in_state(state, KeptState.LATE) if not kept.told]


def expire(state: StrayState, *, now: datetime) -> None:
    """What waited too long for its order waits for a human."""
    for kept in in_state(state, KeptState.WAITING):
        if now - (kept.came_at or now) > WAITS_FOR:
            kept.state, kept.at = KeptState.HUMAN.value, now
            kept.note = "no order of this number appeared within 72 hours"


def settle(waiting: list[KeptEvent], result: HandOverResult, *, now: datetime) -> None:
    """What the hand-over did to the events that were tried."""
    for kept in waiting:
        place = _outcome(kept.event.event_id, result)
        if place is not KeptState.WAITING:
            kept.state, kept.at = place.value, now
        if place is KeptState.HUMAN:
            kept.note = result.problem


def _outcome(event_id: str, result: HandOverResult) -> KeptState:
    """A result without ids is one of an older worker: it holds for all."""
    ladder = (
        (event_id in result.handed, KeptState.HANDED_OVER),
        (event_id in result.known, KeptState.KNOWN),
        (bool(result.problem), KeptState.HUMAN),
        (result.ended is not None or result.state == KeptState.LATE, KeptState.LATE),
        (result.state == KeptState.HANDED_OVER and not result.handed, KeptState.HANDED_OVER),
    )
    return next((place for holds, place in ladder if holds), KeptState.WAITING)


def quiet_until(state: StrayState) -> datetime | None:
    """Until when the room stays open for repetitions of its late events."""
    late = [kept.came_at for kept in in_state(state, KeptState.LATE) if kept.came_at]
    return max(late) + WAITS_FOR if late else None


def find(state: StrayState, event_id: str) -> KeptEvent | None:
    """The kept event of that id."""
    return next((kept for kept in state.events if kept.event.event_id == event_id), None)


def refusal(state: StrayState, command: StrayCommand, *, assign: bool) -> str | None:
    """Why the command makes no sense, or None."""
    kept = find(state, command.event_id)
    if not command.actor.strip() or not command.reason.strip():
        return "actor and reason are recorded: fill in both"
    if kept is None:
        return f"no event {command.event_id} is kept here"
    if kept.state not in {KeptState.HUMAN.value, KeptState.WAITING.value}:
        return f"nothing is left to decide: this event is {kept.state}"
    if assign and (kept.reason is StrayReason.UNUSABLE or kept.event.kind not in set(Signal)):
        return "this event cannot be used: state its fact with `interline order confirm`, then drop it"
    return "name the order it belongs to" if assign and not command.order_number.strip() else None


def alarm(event: Event, order: EndedOrder) -> str:
    """Why a human must look at a late event of an ended order, or nothing."""
    if order.stopped:
        return f"its order was stopped from outside while it was {order.order_status}: nobody acts on this"
    if order.order_status not in UNFULFILLED:
        return ""
    refused = event.data.get("accepted") is False
    words = {
        Signal.GOODS_ISSUED.value: f"the goods left although the order is {order.order_status}",
        Signal.ORDER_CONFIRMED.value: "" if refused else f"confirmed although the order is {order.order_status}",
    }
    return words.get(event.kind, "")


def says_nothing_new(event: Event, order: EndedOrder) -> bool:
    """A confirmation of an order that was carried out: other facts confirmed it, and its client was told so then."""
    carried_out = order.order_status == OrderStatus.COMPLETED.value and not order.stopped
    return carried_out and event.kind == Signal.ORDER_CONFIRMED and event.data.get("accepted") is not False


def reopens(event: Event, order: EndedOrder) -> LogisticsStatus | None:
    """The status that a late event reopens its order with, in the OMS's record: returned, lost, damaged."""
    if event.kind != Signal.SHIPMENT_STATUS:
        return None
    status = normalise(str(event.data.get("code") or ""))
    before = RANK.get(LogisticsStatus(order.logistics_status or LogisticsStatus.NONE), 0)
    return status if status in REOPENING and RANK[status] > before else None
