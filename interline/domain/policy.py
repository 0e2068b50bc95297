"""What settings decided when the order was accepted, carried in its input so that no later edit bends a history."""

from enum import StrEnum

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


class Rung(Durable):
    """One rung of a wait's ladder: after so many seconds of waiting, do `act` (warn, escalate, attention)."""

    after_seconds: float
    act: str


def _ladder(warn: float, escalate: float, attention: float) -> list[Rung]:
    steps = (("warn", warn), ("escalate", escalate), ("attention", attention))
    return [Rung(after_seconds=hours * 3600, act=act) for act, hours in steps]


class Deadlines(Durable):
    """The ladders of the three waits (our defaults; settings and clients override them)."""

    confirmation: list[Rung] = Field(default_factory=lambda: _ladder(1, 4, 24))
    goods: list[Rung] = Field(default_factory=lambda: _ladder(24, 48, 72))
    delivery: list[Rung] = Field(default_factory=lambda: _ladder(24 * 5, 24 * 10, 24 * 14))


DELIVERY_SCHEDULE_SECONDS = [5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0]
"""Pauses between tries of a client webhook after the first (Standard Webhooks' example schedule, ± 20 % jitter)."""


class OrderPolicy(Durable):
    """Terms, ladders and switches of one order."""

    oms: PartnerTerms = Field(default_factory=lambda: PartnerTerms(keys=Keys.LOOKUP))
    wms: PartnerTerms = Field(default_factory=PartnerTerms)
    logistics: PartnerTerms = Field(default_factory=PartnerTerms)
    client_platform: PartnerTerms = Field(
        default_factory=lambda: PartnerTerms(local_budget_seconds=1.0, budget_seconds=15.0)
    )
    deadlines: Deadlines = Field(default_factory=Deadlines)
    delivery_schedule_seconds: list[float] = Field(default_factory=lambda: list(DELIVERY_SCHEDULE_SECONDS))
    tells_wms: bool = True
    """Red 7 is on. Off where the WMS itself is the source of PGI."""
    registers_webhook: bool = True
    """Blue 6 is an API call. Off where it is done by hand in the provider's dashboard."""
    checks_tracking: bool = False
    price_tolerance_percent: float = 0.0
    price_rule: PriceRule = PriceRule.ASK
    more_providers: list[str] = Field(default_factory=list)
    """Names of further logistics providers to compare with the main one."""
