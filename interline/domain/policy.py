"""What settings decided when the order was accepted, carried in its input so that no later edit bends a history."""

from datetime import date, time
from enum import StrEnum
from typing import Final

from pydantic import Field

from interline.domain.base import Durable


class Keys(StrEnum):
    """What a partner does with our idempotency keys."""

    HONOURED = "honoured"
    LOOKUP = "lookup"
    """Ignored, but the partner can be asked whether the effect exists (Shipper: GET by order number)."""
    NONE = "none"
    """Ignored, and nobody can be asked: an unknown outcome goes to a human, never to a blind second create."""


class PriceRule(StrEnum):
    """What happens when a price moved up by more than the tolerance."""

    ACCEPT = "accept"
    ASK = "ask"


class PartnerTerms(Durable):
    """How one partner is called."""

    keys: Keys = Keys.HONOURED
    rated: bool = False
    """A declared rate holds on the partner's own task queue, so there is no local try."""
    local_budget_seconds: float = 2.0
    budget_seconds: float = 10.0


ACTS: Final = frozenset({"warn", "escalate", "attention"})


class Rung(Durable):
    """One rung of a wait's ladder: when it is reached, do `act`.

    Reached so many seconds after the wait began; with `business_days`, so many seconds after the close of that working
    day (0: the day itself, if it was still before the cut-off).
    """

    after_seconds: float = 0.0
    business_days: int | None = None
    act: str
    """warn: a reminder before the breach · escalate: the breach, told to the client · attention: a human is asked."""
    of: str = ""
    """`pickup`: acts only while the courier has not picked up."""


class Calendar(Durable):
    """Working days as data, expanded when the order is accepted. Without weekend and holidays every day is one."""

    utc_offset_minutes: int = 0
    """Of the warehouse when the order was accepted: a later change of its clock moves the cut-off by as much."""
    cut_off: time = time.max
    """What comes later counts from the next working day."""
    closes: time | None = None
    """When a working day ends; None: at midnight."""
    weekend: list[int] = Field(default_factory=list)
    """ISO weekdays, 1 is Monday."""
    holidays: list[date] = Field(default_factory=list)


def _ladder(warn: float, escalate: float, attention: float) -> list[Rung]:
    """Hours."""
    steps = (("warn", warn), ("escalate", escalate), ("attention", attention))
    return [Rung(after_seconds=hours * 3600, act=act) for act, hours in steps]


class Deadlines(Durable):
    """The ladders of the four waits (our defaults; settings, clients, rate and service types override them)."""

    confirmation: list[Rung] = Field(default_factory=lambda: _ladder(1, 4, 24))
    goods: list[Rung] = Field(default_factory=lambda: _ladder(24, 48, 72))
    pickup: list[Rung] = Field(default_factory=lambda: _ladder(24, 48, 72))
    """From the goods issue to the courier's pickup."""
    delivery: list[Rung] = Field(default_factory=lambda: _ladder(24 * 5, 24 * 10, 24 * 14))

    ask_again_seconds: float = 24 * 3600.0
    """After the last rung the partner is asked again and again, so long apart."""

    def with_changes(self, *changes: "Deadlines | None") -> "Deadlines":
        """These ladders with those that the changes really set; the last one counts."""
        named = {name: getattr(change, name) for change in changes if change for name in change.model_fields_set}
        return self.model_copy(update=named)


def deadlines_by_rate_type() -> dict[str, Deadlines]:
    """Our defaults for couriers of hours instead of days."""
    return {
        "instant": Deadlines(pickup=_ladder(0.5, 1, 2), delivery=_ladder(2, 4, 8)),
        "same-day": Deadlines(pickup=_ladder(3, 6, 12), delivery=_ladder(8, 16, 24)),
        "express": Deadlines(delivery=_ladder(24 * 2, 24 * 4, 24 * 7)),
    }


DELIVERY_SCHEDULE_SECONDS = [5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0]
"""Pauses between tries of a client webhook after the first (Standard Webhooks' example schedule, ± 20 % jitter)."""

HOLD_SECONDS: Final = 30 * 86_400.0
"""So long a client webhook waits for its paused or disabled endpoint; then it is a dead letter (reliability WH-04)."""


class OrderPolicy(Durable):
    """Terms, ladders and switches of one order."""

    oms: PartnerTerms = Field(default_factory=lambda: PartnerTerms(keys=Keys.LOOKUP))
    wms: PartnerTerms = Field(default_factory=PartnerTerms)
    logistics: PartnerTerms = Field(default_factory=PartnerTerms)
    client_platform: PartnerTerms = Field(
        default_factory=lambda: PartnerTerms(local_budget_seconds=1.0, budget_seconds=15.0)
    )
    deadlines: Deadlines = Field(default_factory=Deadlines)
    calendar: Calendar = Field(default_factory=Calendar)
    delivery_schedule_seconds: list[float] = Field(default_factory=lambda: list(DELIVERY_SCHEDULE_SECONDS))
    delivery_hold_seconds: float = HOLD_SECONDS
    tells_wms: bool = True
    """Red 7 is on. Off where the WMS itself is the source of PGI."""
    registers_webhook: bool = True
    """Blue 6 is an API call. Off where it is done by hand in the provider's dashboard."""
    checks_tracking: bool = False
    price_tolerance_percent: float = 0.0
    price_rule: PriceRule = PriceRule.ASK
    more_providers: list[str] = Field(default_factory=list)
    """Names of further logistics providers to compare with the main one."""
    tells_at_arrival: bool = False
    """The client's webhooks have their places in the order in which the events arrived. Orders begun before: when a
    track came to them."""
    records_before_telling: bool = False
    """After a price whose first try failed, blue 4 and red 5 are told when the history has their places. Orders begun
    before: at once."""
    pricing_way: int = 1
    """1: after a skipped blue 2 a human was asked again at blue 3, and goods on their way were priced at all providers.
    2: one skip settles both, and only the provider that priced the order is asked (docs/runbook-upgrade.md)."""
