"""What an event changes. Called at once by the signal handlers, so that every validator sees the newest state.

A rule only records: facts go up by rank, never down; what must be done about them is queued for the tracks.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from interline.domain import parcels
from interline.domain.carrier import RANK, normalise
from interline.domain.events import ASKED, Event
from interline.domain.order import Kind, OrderInput
from interline.domain.state import CarrierFact, OrderState
from interline.domain.statuses import LogisticsStatus as S
from interline.domain.statuses import OrderStatus
from interline.domain.view import TimelineEntry

SEEN_KEPT: Final = 2_000
TIMELINE_KEPT: Final = 200
SAID_KEPT: Final = 200
OMS_CANCELLED: Final = "90"
AHEAD: Final = timedelta(days=1)
"""Of a partner's time over the time of its arrival: beyond that its clock is wrong."""
STALE: Final = timedelta(days=35)
"""Longer than the most patient senders repeat a webhook."""


def fresh(order: OrderInput) -> OrderState:
    """The state of an order that was just accepted."""
    return OrderState(is_return=order.kind is Kind.RETURN, ordered=sum(line.quantity for line in order.lines))


def apply(state: OrderState, event: Event, *, now: datetime) -> bool:
    """Record one event. False for a repetition, which changes nothing."""
    if event.event_id in state.seen:
        state.duplicates += 1
        return False
    state.seen = [*state.seen, event.event_id][-SEEN_KEPT:]
    _look_at_the_clock(state, event)
    rule = RULES.get(event.kind, unusable)
    rule(state, event)
    settle(state)
    note(state, now, f"{event.kind} received", step=_STEP_OF.get(event.kind, ""))
    return True


def note(state: OrderState, at: datetime, what: str, *, step: str = "") -> None:
    """Add one line to the timeline (the newest are kept)."""
    state.timeline = [*state.timeline, TimelineEntry(at=at, what=what, step=step)][-TIMELINE_KEPT:]


def settle(state: OrderState) -> None:
    """Derive the order's status from the facts, so that the order of their arrival cannot matter.

    An order that only waits for the client's endpoint is reopened by a fact after which more is expected.
    """
    only_told = state.order_status is OrderStatus.DELIVERING and not _more_expected(state)
    if not only_told and state.order_status is not OrderStatus.COMPLETED:
        state.order_status = _from_facts(state)


def cancelled_by_us(state: OrderState) -> bool:
    """The OMS accepted our cancellation."""
    return state.cancellation is not None and state.cancellation.state == "accepted"


def cancel_asked(state: OrderState) -> bool:
    """A cancellation waits for the OMS's word."""
    return state.cancellation is not None and state.cancellation.state == "asking"


def _from_facts(state: OrderState) -> OrderStatus:
    """The first that holds."""
    ladder = (
        (cancelled_by_us(state), OrderStatus.CANCELLED),
        (state.came_back, OrderStatus.RETURNED),
        (bool(state.goods_seen) and state.goods_received, OrderStatus.GOODS_RECEIVED),
        (bool(state.goods_seen), OrderStatus.GOODS_ISSUED),
        (state.cancelled_by_oms, OrderStatus.CANCELLED),
        (state.confirmed, OrderStatus.CONFIRMED),
        (state.rejection is not None, OrderStatus.REJECTED),
        (state.registered, OrderStatus.REGISTERED),
    )
    return next((status for holds, status in ladder if holds), OrderStatus.ACCEPTED)


def contradictions(state: OrderState) -> list[str]:
    """What cannot all be true; an operator should see it."""
    pairs = (
        (state.confirmed and state.rejection is not None, "the OMS both confirmed and rejected this order"),
        (state.cancelled_by_oms and bool(state.goods_seen), "the OMS cancelled this order after the goods moved"),
        (cancelled_by_us(state) and bool(state.goods_seen), "the goods moved after the cancellation"),
        ({"delivered", "cancelled"} <= set(state.heard), "the courier said both delivered and cancelled"),
        (state.carrier.status is S.DELIVERED and not state.goods_seen, "delivered before the goods moved"),
        (parcels.named_twice(state), "one parcel has several waybill numbers"),
    )
    return [text for holds, text in pairs if holds]


