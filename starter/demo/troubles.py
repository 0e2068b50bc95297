"""The troubles that the demo can tell: what goes wrong, what a human does about it if anybody must, how it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from interline.domain.base import JsonObject
from interline.domain.commands import StepCommand
from interline.names import Partner
from interline.steps import Step

OPERATOR: Final = "demo operator"
SOON: Final = '[{"after_seconds": 3, "act": "warn"}, {"after_seconds": 3600, "act": "attention"}]'
"""A ladder for a minute's demo: after three seconds the OMS is asked."""


class TroubleName(StrEnum):
    """What `interline demo --trouble` takes."""

    OMS_APPLY_THEN_HANG = "oms-apply-then-hang"
    OMS_422 = "oms-422"
    WMS_REFUSE = "wms-refuse"
    NEGATIVE_PRICE = "logistics-negative-price"
    CLIENT_503 = "client-503"
    LOST_PGI = "lost-pgi"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One trouble. `posted`: what the sandbox is told; `operator`: what a human says when a step waits for one."""

    step: Step
    partner: Partner
    wrong: str
    did: str
    posted: JsonObject | None = None
    operator: StepCommand | None = None
    loses_goods_webhook: bool = False
    confirms_late: bool = False
    """The OMS keeps its webhook back until red 3 is done: it would settle the unknown outcome sooner."""
    environ: Mapping[str, str] = field(default_factory=dict)


def _trouble(step: Step, partner: Partner, trouble: str, *, count: int) -> JsonObject:
    return {"partner": partner.value, "route": step.value, "trouble": trouble, "count": count}


TROUBLES: Final[Mapping[TroubleName, Trouble]] = {
    TroubleName.OMS_APPLY_THEN_HANG: Trouble(
        step=Step.RED_3,
        partner=Partner.OMS,
        wrong="The OMS creates the order and never answers. It ignores our keys: a second create is a second order.",
        did="Interline did not create it again. It asked the OMS by order number, and found it.",
        posted=_trouble(Step.RED_3, Partner.OMS, "apply_then_hang", count=1),
        confirms_late=True,
    ),
    TroubleName.OMS_422: Trouble(
        step=Step.RED_3,
        partner=Partner.OMS,
        wrong="The OMS refuses the order for good: 422.",
        did="Interline did not repeat what was refused. It parked red 3, told the client, and asked for a human.",
        posted=_trouble(Step.RED_3, Partner.OMS, "status:422", count=1),
        operator=StepCommand(
            step=Step.RED_3.value,
            actor=OPERATOR,
            reason="the city was misspelt",
            corrected={"consignee_city": "Kota Bandung"},
        ),
    ),
    TroubleName.WMS_REFUSE: Trouble(
        step=Step.RED_7,
        partner=Partner.WMS,
        wrong="The WMS drops every connection, three times.",
        did="Interline tried again with growing pauses and the same key. Nobody had to do anything.",
        posted=_trouble(Step.RED_7, Partner.WMS, "refuse", count=3),
    ),
    TroubleName.NEGATIVE_PRICE: Trouble(
        step=Step.BLUE_2,
        partner=Partner.LOGISTICS,
        wrong="The logistics provider answers 200 with negative prices, twice.",
        did="Interline did not believe them, and asked again until there was a price that can be true.",
        posted=_trouble(Step.BLUE_2, Partner.LOGISTICS, "wrong_2xx:negative_price", count=2),
    ),
    TroubleName.CLIENT_503: Trouble(
        step=Step.RED_5,
        partner=Partner.CLIENT_PLATFORM,
        wrong="The client platform answers the order confirmation with 503, three times.",
        did="Interline delivered it later, and the webhooks behind it in their order. Red and blue went on meanwhile.",
        posted=_trouble(Step.RED_5, Partner.CLIENT_PLATFORM, "status:503", count=3),
    ),
    TroubleName.LOST_PGI: Trouble(
        step=Step.RED_6,
        partner=Partner.OMS,
        wrong="The goods leave the warehouse, and the PGI webhook that tells of it gets lost.",
        did="Interline missed the PGI, asked the OMS, read it there, and went on as if the webhook had come.",
        loses_goods_webhook=True,
        environ={"INTERLINE_DEADLINES__GOODS": SOON},
    ),
}
