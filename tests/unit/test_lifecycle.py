"""The diagram of an order is the rules' own: current, complete, and nothing that happens ever leaves it."""

import runpy
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from interline.domain import changing, lifecycle, manual, rules
from interline.domain.base import JsonObject
from interline.domain.calls import Ruling
from interline.domain.carrier import BY_CODE
from interline.domain.commands import CancelCommand, ConfirmCommand, Fact
from interline.domain.events import Event
from interline.domain.lifecycle import END
from interline.domain.order import Kind, Line
from interline.domain.statuses import LogisticsStatus, OrderStatus
from tests.shapes import NOON, an_order

DOCS = Path(__file__).parents[2] / "docs"
AWBS = st.sampled_from(["", "A1", "A2"])
ROWS = st.lists(st.fixed_dictionaries({"sku": st.just("TEA"), "quantity": st.integers(0, 3)}), max_size=2)


@cache
def arrows(*, is_return: bool) -> set[tuple[str, str]]:
    """The arrows of one diagram."""
    return {(before, after) for before, after, _ in lifecycle.order_moves(is_return=is_return)}


@cache
def courier_arrows() -> set[tuple[str, str]]:
    return {(before, after) for before, after, _ in lifecycle.courier_moves()}


def test_the_page_is_drawn_from_the_rules_as_they_are() -> None:
    page: Any = runpy.run_path(str(DOCS / "states.py"))["page"]
    assert (DOCS / "states.md").read_text() == page(), "draw it again: .venv/bin/python docs/states.py"


def test_every_status_is_in_the_diagram_and_every_end_can_be_reached() -> None:
    both = {name for kind in (False, True) for arrow in arrows(is_return=kind) for name in arrow}
    ends = {name.removesuffix(f" {END}") for name in both if name.endswith(END)}
    assert ends == {"completed", "returned", "rejected", "cancelled"}
    assert {name.removesuffix(f" {END}") for name in both} == {status.value for status in OrderStatus}
    seen = {name for arrow in courier_arrows() for name in arrow}
    assert seen == {status.value for status in LogisticsStatus if status is not LogisticsStatus.UNKNOWN}


class AnyLife(RuleBasedStateMachine):
    """One order to which anything may happen, at any time, in any order, by clocks that nobody trusts."""

    @initialize(kind=st.sampled_from(list(Kind)), pieces=st.integers(1, 4))
    def accept(self, kind: Kind, pieces: int) -> None:
        self.order = an_order(kind=kind, lines=[Line(sku="TEA", quantity=pieces)])
        self.state = rules.fresh(self.order)
        self.now = NOON
        self.count = 0
        self.before = self.state.order_status.value
        self.shipment = self.state.carrier.status.value

    @rule(hours=st.integers(0, 24 * 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(accepted=st.booleans(), number=st.sampled_from(["", "FO1", "FO2"]))
    def the_oms_answers(self, accepted: bool, number: str) -> None:  # noqa: FBT001  a case, not a switch
        self.happens("order_confirmed", {"accepted": accepted, "oms_order_no": number})

    @rule(code=st.sampled_from(["00", "40", "60", "90", "99", "?"]))
    def the_oms_says(self, code: str) -> None:
        self.happens("order_status", {"code": code})

    @rule(kind=st.sampled_from(["goods_issued", "goods_received"]), awb=AWBS, rows=ROWS, asked=st.booleans())
    def goods_move(self, kind: str, awb: str, rows: list[JsonObject], asked: bool) -> None:  # noqa: FBT001  as above
        self.happens(kind, {"awb": awb or None, "lines": [*rows]}, prefix="asked-" if asked else "")

    @rule(code=st.sampled_from([*BY_CODE, "4242", ""]), awb=AWBS, days=st.integers(-400, 400))
    def the_courier_says(self, code: str, awb: str, days: int) -> None:
        self.happens("shipment_status", {"code": code, "awb": awb}, at=self.now + timedelta(days=days))

    @rule(kind=st.sampled_from(["awb_assigned", "nobody knows this"]), awb=AWBS)
    def something_else_happens(self, kind: str, awb: str) -> None:
        self.happens(kind, {"awb": awb})

    @rule(fact=st.sampled_from(list(Fact)))
    def an_operator_states(self, fact: Fact) -> None:
        command = ConfirmCommand(fact=fact.value, actor="somebody", reason="a phone call")
        if manual.refusal(self.state, command) is None:
            rules.apply(self.state, manual.event(self.order, command, at=self.now), now=self.now)

    @rule()
    def red_3_is_done(self) -> None:
        lifecycle.register(self.state)

    @rule()
    def somebody_cancels(self) -> None:
        refused = changing.cancel_refusal(self.state)
        if refused is None:
            changing.ask_cancel(self.state, CancelCommand(actor="client", reason="changed their mind"), at=self.now)
        elif self.state.goods_seen:
            assert "the goods have moved" in refused

    @precondition(lambda self: rules.cancel_asked(self.state) and self.state.registered)
    @rule(accepted=st.booleans())
    def the_oms_rules(self, accepted: bool) -> None:  # noqa: FBT001  as above
        assert self.state.cancellation
        changing.rule_cancel(self.state, self.state.cancellation, Ruling(accepted=accepted), at=self.now)

    @rule(quantity=st.integers(-1, 5))
    def somebody_amends(self, quantity: int) -> None:
        changes: JsonObject = {"details": [{"sku": "TEA", "qty_ordered": quantity}]}
        if changing.amend_refusal(self.state, changes) is None:
            changing.amended(self.state, changes)

    @rule()
    def the_tracks_work_off(self) -> None:
        lifecycle.work_off(self.state)

    @rule()
    def the_client_cannot_be_told(self) -> None:
        lifecycle.hold_back(self.state)

    @rule()
    def everybody_was_told(self) -> None:
        lifecycle.end(self.state)
        if self.state.ended:
            self.look()
            self.accept(self.order.kind, 2)

    def happens(self, kind: str, data: JsonObject, *, at: datetime | None = None, prefix: str = "") -> None:
        self.count += 1
        event_id = f"{prefix}{self.count}"
        event = Event(event_id=event_id, kind=kind, data=data, occurred_at=at or self.now, received_at=self.now)
        rules.apply(self.state, event, now=self.now)

    @invariant()
    def look(self) -> None:
        """Where it came from and where it is: an arrow of the diagram, or the same place."""
        after = self.state.order_status.value + (f" {END}" if self.state.ended else "")
        assert after == self.before or (self.before, after) in arrows(is_return=self.state.is_return)
        assert not self.state.ended or rules.business_done(self.state)
        self.before = after
        self.look_at_the_shipment()

    def look_at_the_shipment(self) -> None:
        """As the courier's words go; but a parcel that turns up late may throw the whole order's shipment back."""
        after = self.state.carrier.status.value
        whole = len(self.state.parcels) <= 1
        assert after == self.shipment or not whole or (self.shipment, after) in courier_arrows()
        self.shipment = after


AnyLife.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestAnyLife = AnyLife.TestCase