def order_confirmed(state: OrderState, event: Event) -> None:
    """Red 4. A rejection counts only while nothing else is known."""
    number = _text(event, "oms_order_no") or event.oms_order_no or ""
    if number and state.oms_order_no not in {"", number}:
        flag(state, "the OMS gave this order two numbers")
    state.oms_order_no = _either(state.oms_order_no, number)
    if event.data.get("accepted") is False:
        state.rejection = _either(state.rejection or "", _text(event, "reason") or "no reason given")
    else:
        state.confirmed = True


def goods_moved(state: OrderState, event: Event) -> None:
    """Red 6: the warehouse booked goods out (PGI) or in (GRN). What goes out is not the goods of a return."""
    received = event.kind == "goods_received"
    if state.is_return and not received:
        flag(state, "the warehouse issued goods for a return: kept and told, it moves nothing")
        state.warehouse_inbox.append(event)
        return
    came_back = received and not state.is_return
    new = event if came_back else parcels.news(state, event)
    if new is None:
        state.duplicates += 1
        return
    state.goods_seen.append(event.event_id)
    _carrier_of(state, event)
    state.goods_received = state.goods_received or received
    state.came_back = state.came_back or came_back
    if not came_back:
        parcels.goods_booked(state, new)
    state.carrier = parcels.overall(state)
    state.warehouse_inbox.append(new)
    if event.data.get("weight_kg") is not None:
        state.weighed_inbox.append(new)


def order_status(state: OrderState, event: Event) -> None:
    """A status of the OMS; 90 means that it cancelled the order by itself."""
    _carrier_of(state, event)
    code = _text(event, "code")
    state.cancelled_by_oms = state.cancelled_by_oms or code == OMS_CANCELLED
    state.closed_by_oms = state.closed_by_oms or code == parcels.OMS_CLOSED
    state.warehouse_inbox.append(event)


def awb_assigned(state: OrderState, event: Event) -> None:
    """The courier's waybill number is known."""
    _carrier_of(state, event)
    state.warehouse_inbox.append(event)


def shipment_status(state: OrderState, event: Event) -> None:
    """Blue 7: what the carrier says. The highest rank counts; unknown codes are flagged and move nothing.

    The same word about the same parcel (heard by webhook and by asking) is told once; parcels scanned together are not
    the same word.
    """
    code = _text(event, "code") or ""
    status = normalise(code)
    if status is S.UNKNOWN:
        flag(state, f"unknown shipment code {code[:20]!r}")
    else:
        fact = CarrierFact(status=status, code=code, at=None if _is_ahead(event) else event.occurred_at)
        parcels.courier_said(state, _text(event, "awb") or "", fact)
        state.carrier = parcels.overall(state)
    _carrier_of(state, event)
    said = f"{code} {event.occurred_at.isoformat(timespec='seconds') if event.occurred_at else event.event_id} "
    awb = _text(event, "awb") or ""
    vague = not awb or event.event_id.startswith(ASKED)
    if said + awb in state.courier_said or (vague and any(known.startswith(said) for known in state.courier_said)):
        state.duplicates += 1
        return
    state.courier_said = [*state.courier_said, said + awb][-SAID_KEPT:]
    state.carrier_inbox.append(event)


def _look_at_the_clock(state: OrderState, event: Event) -> None:
    """A time that cannot be true is kept and forwarded as it came, and an operator sees it."""
    if _is_ahead(event):
        flag(state, f"a clock is wrong: {event.kind} of {event.partner or 'a partner'} came before its own time")
    elif _delay(event) > STALE:
        flag(state, f"a clock is wrong, or {event.kind} of {event.partner or 'a partner'} came after weeks")


