"""The order in words: why it is where it is, what comes next, for each situation; and never personal data."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from interline.domain import card, rules
from interline.domain.calls import FailedTry
from interline.domain.events import Event
from interline.domain.order import OrderInput
from interline.domain.state import OrderState
from interline.domain.statuses import LogisticsStatus, OrderStatus, StepState
from interline.domain.view import OrderView, Problem, StepView, Wait
from interline.steps import Step
from tests.shapes import CANARIES, NOON, an_event, an_order

CALLING = "red 3 · create outbound in OMS"


def waiting(what: str = "goods issue from the warehouse", *, hours: float | None = 24) -> Wait:
    due = {} if hours is None else {"next_act": "warn", "next_at": NOON + timedelta(hours=hours)}
    return Wait.model_validate({"step": "red 6", "what": what, "since": NOON, **due})


def a_problem(**changes: object) -> Problem:
    known = {"step": "red 3", "reason": "red 3 · create outbound in OMS: oms answered 422", "since": NOON}
    return Problem.model_validate({**known, "acts": ["retry_step", "skip_step"], **changes})


def seen(
    state: OrderState | None = None,
    *,
    waits: list[Wait] | None = None,
    durable: dict[str, FailedTry | None] | None = None,
) -> OrderView:
    return card.view(an_order(), state or OrderState(), waits=waits or [], durable=durable or {})


@pytest.mark.parametrize(
    ("view", "why", "then"),
    [
        pytest.param(
            seen,
            "It is being worked on.",
            "The next step follows at once.",
            id="at work",
        ),
        pytest.param(
            lambda: seen(waits=[waiting()]),
            "It waits for goods issue from the warehouse since 2026-11-23 12:00:00 UTC.",
            "warn at 2026-11-24 12:00:00 UTC if there is still no goods issue from the warehouse.",
            id="waits",
        ),
        pytest.param(
            lambda: seen(waits=[waiting(hours=48), waiting("last status from the courier", hours=2)]),
            "It waits for goods issue from the warehouse since 2026-11-23 12:00:00 UTC"
            " and last status from the courier since 2026-11-23 12:00:00 UTC.",
            "warn at 2026-11-23 14:00:00 UTC if there is still no last status from the courier.",
            id="the nearest of two waits",
        ),
        pytest.param(
            lambda: seen(durable={CALLING: None}),
            "It is calling: red 3 · create outbound in OMS.",
            "The next try happens by itself; its time stands under pending activities.",
            id="calls",
        ),
        pytest.param(
            lambda: seen(durable={CALLING: FailedTry(outcome="NotSent", message="oms cannot be reached")}),
            "It tries again: red 3 · create outbound in OMS (oms cannot be reached).",
            "The next try happens by itself; its time stands under pending activities.",
            id="tries again",
        ),
        pytest.param(
            lambda: seen(OrderState(problems=[a_problem()]), waits=[waiting()], durable={CALLING: None}),
            "It needs a human since 2026-11-23 12:00:00 UTC: red 3 · create outbound in OMS: oms answered 422.",
            "An operator decides: retry_step, skip_step.",
            id="a human comes first",
        ),
        pytest.param(
            lambda: seen(OrderState(problems=[a_problem(acts=[])])),
            "It needs a human since 2026-11-23 12:00:00 UTC: red 3 · create outbound in OMS: oms answered 422.",
            "An operator decides: look at the partner.",
            id="a human without a command",
        ),
        pytest.param(
            lambda: seen(OrderState(order_status=OrderStatus.COMPLETED, ended=True)),
            "It has ended: completed.",
            "Nothing, it has ended.",
            id="completed",
        ),
        pytest.param(
            lambda: seen(OrderState(order_status=OrderStatus.REJECTED, rejection="no stock", ended=True)),
            "It has ended: rejected (no stock).",
            "Nothing, it has ended.",
            id="rejected",
        ),
    ],
)
def test_why_and_next_of_each_situation(view: Callable[[], OrderView], why: str, then: str) -> None:
    order = view()
    assert (order.why, order.next) == (why, then)
    assert f"**Why:** {why}" in card.markdown(order)
    assert f"**Next:** {then}" in card.markdown(order)


def busy_state(order: OrderInput) -> OrderState:
    """A state into which every event carried personal data in the partner's own object."""
    state = OrderState()
    personal = {**order.body, "payload": str(CANARIES)}
    events = [
        an_event("e1", "order_confirmed", raw=personal, oms_order_no="FO1"),
        an_event("e2", "goods_issued", raw=personal, awb="A1", carrier="JNE"),
        an_event("e3", "order_status", raw=personal, code="40"),
        an_event("e4", "shipment_status", raw=personal, code="4242"),
        an_event("e5", "something new", raw=personal),
    ]
    for event in events:
        rules.apply(state, event, now=NOON)
    return state


def test_neither_view_nor_card_holds_personal_data() -> None:
    order = an_order()
    view = card.view(order, busy_state(order), waits=[waiting()], durable={CALLING: None})
    shown = view.model_dump_json() + card.markdown(view)
    assert "FO1" in shown, "the view is not empty"
    assert [name for name, canary in CANARIES.items() if canary in shown] == []


def test_the_view_names_all_fifteen_arrows_and_the_card_marks_them() -> None:
    state = OrderState()
    marks = {
        Step.RED_1: (StepState.DONE, "red 1 ✓"),
        Step.RED_3: (StepState.ATTENTION, "red 3 ⚠"),
        Step.RED_7: (StepState.NOT_APPLICABLE, "red 7 n/a"),
        Step.BLUE_3: (StepState.SKIPPED, "blue 3 skipped"),
    }
    state.steps = {step.value: StepView(state=known.value, at=NOON) for step, (known, _) in marks.items()}
    view = seen(state)
    assert list(view.steps) == [step.value for step in Step]
    shown = card.markdown(view)
    assert all(mark in shown for _, mark in marks.values())
    assert "blue 8 …" in shown
    assert card.open_steps(view)[0] == "red 2 · acknowledge"
    assert not any(line.startswith(("red 1 ", "red 3 ", "red 7 ", "blue 3 ")) for line in card.open_steps(view))


def test_the_key_parameters_of_the_seed_are_visible() -> None:
    view = seen()
    assert (view.tracking_id, view.rate_type, view.service_type) == ("229PE62KWMMNX", "regular", "1")
    assert (view.weight_kg, view.dimensions_cm) == ("1.2", "30 x 20 x 10")


@pytest.mark.parametrize(
    ("events", "flag"),
    [
        ([an_event("s", "shipment_status", code="2000")], "delivered before the goods moved"),
        (
            [an_event("o", "order_status", code="90"), an_event("g", "goods_issued")],
            "the OMS cancelled this order after the goods moved",
        ),
        ([an_event("s", "shipment_status", code="77")], "unknown shipment code '77'"),
    ],
)
def test_what_cannot_be_right_is_flagged_on_the_card(events: list[Event], flag: str) -> None:
    state = OrderState()
    for event in events:
        rules.apply(state, event, now=NOON)
    view = seen(state)
    assert flag in view.flags
    assert f"**Flag:** {flag}" in card.markdown(view)
    assert view.logistics_status in {status.value for status in LogisticsStatus}
