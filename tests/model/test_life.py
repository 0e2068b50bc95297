"""The order's life against the small model: events, repeats, cancels, operators, the clock, in any order whatever."""

import os
from datetime import timedelta
from itertools import permutations
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from interline.domain import calendar, changing, manual, rules
from interline.domain.base import JsonObject
from interline.domain.commands import ConfirmCommand
from interline.domain.events import Event
from interline.domain.order import Kind, OrderInput
from interline.domain.policy import Calendar, Rung
from interline.domain.state import Cancellation, OrderState
from tests.model.small import NAMES, Heard
from tests.shapes import NOON, an_order

RUNS = int(os.environ.get("INTERLINE_MODEL_RUNS", "300"))
"""`make chaos` asks for ten thousand."""
LADDER = [Rung(after_seconds=hours * 3600, act=act) for hours, act in ((4, "escalate"), (1, "warn"), (24, "attention"))]


class Life(RuleBasedStateMachine):
    """One order. Each rule does the same to the real rules and to the model; then they are asked the same questions."""

    told: Bundle[dict[str, Any]] = Bundle("told")

    @initialize(is_return=st.booleans())
    def accepted(self, is_return: bool) -> None:  # noqa: FBT001  a case, not a switch
        """Red 1 and red 2."""
        self.order: OrderInput = an_order(kind=Kind.RETURN if is_return else Kind.OUTBOUND)
        self.state: OrderState = rules.fresh(self.order)
        self.model = Heard(is_return=is_return)
        self.now = NOON
        self.count = 0

    @rule(target=told, accepted=st.sampled_from(["yes", "no"]))
    def oms_answers(self, accepted: str) -> dict[str, Any]:
        """Red 4, whichever way."""
        return self._hear("order_confirmed", code=accepted)

    @rule(target=told, code=st.sampled_from(["40", "70", "90", "99"]))
    def oms_progresses(self, code: str) -> dict[str, Any]:
        """The OMS's own statuses, cancelled and closed among them."""
        return self._hear("order_status", code=code)

    @rule(
        target=told,
        kind=st.sampled_from(["goods_issued", "goods_received"]),
        pieces=st.sampled_from([None, 1, 2]),
    )
    def goods_move(self, kind: str, pieces: int | None) -> dict[str, Any]:
        """Red 6, in parts or whole."""
        return self._hear(kind, pieces=pieces)

    @rule(target=told, code=st.sampled_from([*NAMES, "4242"]), minute=st.integers(0, 5))
    def courier_speaks(self, code: str, minute: int) -> dict[str, Any]:
        """Blue 7."""
        return self._hear("shipment_status", code=code, minute=minute)

    @rule(again=told)
    def a_webhook_comes_again(self, again: dict[str, Any]) -> None:
        """Every sender repeats itself."""
        self._apply(**again)

    @rule()
    def oms_has_it(self) -> None:
        """Red 3 is done."""
        self.state.registered = self.model.registered = True
        rules.settle(self.state)

    @rule()
    def client_cancels(self) -> None:
        """As the update's validator does."""
        if changing.cancel_refusal(self.state) is None:
            assert self.model.cancellable
            self.state.cancellation = Cancellation(actor="client", reason="changed", at=self.now)
            self.model.cancel = "asking"

    @precondition(lambda self: self.model.cancel == "asking")
    @rule(ruling=st.sampled_from(["accepted", "refused"]))
    def oms_rules_on_it(self, ruling: str) -> None:
        """It has the last word, whatever moved meanwhile."""
        assert self.state.cancellation
        self.state.cancellation.state = self.model.cancel = ruling
        rules.settle(self.state)

    @rule(fact=st.sampled_from(["confirmation", "goods", "delivery"]))
    def operator_states(self, fact: str) -> None:
        """What makes no sense is refused; the rest is as if the partner had said it."""
        command = ConfirmCommand(fact=fact, actor="operator", reason="by telephone")
        assert (manual.refusal(self.state, command) is None) == self.model.may_state(fact)
        if not self.model.may_state(fact):
            return
        event = manual.event(self.order, command, at=self.now)
        rules.apply(self.state, event, now=self.now)
        minute = round((self.now - NOON).total_seconds() / 60)
        self.model.hear(event.event_id, event.kind, code="2000" if fact == "delivery" else "", minute=minute)

    @rule()
    def tracks_act(self) -> None:
        """Everything that waits is worked off; red 7 is done, or an operator skipped it."""
        for inbox in (self.state.warehouse_inbox, self.state.carrier_inbox):
            inbox.clear()
        self.state.goods_told = list(self.state.goods_seen)
        self.model.work, self.model.moves_told = 0, len(self.model.moves)

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        """A ladder's rungs are due one after the other, each at its time and never twice."""
        self.now += timedelta(hours=hours)
        due = [rung.act for at, rung in calendar.in_order(NOON, LADDER, Calendar()) if at <= self.now]
        waited = (self.now - NOON) / timedelta(hours=1)
        assert due == [act for limit, act in ((1, "warn"), (4, "escalate"), (24, "attention")) if limit <= waited]

    @invariant()
    def they_agree(self) -> None:
        """Every question has the same answer, and an order that is off stays so only by a fact."""
        assert answers(self.state) == expected(self.model)

    @invariant()
    def the_state_survives_its_own_json(self) -> None:
        """A continue-as-new loses nothing."""
        assert OrderState.model_validate_json(self.state.model_dump_json()) == self.state

    def _hear(self, kind: str, **said: Any) -> dict[str, Any]:  # noqa: ANN401  as the model's own words
        self.count += 1
        told = {"event_id": f"e{self.count}", "kind": kind, **said}
        self._apply(**told)
        return told

    def _apply(self, **told: Any) -> None:  # noqa: ANN401  as above
        rules.apply(self.state, event_of(**told), now=self.now)
        self.model.hear(**told)