def _is_ahead(event: Event) -> bool:
    """Told before it can have happened: its time decides nothing."""
    return _delay(event) < -AHEAD


def _delay(event: Event) -> timedelta:
    """How long after it happened it was received, by two clocks; of what was learnt by asking nothing is known."""
    if event.received_at is None or event.occurred_at is None:
        return timedelta()
    return event.received_at - event.occurred_at


def unusable(state: OrderState, event: Event) -> None:
    """A signal nobody knows: kept where an operator sees it."""
    state.unusable.append(event.event_id)
    flag(state, f"unusable event of kind {event.kind[:40]!r}")


def flag(state: OrderState, text: str) -> None:
    """Something an operator should see; said once."""
    if text not in state.flags:
        state.flags.append(text)


def end_status(state: OrderState) -> OrderStatus:
    """What an order that is over has come to."""
    early = ended_early(state) or state.came_back
    return _from_facts(state) if early else OrderStatus.COMPLETED


def carrier_done(state: OrderState) -> bool:
    """The courier said its last word about every parcel."""
    return parcels.all_ended(state)


def picked_up(state: OrderState) -> bool:
    """The courier has every parcel."""
    return RANK[state.carrier.status] > RANK[S.PICKUP_IN_PROGRESS]


def goods_done(state: OrderState) -> bool:
    """The warehouse moved goods, and each movement was told to the WMS (or that was skipped)."""
    return bool(state.goods_seen) and all(item in state.goods_told for item in state.goods_seen)


def to_be_undone(state: OrderState) -> bool:
    """It was cancelled, and what had been done for it is not taken back yet."""
    return not state.undone and _from_facts(state) is OrderStatus.CANCELLED


def ended_early(state: OrderState) -> bool:
    """The OMS will not fulfil this order. By its facts: it may be `delivering` the word of that to the client."""
    possible = state.cancelled_by_oms or state.rejection is not None or state.cancellation is not None
    # Asked at each wake-up of each order; without one of these facts the ladder need not be climbed.
    return possible and _from_facts(state) in {OrderStatus.REJECTED, OrderStatus.CANCELLED}


def business_done(state: OrderState) -> bool:
    """Nothing more is expected from any partner, and nothing received waits to be acted on."""
    return not (state.warehouse_inbox or state.carrier_inbox or state.weighed_inbox or _more_expected(state))


def _more_expected(state: OrderState) -> bool:
    """Does a partner owe a word, or the WMS its acknowledgement?"""
    return not (ended_early(state) or (goods_done(state) and parcels.all_moved(state) and carrier_done(state)))


def expects(order: OrderInput) -> str:
    """The warehouse event this order waits for."""
    return "goods_received" if order.kind is Kind.RETURN else "goods_issued"


def _carrier_of(state: OrderState, event: Event) -> None:
    awb, courier = _text(event, "awb"), _text(event, "carrier")
    if awb and awb not in state.awbs:
        state.awbs = sorted([*state.awbs, awb])
    state.courier = _either(state.courier, courier or "")


def _either(one: str, other: str) -> str:
    """Of two words for one thing the lesser, so that no order of arrival matters; of one and nothing the one."""
    return min(one or other, other or one)


def _text(event: Event, name: str) -> str | None:
    value = event.data.get(name)
    return value if isinstance(value, str) and value else None


RULES: Final[dict[str, Callable[[OrderState, Event], None]]] = {
    "order_confirmed": order_confirmed,
    "order_status": order_status,
    "goods_issued": goods_moved,
    "goods_received": goods_moved,
    "awb_assigned": awb_assigned,
    "shipment_status": shipment_status,
}

_STEP_OF: Final = {
    "order_confirmed": "red 4",
    "goods_issued": "red 6",
    "goods_received": "red 6",
    "shipment_status": "blue 7",
}
