"""The scenarios that the demo can tell: minds change, goods come back, webhooks get lost or never come."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import httpx
from pydantic import BaseModel, JsonValue

from interline.names import Signal
from starter.demo.handles import Handles
from starter.demo.stage import Stage
from starter.demo.trouble_telling import TroubleTeller

BOTH: Final = 2
SOON: Final = json.dumps([{"after_seconds": 1.5 * turn, "act": "warn"} for turn in range(1, 40)])
"""The partner is asked again and again, for a minute."""
AT_ONCE: Final = (
    '[{"after_seconds": 1, "act": "warn"}, {"after_seconds": 2, "act": "escalate"},'
    ' {"after_seconds": 3, "act": "attention"}]'
)
Checks = dict[str, bool]


class ScenarioName(StrEnum):
    """What `interline demo --scenario` takes."""

    CANCEL = "cancel"
    RETURN = "return"
    SPLIT = "split"
    LOST_WEBHOOK = "lost-webhook"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Scenario:
    """What it is about, what Interline did in it, and how it is played: the checks that must hold at its end."""

    about: str
    did: str
    play: Callable[[Callable[[], Stage]], Awaitable[Checks]]
    environ: Mapping[str, str] = field(default_factory=dict)


class ScenarioResult(BaseModel):
    """`ok`: every check holds, each by the partners' own books."""

    ok: bool
    scenario: str
    orders: list[str]
    checks: Checks


async def tell(handles: Handles, teller: TroubleTeller, name: ScenarioName) -> ScenarioResult:
    """Play one scenario."""
    scenario, stages = SCENARIOS[name], list[Stage]()

    def stage() -> Stage:
        stages.append(Stage(handles, teller))
        return stages[-1]

    teller.chapter("What happens", scenario.about)
    checks = await scenario.play(stage)
    teller.chapter("What the system did", scenario.did)
    for what, holds in checks.items():
        teller.line(f"{'✓' if holds else '✗'} {what}")
    numbers = [one.number for one in stages]
    return ScenarioResult(ok=all(checks.values()), scenario=name.value, orders=numbers, checks=checks)


async def _cancel(stage: Callable[[], Stage]) -> Checks:
    first = stage()
    await first.order()
    await first.confirmed()
    taken = await first.cancel("the buyer changed their mind")
    await first.until_status("cancelled")
    undone = ["undo red 3", "undo blue 6", "undo shipment"]
    await first.until(lambda view: str(view.get("why", "")).startswith("It has ended"))
    second = stage()
    await second.order()
    await second.confirmed()
    await second.event(Signal.ORDER_STATUS, status_code="40", status="Allocated")
    refused = await second.cancel("too late")
    await _ship(second)
    return {
        "the first order is cancelled": taken.status == httpx.codes.OK,
        "what was done is undone in reverse order": await first.undone() == undone,
        "the client was told once": await first.heard("order.cancelled") == 1,
        "the OMS refused to cancel an allocated order: 409 with its reason": refused.status == httpx.codes.CONFLICT,
        "and that order went on to its end": (await second.view()).get("order_status") == "completed",
    }


async def _ship(stage: Stage) -> None:
    await stage.event(Signal.GOODS_ISSUED)
    for code in (1180, 2000):
        await stage.event(Signal.SHIPMENT_STATUS, code=code)
    await stage.until_status("completed")


async def _return(stage: Callable[[], Stage]) -> Checks:
    one = stage()
    await one.order(returned=True)
    await one.confirmed()
    for code in (1180, 2000):
        await one.event(Signal.SHIPMENT_STATUS, code=code)
    for grn, condition in (("GRN-1", "Good"), ("GRN-2", "Damaged")):
        row: JsonValue = {
            "line_no": "1",
            "sku": "TEA-OOLONG-250",
            "received_qty": 1,
            "product_condition": condition,
            "grn_no": grn,
        }
        await one.event(Signal.GOODS_RECEIVED, details=[row])
    view = await one.until_status("completed")
    return {
        "both goods receipts were forwarded to the WMS": await one.calls("red 7") == BOTH,
        "the client heard of both": await one.heard("order.goods_received") == BOTH,
        "one piece came back damaged": view.get("damaged") == 1,
        "the return is completed": True,
    }


