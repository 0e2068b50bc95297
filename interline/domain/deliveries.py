"""The delivery log of an order: what became of each client webhook, kept in bounds, readable by the client.

Answers of a receiver may hold personal data: they stand here, where only the client itself reads, in no log of ours.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

import orjson
from pydantic import Field

from interline.domain.base import Durable, JsonObject
from interline.domain.calls import TryRecord
from interline.domain.state import Delivery, DeliveryRecord, OrderState

RECORDS_KEPT: Final = 200
BODIES_KEPT_BYTES: Final = 256 * 1024
"""Of all bodies together; older ones can then not be sent again."""
TRIES_KEPT: Final = 20
OLDER_ANSWER_KEPT: Final = 200
"""Characters of the answers of all tries but the last."""


class DeliveryState(StrEnum):
    """Where one delivery stands: a closed, published list."""

    WAITING = "waiting"
    """Its turn has not come, or its first try is under way."""
    RETRYING = "retrying"
    HELD = "held"
    """The endpoint is paused, disabled, not active, or takes its webhooks more slowly."""
    DEAD = "dead"
    """All tries failed: redeliver it, or an operator skips it."""
    DELIVERED = "delivered"
    SKIPPED = "skipped"
    """An operator went on without it."""
    NOT_CHOSEN = "not_chosen"
    """The client did not choose this event."""


class DeliveryView(Durable):
    """One line of the log."""

    order_number: str
    sequence: int
    event: str
    kind: str
    step: str
    webhook_id: str
    state: DeliveryState
    occurred_at: datetime
    at: datetime | None = None
    """When it came into its last state, where that is known."""
    next_try_at: datetime | None = None
    tries: list[TryRecord] = Field(default_factory=list)
    body_kept: bool = True

    @property
    def id(self) -> str:
        """How the API calls it."""
        return f"{self.order_number}~{self.sequence}"


class DeliveryLog(Durable):
    """The answer of the query `deliveries`."""

    deliveries: list[DeliveryView] = Field(default_factory=list)


class DeliveryBody(Durable):
    """Everything that sending a webhook again needs."""

    sequence: int
    event: str
    kind: str
    step: str
    webhook_id: str
    body: JsonObject
    parked: bool = False
    """Its order waits with it for a decision: then the order itself sends it, so that the sequence holds."""


class DeliveryFound(Durable):
    """The answer of the query `delivery`; nothing when its body is not kept (any more)."""

    delivery: DeliveryBody | None = None


class WantedDeliveries(Durable):
    """Which deliveries to send again: of one order or of all that were accepted in a time range."""

    client_id: str
    order_number: str | None = None
    sequence: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    failed_only: bool = False
    """Only what needed more than one try, or never arrived."""


class DeliveryRef(Durable):
    """One delivery of one order."""

    order_number: str
    sequence: int


class FoundDeliveries(Durable):
    """What is to be sent again, in the order of their sequence. `more`: there were too many."""

    deliveries: list[DeliveryRef] = Field(default_factory=list)
    more: bool = False


class SendAgain(Durable):
    """Send one delivery again, with the same webhook id."""

    client_id: str
    order_number: str
    sequence: int
    actor: str
    key: str
    budget_seconds: float
    schedule_seconds: list[float]


class RedeliveryInput(Durable):
    """The start of `Redelivery`. `found` and `done` travel along when its history is continued."""

    wanted: WantedDeliveries
    actor: str
    per_second: float = 5.0
    found: FoundDeliveries | None = None
    outcome: "RedeliveryOutcome | None" = None


class RedeliveryOutcome(Durable):
    """What became of a redelivery. `failed` and `undone` name deliveries as the API does."""

    sent: int = 0
    failed: list[str] = Field(default_factory=list)
    more: bool = False


def record(
    state: OrderState, delivery: Delivery, *, became: DeliveryState, tries: Sequence[TryRecord], at: datetime
) -> None:
    """Write down what became of a delivery. A dead one that is tried again keeps its tries."""
    before = next((known for known in state.delivery_log if known.delivery.sequence == delivery.sequence), None)
    kept = [*(before.tries if before else []), *tries][-TRIES_KEPT:]
    new = DeliveryRecord(
        delivery=delivery,
        state=became.value,
        at=at,
        tries=[_short(one) for one in kept[:-1]] + kept[-1:],
        size=before.size if before else len(orjson.dumps(delivery.body)),
    )
    others = [known for known in state.delivery_log if known is not before]
    state.delivery_log = _bounded([*others, new])


def views(order_number: str, state: OrderState) -> list[DeliveryView]:
    """The log, oldest first. What is under way is only known to the engine (see `activities.deliveries`)."""
    parked = {problem.key for problem in state.problems}
    coming = {delivery.sequence for delivery in state.outbox if delivery.webhook_id not in parked}
    done = [
        _view(order_number, known.delivery, DeliveryState(known.state)).model_copy(
            update={"at": known.at, "tries": known.tries, "body_kept": known.body_kept}
        )
        for known in state.delivery_log
        if known.delivery.sequence not in coming
    ]
    waiting = [
        _view(order_number, delivery, DeliveryState.WAITING) for delivery in state.outbox if delivery.sequence in coming
    ]
    return sorted([*done, *waiting], key=lambda view: view.sequence)


def find(state: OrderState, sequence: int) -> Delivery | None:
    """The delivery of this sequence number with its body, if that is still kept."""
    logged = (known.delivery for known in state.delivery_log if known.body_kept)
    return next((known for known in [*logged, *state.outbox] if known.sequence == sequence), None)


def _view(order_number: str, delivery: Delivery, stands: DeliveryState) -> DeliveryView:
    return DeliveryView(
        order_number=order_number,
        sequence=delivery.sequence,
        event=delivery.event.value,
        kind=delivery.event.kind,
        step=delivery.step,
        webhook_id=delivery.webhook_id,
        state=stands,
        occurred_at=delivery.occurred_at,
    )


def _short(one: TryRecord) -> TryRecord:
    return one.model_copy(update={"answer": one.answer[:OLDER_ANSWER_KEPT]})


def _bounded(log: list[DeliveryRecord]) -> list[DeliveryRecord]:
    """The newest records; of those the newest bodies."""
    newest, left = sorted(log, key=lambda known: known.delivery.sequence)[-RECORDS_KEPT:], BODIES_KEPT_BYTES
    for known in reversed(newest):
        left -= known.size
        if left < 0 and known.body_kept:
            known.delivery = known.delivery.model_copy(update={"body": {}})
            known.body_kept = False
    return newest
