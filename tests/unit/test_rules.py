"""The rules of DESIGN §2 ("Status rules"): facts decide, never the order of their arrival (ORD-01, ORD-03, ORD-04)."""

from collections.abc import Iterable
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interline.domain import rules
from interline.domain.carrier import BY_CODE, FINAL
from interline.domain.events import Event
from interline.domain.order import Kind
from interline.domain.state import OrderState
from interline.domain.statuses import LogisticsStatus, OrderStatus
from tests.shapes import NOON, an_event, an_order

CONFIRMED = an_event("c1", "order_confirmed", oms_order_no="FO1")
PGI_1 = an_event("g1", "goods_issued", doc_no="D1", awb="AWB1", carrier="JNE")
PGI_2 = an_event("g2", "goods_issued", doc_no="D2", awb="AWB2", carrier="SiCepat")
IN_TRANSIT = an_event("s1", "shipment_status", minutes=10, code="1160")
EXCEPTION = an_event("s2", "shipment_status", minutes=20, code="1310")
DELIVERED = an_event("s3", "shipment_status", minutes=30, code="2000")

INBOXES = ("warehouse_inbox", "carrier_inbox", "weighed_inbox")
REOPENINGS = {LogisticsStatus.RETURNING, LogisticsStatus.LOST_OR_DAMAGED}


def after(events: Iterable[Event], *, is_return: bool = False) -> OrderState:
    """The state once these have come, in this order."""
    state = OrderState(is_return=is_return)
    for event in events:
        rules.apply(state, event, now=NOON)
    return state


def facts(state: OrderState) -> dict[str, Any]:
    """All that a state says, without what only records the order of arrival."""
    told = state.model_dump(exclude={"seen", "timeline", "duplicates", "courier_said", *INBOXES})
    told["contradictions"] = rules.contradictions(state)
    for name in ("warehouse_inbox", "weighed_inbox"):
        told[name] = sorted(event.event_id for event in getattr(state, name))
    told["carrier_inbox"] = {(event.data.get("code"), event.occurred_at) for event in state.carrier_inbox}
    for name in ("goods_seen", "flags", "unusable"):
        told[name] = sorted(told[name])
    return told


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(
            [CONFIRMED, PGI_1, PGI_2, IN_TRANSIT, EXCEPTION, DELIVERED, DELIVERED], id="partial goods, a copy"
        ),
        pytest.param(
            [
                CONFIRMED,
                an_event("c2", "order_confirmed", oms_order_no="FO2"),
                PGI_1,
                an_event("o1", "order_status", code="90", awb="AWB1"),
                an_event("s4", "shipment_status", minutes=15, code="no such code"),
                an_event("s5", "shipment_status", minutes=40, code="1410"),
                DELIVERED,
            ],
            id="contradictions and reopening",
        ),
        pytest.param(
            [
                Event(event_id="r1", kind="order_confirmed", data={"accepted": False, "reason": "no stock"}),
                Event(event_id="r2", kind="order_confirmed", data={"accepted": False, "reason": "no such SKU"}),
                an_event("g3", "goods_received", carrier="JNE", awb="AWB3"),
                an_event("a1", "awb_assigned", awb="AWB3", carrier="Anteraja"),
                an_event("x1", "something else"),
                an_event("s6", "shipment_status", minutes=None, code="1370"),
                an_event("s7", "shipment_status", minutes=-5, code="1370"),
            ],
            id="rejection and unusable",
        ),
    ],
)
def test_all_5040_orders_of_arrival_end_in_the_same_facts(events: list[Event]) -> None:
    expected = facts(after(events))
    orders = list(permutations(events))
    assert len(orders) == 5040
    assert all(facts(after(order)) == expected for order in orders)


AWBS = ("A1", "A2", "A3")


