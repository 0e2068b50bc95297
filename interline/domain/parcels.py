"""Quantities and parcels of one order: what was ordered, what moved, and what the courier says of each parcel.

One parcel is the normal case: every courier fact is about it, whatever its AWB. With several parcels a fact counts
for the parcel of its AWB; a fact without a known AWB counts for those of which nothing else is known. The order stands
where its least advanced parcel stands, and has ended when all its parcels have.
"""

from collections import Counter
from collections.abc import Iterable

from pydantic import JsonValue

from interline.domain.base import JsonObject
from interline.domain.carrier import FINAL, RANK, higher
from interline.domain.events import ASKED, Event
from interline.domain.state import CarrierFact, OrderState
from interline.domain.statuses import LogisticsStatus as S

OMS_CLOSED = "99"
NOBODYS = ""


def news(state: OrderState, event: Event) -> Event | None:
    """What of a goods movement was not told before: all of it, a part, or (None) nothing.

    Asking learns totals, webhooks tell movements. So of an answer only what is more than is known counts; and a webhook
    of no more pieces than were learnt by asking, in a parcel that is known, is the late telling of those.
    """
    awb, pieces_told = _awb(event), pieces_of(event)
    if not state.goods_seen or (awb and state.parcels and awb not in state.parcels):
        return event
    if event.event_id.startswith(ASKED):
        return _more(state, event, awb)
    learnt_before = any(item.startswith(ASKED) for item in state.goods_seen)
    if not learnt_before or pieces_told > state.asked_pieces:
        return event
    state.asked_pieces -= pieces_told
    return None


def _more(state: OrderState, event: Event, awb: str) -> Event | None:
    """The pieces of an answer that no webhook told. Of movements without quantities nothing can be said."""
    known: Counter[str] = Counter()
    for parcel, booked in state.booked.items():
        known.update(booked if awb in {"", parcel} or parcel == NOBODYS else {})
    more = Counter(_by_sku(event)) - known
    if state.moved_unknown or not more:
        return None
    rows: list[JsonValue] = [{"sku": sku, "quantity": count} for sku, count in sorted(more.items())]
    return event.model_copy(update={"data": {**event.data, "lines": rows}})


def goods_booked(state: OrderState, event: Event) -> None:
    """Add what one PGI or GRN moved."""
    moved, awb = _by_sku(event), _awb(event)
    state.moved += pieces_of(event)
    state.damaged += damaged_of(event)
    state.moved_unknown = state.moved_unknown or not _rows(event)
    state.booked = {**state.booked, awb: dict(Counter(state.booked.get(awb, {})) + Counter(moved))}
    if event.event_id.startswith(ASKED):
        state.asked_pieces += sum(moved.values())
    if awb:
        state.parcels = sorted({*state.parcels, awb})


def pieces_of(event: Event) -> int:
    """How many pieces a goods movement is about."""
    return sum(_by_sku(event).values())


def damaged_of(event: Event) -> int:
    """How many of them are damaged (`product_condition` of Shipper's goods receipt)."""
    return sum(_quantity(row.get("quantity")) for row in _rows(event) if row.get("condition") == "Damaged")


def _rows(event: Event) -> list[JsonObject]:
    lines = event.data.get("lines")
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []


def _by_sku(event: Event) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for row in _rows(event):
        counted[str(row.get("sku"))] += _quantity(row.get("quantity"))
    return dict(counted)


def _awb(event: Event) -> str:
    awb = event.data.get("awb")
    return awb if isinstance(awb, str) else NOBODYS


def courier_said(state: OrderState, awb: str, fact: CarrierFact) -> None:
    """Keep the highest fact of each AWB."""
    state.carrier_facts = {**state.carrier_facts, awb: higher(state.carrier_facts.get(awb, CarrierFact()), fact)}
    state.heard = sorted({*state.heard, fact.status.value})


def overall(state: OrderState) -> CarrierFact:
    """Where the shipment as a whole stands."""
    return min(by_parcel(state).values(), key=lambda fact: (RANK[fact.status], fact.code), default=CarrierFact())


def by_parcel(state: OrderState) -> dict[str, CarrierFact]:
    """The fact of each parcel; one nameless parcel when the warehouse named none or one."""
    facts = state.carrier_facts
    if len(state.parcels) <= 1:
        return {next(iter(state.parcels), NOBODYS): _highest(facts.values())}
    strange = _highest(fact for awb, fact in facts.items() if awb not in state.parcels)
    return {awb: facts.get(awb, strange) for awb in state.parcels}


def all_ended(state: OrderState) -> bool:
    """Did the courier say its last word about every parcel? A parcel on its way back ends with its goods receipt."""
    facts = by_parcel(state).values()
    return all(fact.status in FINAL or (fact.status is S.RETURNING and state.came_back) for fact in facts)


def named_twice(state: OrderState) -> bool:
    """More waybill numbers than parcels, though everything has moved (a way back has a number of its own)."""
    settled = bool(state.goods_seen) and all_moved(state) and not state.came_back
    return settled and len(state.awbs) > max(len(state.parcels), 1)


def all_moved(state: OrderState) -> bool:
    """Has everything ordered moved? Unknown quantities count as everything; the OMS may close an order short."""
    return state.moved_unknown or state.moved >= state.ordered or state.closed_by_oms


def pieces(details: JsonValue) -> int | None:
    """How many pieces these order lines are; None when they are no lines."""
    lines = details if isinstance(details, list) else []
    counts = [_ordered(line) for line in lines]
    return sum(counts) if counts and all(counts) else None


def _ordered(line: JsonValue) -> int:
    if not isinstance(line, dict) or not isinstance(line.get("sku"), str) or not line["sku"]:
        return 0
    return _quantity(line.get("qty_ordered", line.get("ordered_qty")))


def _highest(facts: Iterable[CarrierFact]) -> CarrierFact:
    result = CarrierFact()
    for fact in facts:
        result = higher(result, fact)
    return result


def _quantity(value: JsonValue) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
