"""Quantities and parcels of one order: what was ordered, what moved, and what the courier says of each parcel.

One parcel is the normal case: every courier fact is about it, whatever its AWB. With several parcels a fact counts
for the parcel of its AWB; a fact without a known AWB counts for those of which nothing else is known. The order stands
where its least advanced parcel stands, and has ended when all its parcels have.
"""

from collections.abc import Iterable

from pydantic import JsonValue

from interline.domain.carrier import FINAL, RANK, higher
from interline.domain.events import Event
from interline.domain.state import CarrierFact, OrderState
from interline.domain.statuses import LogisticsStatus as S

OMS_CLOSED = "99"
NOBODYS = ""


def goods_booked(state: OrderState, event: Event) -> None:
    """Add what one PGI or GRN moved."""
    lines = event.data.get("lines")
    rows = [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    state.moved += sum(_quantity(row.get("quantity")) for row in rows)
    state.damaged += sum(_quantity(row.get("quantity")) for row in rows if row.get("condition") == "Damaged")
    state.moved_unknown = state.moved_unknown or not rows
    awb = event.data.get("awb")
    if isinstance(awb, str) and awb:
        state.parcels = sorted({*state.parcels, awb})


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


def all_moved(state: OrderState) -> bool:
    """Has everything ordered moved? Unknown quantities count as everything; the OMS may close an order short."""
    return state.moved_unknown or state.moved >= state.ordered or state.closed_by_oms


def _highest(facts: Iterable[CarrierFact]) -> CarrierFact:
    result = CarrierFact()
    for fact in facts:
        result = higher(result, fact)
    return result


def _quantity(value: JsonValue) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
