"""Events that have no open order to go to, as `Stray` receives and keeps them."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from interline.domain.base import Durable
from interline.domain.events import Event
from interline.domain.policy import OrderPolicy
from interline.domain.statuses import StrayReason


class KeptState(StrEnum):
    """What became of a kept event."""

    WAITING = "waiting"
    """For its order to appear, up to 72 h."""
    HANDED_OVER = "handed over"
    KNOWN = "known already"
    """The order had it before it ended: nothing follows."""
    LATE = "late"
    """Its order has ended: recorded, and told to the client."""
    HUMAN = "for a human"
    DROPPED = "dropped"


class StrayEvent(Durable):
    """One event and why it came here."""

    reason: StrayReason
    event: Event


class KeptEvent(Durable):
    """A kept event. `order_number` is where it is to go; an operator's word stands in `note`."""

    reason: StrayReason
    event: Event
    state: str = KeptState.WAITING.value
    at: datetime | None = None
    came_at: datetime | None = None
    order_number: str = ""
    told: bool = False
    """Late, and nothing is left to be done about it."""
    note: str = ""


class StrayState(Durable):
    """What `Stray` answers to `status` and returns when it ends."""

    client_id: str
    key: str
    events: list[KeptEvent] = Field(default_factory=list)
    more: int = 0
    """Events beyond the cap: counted, and not kept any more."""


class StrayInput(Durable):
    """One waiting room: an order number, or a reference nobody knows."""

    client_id: str
    key: str
    order_number: str | None = None
    """Set when the events name the order themselves: they are handed over when it appears."""
    policy: OrderPolicy = Field(default_factory=OrderPolicy)
    carried: StrayState | None = None
    """What was kept when the history was continued as a new one."""


class StrayCommand(Durable):
    """An operator's word about one kept event. `order_number` is where `assign` sends it."""

    event_id: str
    actor: str
    reason: str
    order_number: str = ""


class EndedOrder(Durable):
    """What a late event's webhook says of its order, from Temporal's own record."""

    order_number: str
    tracking_id: str = ""
    logistics_status: str = ""
    order_status: str = ""
    stopped: bool = False
    """Terminated from outside: nobody acts for it any more."""


class HandOver(Durable):
    """Events to be signaled to their order, if it exists."""

    client_id: str
    order_number: str
    events: list[Event]


class HandOverResult(Durable):
    """Was there an order, and what became of the events: handed over, or late (the order has ended)."""

    found: bool
    state: str = ""
    handed: list[str] = Field(default_factory=list)
    """Ids of the events that the open order took, also where it ended in between."""
    known: list[str] = Field(default_factory=list)
    """Ids of the events that the ended order had taken in its life."""
    ended: EndedOrder | None = None
    problem: str = ""
    """Why an open order cannot take any event."""