def event_of(event_id: str, kind: str, *, code: str = "", minute: int = 0, pieces: int | None = None) -> Event:
    """The partner's event that says what the model hears."""
    data: JsonObject = {"accepted": code != "no"} if kind == "order_confirmed" else {"code": code}
    if pieces:
        data["lines"] = [{"sku": "TEA", "quantity": pieces}]
    return Event(event_id=event_id, kind=kind, occurred_at=NOON + timedelta(minutes=minute), data=data)


def answers(state: OrderState) -> dict[str, object]:
    """What the rules say."""
    return {
        "status": state.order_status.value,
        "shipment": state.carrier.status.value,
        "repeats": state.duplicates,
        "cancellable": changing.cancel_refusal(state) is None,
        "courier done": rules.carrier_done(state),
        "done": rules.business_done(state),
        "contradictions": len(rules.contradictions(state)),
    }


def expected(model: Heard) -> dict[str, object]:
    """What the model says."""
    return {
        "status": model.status,
        "shipment": model.shipment,
        "repeats": model.repeats,
        "cancellable": model.cancellable,
        "courier done": model.courier_done,
        "done": model.done,
        "contradictions": model.contradictions,
    }


def test_any_life_is_as_the_model_says() -> None:
    run_state_machine_as_test(Life, settings=settings(max_examples=RUNS, stateful_step_count=30, deadline=None))


OMS: list[dict[str, Any]] = [{"kind": "order_confirmed"}, {"kind": "order_status", "code": "40"}]
WAREHOUSE: list[dict[str, Any]] = [{"kind": "goods_issued", "pieces": 1}, {"kind": "goods_issued", "pieces": 1}]
COURIER: list[dict[str, Any]] = [
    {"kind": "shipment_status", "code": code, "minute": at} for at, code in enumerate(("1030", "1160", "2000"))
]


def test_every_permutation_of_the_three_inbound_streams_is_as_the_model_says_at_every_step() -> None:
    streams: list[dict[str, Any]] = [
        {"event_id": f"e{place}", **told} for place, told in enumerate((*OMS, *WAREHOUSE, *COURIER))
    ]
    events = {told["event_id"]: event_of(**told) for told in streams}
    ends = set()
    for arrival in permutations(streams):
        state, model = rules.fresh(an_order()), Heard()
        for told in arrival:
            rules.apply(state, events[told["event_id"]], now=NOON)
            model.hear(**told)
            assert answers(state) == expected(model), arrival
        ends.add(str(answers(state)))
    assert len(ends) == 1