async def _split(stage: Callable[[], Stage]) -> Checks:
    one = stage()
    await one.order()
    await one.confirmed()
    for awb, sku, count in (("AWB-A", "TEA-OOLONG-250", 2), ("AWB-B", "CUP-BATIK-BLUE", 1)):
        row: JsonValue = {"sku": sku, "qty_shipped": count}
        await one.event(Signal.GOODS_ISSUED, doc_no=f"DO-{awb}", delivery_no=awb, details=[row])
    await one.event(Signal.SHIPMENT_STATUS, code=2000, awb="AWB-A")
    half = await one.until(lambda view: view.get("parcels") == {"AWB-A": "delivered", "AWB-B": "none"})
    one.says("one parcel is delivered, the order waits for the other")
    await one.event(Signal.SHIPMENT_STATUS, code=2000, awb="AWB-B")
    await one.until_status("completed")
    return {
        "the order stayed open for its second parcel": half.get("order_status") == "goods_issued",
        "each parcel's goods issue was forwarded to the WMS": await one.calls("red 7") == BOTH,
        "the client heard of both": await one.heard("order.goods_issued") == BOTH,
        "it ended with its last parcel": True,
    }


async def _lost_webhook(stage: Callable[[], Stage]) -> Checks:
    one = stage()
    await one.order()
    await one.event(Signal.ORDER_CONFIRMED, lost=True)
    await one.until_status("confirmed")
    await one.event(Signal.ORDER_CONFIRMED)
    one.says("the webhook that comes after all changes nothing")
    await one.event(Signal.GOODS_ISSUED, lost=True)
    await one.until_status("goods_issued")
    await one.event(Signal.SHIPMENT_STATUS, lost=True, code=2000)
    await one.until_status("completed")
    return {
        "the confirmation was learnt by asking, and told once": await one.heard("order.confirmed") == 1,
        "so was the goods issue": await one.heard("order.goods_issued") == 1,
        "the WMS was told once": await one.calls("red 7") == 1,
        "the order is completed": True,
    }


async def _overdue(stage: Callable[[], Stage]) -> Checks:
    one = stage()
    await one.order()
    one.says("the OMS does not confirm, and does not know more when it is asked")
    view = await one.until(lambda seen: bool(seen.get("problems")))
    one.says(f"Interline: {view.get('why')}")
    await one.until(lambda seen: seen.get("webhooks_waiting") == 0)
    overdue, attention = await one.heard("order.overdue"), await one.heard("order.attention")
    await one.confirmed()
    later = await one.view()
    await _ship(one)
    return {
        "the breach was told to the client": overdue == 1,
        "a human was asked": attention == 1,
        "the late confirmation settled it by itself": later.get("problems") == [],
        "the breach is kept": len(_list(later.get("breaches"))) == 1,
        "the order is completed": True,
    }


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


SCENARIOS: Final[Mapping[ScenarioName, Scenario]] = {
    ScenarioName.CANCEL: Scenario(
        "A buyer changes their mind after everything is prepared; another one does so too late.",
        "It asked the OMS first. When the OMS let the order go, what had been done was undone in reverse order, each as"
        " a step of its own; when it refused, nothing was undone and the order went on.",
        _cancel,
    ),
    ScenarioName.RETURN: Scenario(
        "A buyer sends two pieces back. They arrive in two receipts, one of them damaged.",
        "It forwarded each goods receipt, counted what is damaged, and ended when all that was announced had come.",
        _return,
    ),
    ScenarioName.SPLIT: Scenario(
        "The warehouse sends one order in two parcels with two waybills.",
        "It kept the order open until the last parcel had arrived.",
        _split,
    ),
    ScenarioName.LOST_WEBHOOK: Scenario(
        "Confirmation, goods issue and delivery happen, and each of their webhooks gets lost.",
        "It missed each, asked OMS and provider, and put the answers through the same rules: it only cost time.",
        _lost_webhook,
        {f"INTERLINE_DEADLINES__{name}": SOON for name in ("CONFIRMATION", "GOODS", "DELIVERY")},
    ),
    ScenarioName.OVERDUE: Scenario(
        "The OMS is silent for too long, and confirms after all.",
        "It asked the OMS before each step of the ladder: a reminder, the breach told to the client, then a human.",
        _overdue,
        {"INTERLINE_DEADLINES__CONFIRMATION": AT_ONCE},
    ),
}