def shipment_statuses(*awbs: str) -> st.SearchStrategy[Event]:
    """Statuses of any code at any time, about some parcel or none; equal ones are copies of each other."""
    codes = st.sampled_from([*BY_CODE, "", "4242", " 2000 ", "delivered"])
    minutes, about = st.none() | st.integers(-600, 600), st.sampled_from(["", *awbs])
    return st.builds(
        lambda code, at, awb: an_event(f"s-{code}-{at}-{awb}", "shipment_status", minutes=at, code=code, awb=awb),
        codes,
        minutes,
        about,
    )


def other_events() -> st.SearchStrategy[Event]:
    """Events of OMS and warehouse that may contradict each other."""
    kinds = ["order_confirmed", "order_status", "goods_issued", "goods_received", "awb_assigned", "new"]
    line = st.fixed_dictionaries(
        {"sku": st.just("TEA"), "quantity": st.integers(-1, 3)}, optional={"condition": st.just("Damaged")}
    )
    data = st.fixed_dictionaries(
        {},
        optional={
            "accepted": st.booleans(),
            "reason": st.sampled_from(["no stock", "address"]),
            "code": st.sampled_from(["00", "40", "90", "99"]),
            "awb": st.sampled_from(AWBS),
            "carrier": st.sampled_from(["JNE", "SiCepat"]),
            "oms_order_no": st.sampled_from(["FO1", "FO2"]),
            "lines": st.lists(line, max_size=2),
        },
    )
    return st.builds(
        lambda kind, said: Event(event_id=f"{kind}-{sorted(said.items(), key=str)}", kind=kind, data=said),
        st.sampled_from(kinds),
        data,
    )


@settings(max_examples=300)
@given(st.data(), st.lists(shipment_statuses(*AWBS) | other_events(), max_size=12), st.booleans())
def test_any_mixture_ends_in_the_same_facts_in_any_order(
    data: st.DataObject,
    events: list[Event],
    is_return: bool,  # noqa: FBT001  a case, not a switch
) -> None:
    shuffled = data.draw(st.permutations(events))
    assert facts(after(shuffled, is_return=is_return)) == facts(after(events, is_return=is_return))


@settings(max_examples=300)
@given(st.lists(shipment_statuses(), max_size=10), st.lists(shipment_statuses(), max_size=10))
def test_a_late_status_never_lowers_a_delivered_order(before: list[Event], late: list[Event]) -> None:
    state = after([CONFIRMED, PGI_1, *before, DELIVERED, *late])
    assert state.carrier.status is LogisticsStatus.DELIVERED or state.carrier.status in REOPENINGS
    assert state.order_status is OrderStatus.GOODS_ISSUED


@pytest.mark.parametrize("code", BY_CODE)
def test_only_returning_and_lost_or_damaged_reopen_a_delivered_order(code: str) -> None:
    late = an_event("late", "shipment_status", minutes=900, code=code)
    reopened = after([DELIVERED, late]).carrier.status
    assert reopened is (BY_CODE[code] if BY_CODE[code] in REOPENINGS else LogisticsStatus.DELIVERED)


def test_an_unknown_code_is_kept_raw_flagged_once_and_moves_nothing() -> None:
    strange = [an_event(f"u{n}", "shipment_status", minutes=99 + n, code="4242", raw={"odd": True}) for n in range(2)]
    state = after([DELIVERED, *strange])
    assert (state.carrier.status, state.carrier.code) == (LogisticsStatus.DELIVERED, "2000")
    assert state.flags == ["unknown shipment code '4242'"]
    assert [event.raw for event in state.carrier_inbox if event.data["code"] == "4242"] == [{"odd": True}] * 2


def test_in_transit_and_exception_alternate_by_the_carriers_time_not_by_arrival() -> None:
    later = an_event("s9", "shipment_status", minutes=25, code="1160")
    assert after([IN_TRANSIT, EXCEPTION]).carrier.status is LogisticsStatus.DELIVERY_EXCEPTION
    assert after([EXCEPTION, IN_TRANSIT]).carrier.status is LogisticsStatus.DELIVERY_EXCEPTION
    assert after([later, EXCEPTION, IN_TRANSIT]).carrier.status is LogisticsStatus.IN_TRANSIT


