"""An order in words: the view of API, CLI and UI, why it is where it is, the status card. No personal data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from interline.domain import parcels, rules
from interline.domain.calls import FailedTry
from interline.domain.order import OrderInput
from interline.domain.state import OrderState
from interline.domain.statuses import OrderStatus, StepState
from interline.domain.view import OrderView, StepView, Wait
from interline.steps import Step, title_of

_MARKS: Final = {
    StepState.DONE.value: "✓",
    StepState.ATTENTION.value: "⚠",
    StepState.SKIPPED.value: "skipped",
    StepState.NOT_APPLICABLE.value: "n/a",
}


def view(
    order: OrderInput, state: OrderState, *, waits: list[Wait], durable: Mapping[str, FailedTry | None]
) -> OrderView:
    """The order as of now."""
    shipment = order.shipment
    return OrderView(
        client_id=order.client_id,
        order_number=order.order_number,
        kind=order.kind.value,
        tracking_id=order.tracking_id,
        warehouse_id=order.warehouse_id,
        oms_order_no=state.oms_order_no,
        order_status=state.order_status.value,
        logistics_status=state.carrier.status.value,
        logistics_code=state.carrier.code,
        rate_type=shipment.rate_type.value,
        service_type=str(shipment.service_type),
        weight_kg=str(shipment.weight_kg),
        dimensions_cm=f"{shipment.length_cm} x {shipment.width_cm} x {shipment.height_cm}",
        price=state.price,
        awbs=state.awbs,
        parcels={awb: fact.status.value for awb, fact in parcels.by_parcel(state).items() if awb},
        ordered=state.ordered,
        moved=state.moved,
        damaged=state.damaged,
        courier=state.courier,
        why=_why(state, waits, durable),
        next=_next(state, waits, durable),
        waits=waits,
        problems=state.problems,
        breaches=state.breaches,
        flags=[*state.flags, *rules.contradictions(state)],
        steps={step.value: state.steps.get(step.value, StepView(state=StepState.PENDING.value)) for step in Step},
        undo=state.undo,
        timeline=state.timeline,
        webhooks_waiting=len(state.outbox),
        webhooks_sent=state.webhooks_sent,
        accepted_at=order.accepted_at,
    )


def markdown(order: OrderView) -> str:
    """The status card at the top of the order's page in the Temporal UI."""
    facts = [
        f"**{order.kind} {order.order_number}**",
        f"order **{order.order_status}** · shipment **{order.logistics_status}**",
        f"**Why:** {order.why}",
        f"**Next:** {order.next}",
    ]
    late = [f"**Overdue:** {breach.what}, due {_clock(breach.due)}" for breach in order.breaches]
    last = [*late, *(f"**Flag:** {text}" for text in order.flags)]
    steps = " · ".join(f"{name} {_MARKS.get(step.state, '…')}" for name, step in (order.steps | order.undo).items())
    sent = f"{order.webhooks_sent} client webhooks sent, {order.webhooks_waiting} waiting"
    return "\n\n".join([*facts, *last, steps, sent])


def _why(state: OrderState, waits: list[Wait], durable: Mapping[str, FailedTry | None]) -> str:
    if state.problems:
        problem = state.problems[0]
        return f"It needs a human since {_clock(problem.since)}: {problem.reason}."
    trouble = [f"{label} ({failed.message})" for label, failed in durable.items() if failed]
    if trouble:
        return f"It tries again: {', '.join(trouble)}."
    if durable:
        return f"It is calling: {', '.join(durable)}."
    if state.ended:
        reason = f" ({state.rejection})" if state.order_status is OrderStatus.REJECTED and state.rejection else ""
        return f"It has ended: {state.order_status.value}{reason}."
    if waits:
        return "It waits for " + " and ".join(f"{wait.what} since {_clock(wait.since)}" for wait in waits) + "."
    return "It is being worked on."


def _next(state: OrderState, waits: list[Wait], durable: Mapping[str, FailedTry | None]) -> str:
    if state.problems:
        return "An operator decides: " + ", ".join(state.problems[0].acts or ["look at the partner"]) + "."
    if durable:
        return "The next try happens by itself; its time stands under pending activities."
    due = sorted((wait.next_at, wait.next_act, wait.what) for wait in waits if wait.next_at)
    if due:
        at, act, what = due[0]
        return f"{act} at {_clock(at)} if there is still no {what}."
    return "Nothing, it has ended." if state.ended else "The next step follows at once."


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def open_steps(order: OrderView) -> list[str]:
    """Arrows that have not happened yet, with their titles."""
    return [
        f"{step.value} · {title_of(step, order.kind)}"
        for step in Step
        if order.steps.get(step.value, StepView(state="pending")).state == StepState.PENDING
    ]
