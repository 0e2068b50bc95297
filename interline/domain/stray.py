"""Events that have no open order to go to, as `Stray` receives and keeps them."""

from datetime import datetime

from pydantic import Field

from interline.domain.base import Durable
from interline.domain.events import Event
from interline.domain.policy import OrderPolicy
from interline.domain.statuses import StrayReason


class StrayInput(Durable):
    """One waiting room: an order number, or a reference nobody knows."""

    client_id: str
    key: str
    order_number: str | None = None
    """Set when the events name the order themselves: they are handed over when it appears."""
    policy: OrderPolicy = Field(default_factory=OrderPolicy)


class StrayEvent(Durable):
    """One event and why it came here."""

    reason: StrayReason
    event: Event


class KeptEvent(Durable):
    """A kept event and what became of it: waiting, handed over, late (recorded), for a human."""

    reason: StrayReason
    event: Event
    state: str = "waiting"
    at: datetime | None = None


class StrayState(Durable):
    """What `Stray` answers to `status` and returns when it ends."""

    client_id: str
    key: str
    events: list[KeptEvent] = Field(default_factory=list)
    more: int = 0
    """Events beyond the cap, counted and not kept."""


class HandOver(Durable):
    """Events to be signaled to their order, if it exists."""

    client_id: str
    order_number: str
    events: list[Event]


class HandOverResult(Durable):
    """Was there an order, and what became of the events: handed over, or late (the order has ended)."""

    found: bool
    state: str = ""