def test_a_repetition_is_counted_and_changes_nothing_else() -> None:
    once, state = after([PGI_1]), after([PGI_1])
    assert not rules.apply(state, PGI_1, now=NOON)
    assert state.duplicates == 1
    assert state.model_dump(exclude={"duplicates"}) == once.model_dump(exclude={"duplicates"})


def test_parcels_scanned_in_the_same_second_are_both_told_and_the_same_word_only_once() -> None:
    both = [an_event(f"p{awb}", "shipment_status", minutes=5, code="1160", awb=awb) for awb in ("A1", "A2")]
    again = [an_event(f"asked-{awb}", "shipment_status", minutes=5, code="1160", awb=awb) for awb in ("A2", "")]
    state = after([*both, *again])
    assert [event.event_id for event in state.carrier_inbox] == ["pA1", "pA2"]
    assert state.duplicates == 2


def test_a_time_without_zone_is_read_as_utc_and_compares_with_the_others() -> None:
    naive = Event.model_validate(
        {"event_id": "n", "kind": "shipment_status", "occurred_at": "2026-11-23T12:40:00", "data": {"code": "1160"}}
    )
    state = after([IN_TRANSIT, naive, EXCEPTION])
    assert state.carrier.at == datetime.fromisoformat("2026-11-23T12:40:00+00:00")


@pytest.mark.parametrize(("kind", "event"), [(Kind.OUTBOUND, "goods_issued"), (Kind.RETURN, "goods_received")])
def test_an_order_expects_the_goods_movement_of_its_direction(kind: Kind, event: str) -> None:
    assert rules.expects(an_order(kind=kind)) == event


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([], OrderStatus.ACCEPTED),
        ([CONFIRMED], OrderStatus.CONFIRMED),
        ([PGI_1], OrderStatus.GOODS_ISSUED),
        ([an_event("g", "goods_received")], OrderStatus.RETURNED),
        ([an_event("o", "order_status", code="90")], OrderStatus.CANCELLED),
        ([an_event("o", "order_status", code="90"), PGI_1], OrderStatus.GOODS_ISSUED),
        ([Event(event_id="r", kind="order_confirmed", data={"accepted": False})], OrderStatus.REJECTED),
        ([Event(event_id="r", kind="order_confirmed", data={"accepted": False}), CONFIRMED], OrderStatus.CONFIRMED),
    ],
)
def test_the_order_status_follows_from_the_facts(events: list[Event], status: OrderStatus) -> None:
    assert after(events).order_status is status


def test_goods_that_leave_are_none_of_a_returns_goods() -> None:
    state = after([CONFIRMED, ALL_GOODS], is_return=True)
    assert (state.order_status, state.goods_seen, state.moved_unknown) == (OrderStatus.CONFIRMED, [], False)
    assert "the warehouse issued goods for a return: kept and told, it moves nothing" in state.flags
    assert [event.event_id for event in state.warehouse_inbox] == ["g"]


def test_business_is_done_only_after_the_last_word_and_red_7_and_with_empty_inboxes() -> None:
    state = after([CONFIRMED, PGI_1, DELIVERED])
    assert state.carrier.status in FINAL
    assert not rules.business_done(state)
    state.warehouse_inbox.clear()
    state.carrier_inbox.clear()
    assert not rules.business_done(state), "red 7 is open"
    state.goods_told.append(PGI_1.event_id)
    assert rules.business_done(state)


def test_what_is_remembered_is_bounded() -> None:
    state = after(an_event(f"e{n}", "awb_assigned") for n in range(rules.SEEN_KEPT + 50))
    assert (len(state.seen), len(state.timeline)) == (rules.SEEN_KEPT, rules.TIMELINE_KEPT)
    assert state.seen[-1] == f"e{rules.SEEN_KEPT + 49}"


