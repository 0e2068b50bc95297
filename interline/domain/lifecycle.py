"""The states of an order and what leads from one to the next: found by driving the rules, written down nowhere else.

`docs/states.md` is drawn from this. Everything that can happen to an order is tried in every state that can be reached.
"""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import Final, NamedTuple

from interline.domain import changing, parcels, rules
from interline.domain.base import JsonObject
from interline.domain.calls import Ruling
from interline.domain.carrier import BY_CODE
from interline.domain.commands import CancelCommand
from interline.domain.events import Event
from interline.domain.state import OrderState
from interline.domain.statuses import LogisticsStatus, OrderStatus

ACCEPTED_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
END: Final = "end"
"""Where an order goes that has ended."""


class Move(NamedTuple):
    """From one status to another, and what made it so."""

    before: str
    after: str
    why: str


Stimulus = Callable[[OrderState], None]


@cache
def order_moves(*, is_return: bool) -> set[Move]:
    """Every change of the order's status that can happen; an order that has ended goes to `END`."""
    return {
        Move(before.order_status.value, _place(after), why)
        for before, why, after in _explored(OrderState(is_return=is_return, ordered=1))
        if _place(after) != before.order_status.value
    }


def courier_moves() -> set[Move]:
    """Every change of the shipment's status that can happen to one parcel, and the word of the courier for it."""
    codes = {status: code for code, status in BY_CODE.items()}
    found: set[Move] = set()
    for first, then in product([LogisticsStatus.NONE, *codes], codes):
        state = OrderState()
        if first in codes:
            _said(codes[first], ACCEPTED_AT)(state)
        _said(codes[then], ACCEPTED_AT + timedelta(minutes=1))(state)
        if state.carrier.status is not first:
            found.add(Move(first.value, state.carrier.status.value, then.value))
    return found


def work_off(state: OrderState) -> None:
    """What the tracks do with all that was received: the client is told, red 7 and blue 7 are acknowledged."""
    state.goods_told = list(state.goods_seen)
    state.warehouse_inbox, state.carrier_inbox, state.weighed_inbox = [], [], []
    rules.settle(state)


def register(state: OrderState) -> None:
    """Red 3 is done."""
    state.registered = True
    rules.settle(state)


def hold_back(state: OrderState) -> None:
    """The client's endpoint does not take its webhooks, and nothing else is left to do."""
    if rules.business_done(state):
        state.order_status = OrderStatus.DELIVERING


def end(state: OrderState) -> None:
    """The client was told everything."""
    if rules.business_done(state):
        state.order_status = rules.end_status(state)
        state.ended = True


def _stimuli() -> dict[str, Stimulus]:
    goods: JsonObject = {"lines": [{"sku": "A", "quantity": 1}]}
    events: dict[str, tuple[str, JsonObject]] = {
        "confirmed": ("order_confirmed", {"accepted": True}),
        "rejected": ("order_confirmed", {"accepted": False}),
        "goods issued": ("goods_issued", goods),
        "goods received": ("goods_received", goods),
        "cancelled by the OMS": ("order_status", {"code": rules.OMS_CANCELLED}),
        "delivered": ("shipment_status", {"code": "2000"}),
        "on its way back": ("shipment_status", {"code": "1410"}),
    }
    return {
        "red 3 done": register,
        **{why: _event(why, kind, data) for why, (kind, data) in events.items()},
        "cancel asked": _ask,
        "cancelled": lambda state: _rule(state, accepted=True),
        "cancel refused": lambda state: _rule(state, accepted=False),
        "all told to the WMS": work_off,
        "the client's endpoint is down": hold_back,
        "all told": end,
    }


def _said(code: str, at: datetime) -> Stimulus:
    return _event(f"{code} {at}", "shipment_status", {"code": code}, at=at)


def _event(event_id: str, kind: str, data: JsonObject, *, at: datetime = ACCEPTED_AT) -> Stimulus:
    event = Event(event_id=event_id, kind=kind, data=data, occurred_at=at)

    def happen(state: OrderState) -> None:
        rules.apply(state, event, now=at)
        if not kind.startswith("goods"):
            state.warehouse_inbox, state.carrier_inbox = [], []

    return happen


def _ask(state: OrderState) -> None:
    if changing.cancel_refusal(state) is None:
        changing.ask_cancel(state, CancelCommand(actor="somebody", reason="a reason"), at=ACCEPTED_AT)


def _rule(state: OrderState, *, accepted: bool) -> None:
    """The OMS speaks once it has the order, and only when it was asked."""
    if state.cancellation and rules.cancel_asked(state) and state.registered:
        changing.rule_cancel(state, state.cancellation, Ruling(accepted=accepted), at=ACCEPTED_AT)


def _explored(start: OrderState) -> Iterator[tuple[OrderState, str, OrderState]]:
    """Each state once, with everything that can happen in it."""
    known, waiting, stimuli = {_facts(start)}, deque([start]), _stimuli()
    while waiting:
        before = waiting.popleft()
        for why, stimulus in stimuli.items():
            if why in before.seen:
                continue
            after = _copy(before)
            stimulus(after)
            yield before, why, after
            if not after.ended and _facts(after) not in known:
                known.add(_facts(after))
                waiting.append(after)


def _copy(state: OrderState) -> OrderState:
    """Three times as quick as a deep copy, and there are thousands."""
    return OrderState.model_validate_json(state.model_dump_json(exclude={"timeline"}))


def _facts(state: OrderState) -> tuple[object, ...]:
    """All that decides what may follow."""
    goods = (bool(state.goods_seen), state.goods_received, state.came_back, rules.goods_done(state))
    oms = (state.registered, state.confirmed, state.rejection is not None, state.cancelled_by_oms)
    asked = (rules.cancel_asked(state), rules.cancelled_by_us(state))
    moved = (parcels.all_moved(state), state.carrier.status)
    return state.order_status, goods, oms, asked, moved


def _place(state: OrderState) -> str:
    return f"{state.order_status.value} {END}" if state.ended else state.order_status.value
