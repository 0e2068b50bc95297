"""Open orders compared with what the partners have: what is asked, what differs, what is reported."""

from datetime import datetime
from typing import Final

from pydantic import Field

from interline.domain import rules
from interline.domain.base import Durable
from interline.domain.calls import Facts
from interline.domain.state import OrderState

KEPT: Final = 500
"""Differences, and questions without an answer, of one report; more are counted only."""


class OpenOrder(Durable):
    """An order that has not ended, and what its partners are asked by."""

    client_id: str
    order_number: str
    kind: str
    warehouse_id: str
    tracking_id: str
    provider: str = ""
    """Which of the client's providers priced it; empty for the main one."""


class WantedOrders(Durable):
    """Which open orders: all, or of one client, or one. `token`: where the last page ended."""

    client_id: str = ""
    order_number: str = ""
    token: str = ""


class OrderPage(Durable):
    """Some of them. An empty `token`: these were the last."""

    orders: list[OpenOrder] = Field(default_factory=list)
    token: str = ""


class Comparison(Durable):
    """What one partner said of one order."""

    order: OpenOrder
    partner: str
    facts: Facts


class Difference(Durable):
    """What an order knows otherwise than its partner."""

    client_id: str = ""
    order_number: str = ""
    partner: str = ""
    what: str
    ours: str
    theirs: str


class Differences(Durable):
    """The answer of the query `differences`: what would change if the order were told."""

    differences: list[Difference] = Field(default_factory=list)


class Unanswered(Durable):
    """A question that a partner did not answer."""

    client_id: str
    order_number: str
    partner: str
    reason: str


class Report(Durable):
    """What a reconciliation found."""

    compared: int = 0
    differences: list[Difference] = Field(default_factory=list)
    unanswered: list[Unanswered] = Field(default_factory=list)
    repaired: list[str] = Field(default_factory=list)
    """Orders that were told what their partners know."""
    more: int = 0


class ReconcileInput(Durable):
    """The start of `Reconciliation`. `report` travels along when its history is continued."""

    wanted: WantedOrders = Field(default_factory=WantedOrders)
    repair: bool = False
    """Tell the orders, by the same events as the webhooks that were lost."""
    grace_seconds: float = 10.0
    """A difference counts when it is still there so much later: a webhook may have been on its way."""
    report: Report | None = None


def differences(state: OrderState, facts: Facts, *, now: datetime) -> list[Difference]:
    """What these facts would change, by the rules that webhooks go through. The state itself stays as it is."""
    if not facts.known:
        return [Difference(what="order", ours="created", theirs="unknown")] if state.registered else []
    told = state.model_copy(deep=True)
    for event in facts.events:
        rules.apply(told, event, now=now)
    ours, theirs = _summary(state), _summary(told)
    return [Difference(what=what, ours=ours[what], theirs=theirs[what]) for what in ours if ours[what] != theirs[what]]


def _summary(state: OrderState) -> dict[str, str]:
    return {
        "order": state.order_status.value,
        "confirmed": "yes" if state.confirmed else "no",
        "pieces moved": str(state.moved),
        "shipment": state.carrier.status.value,
        "shipment statuses": str(len(state.courier_said)),
    }