def test_a_status_that_comes_twice_by_different_ways_is_told_once() -> None:
    """The same code and time under another id: a resent webhook, or the answer of a question about a lost one."""
    again = an_event("asked-7", "shipment_status", minutes=30, code="2000")
    state = after([an_event("s7", "shipment_status", minutes=30, code="2000"), again])
    assert [event.event_id for event in state.carrier_inbox] == ["s7"]
    assert state.duplicates == 1


def test_goods_learnt_by_asking_are_not_told_again_when_their_webhook_comes_late() -> None:
    asked = an_event("asked-g", "goods_issued", awb="AWB1")
    assert after([asked, an_event("g", "goods_issued", awb="AWB1")]).goods_seen == ["asked-g"]
    assert after([an_event("g", "goods_issued", awb="AWB1"), asked]).goods_seen == ["g"]


CANCELLED = an_event("s5", "shipment_status", minutes=40, code="999")
ALL_GOODS = Event(event_id="g", kind="goods_issued", data={"awb": "AWB1"})


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([DELIVERED, CONFIRMED], "delivered before the goods moved"),
        ([DELIVERED, ALL_GOODS], None),
        ([ALL_GOODS, DELIVERED, CANCELLED], "the courier said both delivered and cancelled"),
        ([ALL_GOODS, an_event("a", "awb_assigned", awb="AWB2")], "one parcel has several waybill numbers"),
        ([PGI_1, PGI_2, an_event("a", "awb_assigned", awb="AWB2")], None),
        ([an_event("o", "order_status", code="90"), ALL_GOODS], "the OMS cancelled this order after the goods moved"),
    ],
)
def test_what_cannot_all_be_true_is_shown_in_any_order_of_arrival(events: list[Event], said: str | None) -> None:
    for order in permutations(events):
        assert rules.contradictions(after(order)) == ([said] if said else [])


def test_cancelled_after_delivered_stays_delivered() -> None:
    assert after([ALL_GOODS, DELIVERED, CANCELLED]).carrier.status is LogisticsStatus.DELIVERED


def by_clock(event_id: str, code: str, *, days: int) -> Event:
    """A status that was received at noon, and says that it happened so many days later."""
    event = an_event(event_id, "shipment_status", minutes=days * 24 * 60, code=code, raw={"as": "it came"})
    return event.model_copy(update={"received_at": NOON, "partner": "logistics"})


@pytest.mark.parametrize(("days", "flagged"), [(2, True), (400, True), (1, False), (-30, False), (-36, True)])
def test_a_clock_that_is_wrong_by_days_is_shown(days: int, flagged: bool) -> None:  # noqa: FBT001  a case
    state = after([by_clock("s", "1160", days=days)])
    assert any("a clock is wrong" in flag for flag in state.flags) == flagged
    assert state.carrier.status is LogisticsStatus.IN_TRANSIT, "the word itself counts all the same"
    assert [event.raw for event in state.carrier_inbox] == [{"as": "it came"}]


def test_a_time_ahead_of_its_arrival_never_decides() -> None:
    wrong, right = by_clock("w", "1160", days=3), by_clock("r", "1310", days=0)
    assert after([wrong, right]).carrier.status is LogisticsStatus.DELIVERY_EXCEPTION
    assert after([right, wrong]).carrier.status is LogisticsStatus.DELIVERY_EXCEPTION


def test_an_order_whose_client_is_not_told_yet_is_reopened_by_a_parcel_on_its_way_back() -> None:
    state = after([ALL_GOODS, DELIVERED])
    state.warehouse_inbox, state.carrier_inbox, state.goods_told = [], [], ["g"]
    state.order_status = OrderStatus.DELIVERING
    rules.apply(state, an_event("late", "shipment_status", minutes=50, code="1160"), now=NOON)
    assert state.order_status is OrderStatus.DELIVERING
    rules.apply(state, an_event("back", "shipment_status", minutes=60, code="1410"), now=NOON)
    assert state.order_status.value == "goods_issued"
