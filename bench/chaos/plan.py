"""What a chaos run will do, made whole from its seed before it starts: orders, events, troubles, kills.

The same seed, counts and code give the same plan; what the machine makes of it in time differs, the promises do not.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from pydantic import JsonValue

from interline.domain.base import JsonObject
from sandbox.fault_proxy import Way
from starter.demo.bodies import inbound, outbound

Kind = Literal["outbound", "return"]

KILL_EVERY_SECONDS: Final = 2.0
CUT_SECONDS: Final = 30.0
WIRES: Final = ("gateway", "worker", "oms", "wms", "logistics", "webhook")
"""From gateway and worker to Temporal, from the worker to each partner and to the client platform."""
PARTS: Final = ("gateway", "worker", "temporal", "sandbox")
TROUBLE_SHARE: Final = 0.10
RETURN_SHARE: Final = 0.2
DISORDER_SHARE: Final = 0.3
EARLY_SHARE: Final = 0.15
LATE_SHARE: Final = 0.1
REFUSED_SHARE: Final = 0.02
STATUSES: Final = (1030, 1160, 1180, 1190, 2000)
EPOCH: Final = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)

TROUBLES: Final = (
    *("refuse", "reset", "hang", "slow", "status:500", "status:503", "status:429"),
    *("apply_then_hang", "apply_then_reset", "wrong_2xx:html", "wrong_2xx:empty"),
)
"""Those after which the promise is to finish without a human. A refusal is for one by definition."""
CLIENT_TROUBLES: Final = ("refuse", "reset", "hang", "status:500", "status:503", "status:429", "apply_then_reset")
CALLS: Final = (
    *(("oms", "red 3"), ("wms", "red 7"), ("logistics", "blue 2"), ("oms", "blue 5"), ("logistics", "blue 6")),
    *(("oms", "blue 7"),) * 5,
    *(("client_platform", "red 5"), ("client_platform", "red 6"), ("client_platform", "blue 4")),
    *(("client_platform", "blue 8"),) * 5,
)
"""The eighteen calls of an order."""


@dataclass(frozen=True, kw_only=True)
class PlannedEvent:
    """One webhook of a partner. `mark` names it in its own body, so that it can be found again anywhere."""

    mark: str
    kind: str
    order: str
    client: int
    at_seconds: float
    copies: int
    data: JsonObject
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class PlannedTrouble:
    """The order's next call of that step meets that trouble, once.

    Of its own order: troubles for whatever call comes next pile up while a partner is avoided, until its every call
    meets one and nobody ever finds it well again.
    """

    order: str
    partner: str
    step: str
    trouble: str
    at_seconds: float


@dataclass(frozen=True, kw_only=True)
class PlannedCut:
    """The network of that wire holds everything back that way, for so long (sandbox/fault_proxy.py)."""

    wire: str
    way: Way
    at_seconds: float
    lasts_seconds: float


@dataclass(frozen=True, kw_only=True)
class PlannedOrder:
    """One order as its client posts it, again and again until it has an answer. `refused`: it must get a 422."""

    number: str
    client: int
    kind: Kind
    body: JsonObject
    at_seconds: float
    refused: bool = False
    events: tuple[PlannedEvent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One whole run."""

    seed: int
    orders: tuple[PlannedOrder, ...]
    troubles: tuple[PlannedTrouble, ...]
    kills: tuple[tuple[float, str], ...]
    events: tuple[PlannedEvent, ...] = field(default=())
    late: tuple[PlannedEvent, ...] = field(default=())
    cuts: tuple[PlannedCut, ...] = field(default=())


def make_plan(*, orders: int, kills: int, seed: int, busy_seconds: float | None = None, cuts: int = 0) -> Plan:
    """`kills` one every two seconds; the orders come in the first four fifths of that time (or of `busy_seconds`).

    `cuts` come one after the other all through it.
    """
    dice = random.Random(seed)  # noqa: S311  a plan to be repeated, no secret
    lasts = busy_seconds or max(kills * KILL_EVERY_SECONDS, 5.0)
    planned = [_order(dice, seed, place, at=lasts * 0.8 * place / orders) for place in range(orders)]
    troubles = [_trouble(dice, call, order) for order in planned for call in CALLS if dice.random() < TROUBLE_SHARE]
    events = [event for order in planned for event in order.events]
    return Plan(
        seed=seed,
        orders=tuple(planned),
        troubles=tuple(troubles),
        kills=tuple((KILL_EVERY_SECONDS * (place + 1), dice.choice(PARTS)) for place in range(kills)),
        events=tuple(event for event in events if not event.late),
        late=tuple(event for event in events if event.late),
        cuts=tuple(_cuts(seed, cuts, lasts)),
    )


def _cuts(seed: int, count: int, lasts: float) -> Iterator[PlannedCut]:
    """Dice of their own, so that a seed has the same orders, troubles and kills with cuts and without."""
    dice = random.Random(f"cuts of {seed}")  # noqa: S311  as above
    wires = [dice.sample(WIRES, k=len(WIRES)) for _ in range(0, count, len(WIRES))]
    for place, wire in enumerate([wire for round_ in wires for wire in round_][:count]):
        share = lasts / count
        seconds = min(CUT_SECONDS, 0.9 * share)
        yield PlannedCut(wire=wire, way=dice.choice(list(Way)), at_seconds=share * place, lasts_seconds=seconds)


def _order(dice: random.Random, seed: int, place: int, *, at: float) -> PlannedOrder:
    kind: Kind = "return" if dice.random() < RETURN_SHARE else "outbound"
    number, tracking = f"C{seed}-{place}", f"TC{seed}-{place}"
    body = inbound(number, tracking) if kind == "return" else outbound(number, tracking)
    client, refused = dice.randrange(2), dice.random() < REFUSED_SHARE
    if refused:
        document = body["data"]
        inner = document["inbound" if kind == "return" else "outbound"] if isinstance(document, dict) else None
        if isinstance(inner, dict):
            del inner["tracking_id"]
    events = () if refused else tuple(_events(dice, number, tracking, kind=kind, client=client, at=at))
    return PlannedOrder(
        number=number, client=client, kind=kind, body=body, at_seconds=at, refused=refused, events=events
    )


def _events(  # noqa: PLR0913  what an order's events depend on
    dice: random.Random, number: str, tracking: str, *, kind: Kind, client: int, at: float
) -> list[PlannedEvent]:
    told = [*_facts(number, tracking, kind)]
    offsets = [0.5 + 0.6 * place for place in range(len(told))]
    if dice.random() < DISORDER_SHARE:
        dice.shuffle(offsets)
    if dice.random() < EARLY_SHARE:
        offsets[dice.randrange(len(offsets))] = -dice.uniform(0.1, 2.0)
    late = [(f"{number}-late", "shipment_status", _status(number, tracking, 1180, 90))]
    again = [(*told[-1], at, True)] if dice.random() < LATE_SHARE else []
    new = [(*late[0], at, True)] if dice.random() < LATE_SHARE else []
    timed = [(*fact, at + offset, False) for fact, offset in zip(told, offsets, strict=True)]
    return [
        PlannedEvent(
            mark=mark,
            kind=event,
            order=number,
            client=client,
            at_seconds=max(when, 0.0),
            copies=dice.choice((1, 1, 1, 2, 3, 4)),
            data=data,
            late=is_late,
        )
        for mark, event, data, when, is_late in [*timed, *again, *new]
    ]


def _facts(number: str, tracking: str, kind: Kind) -> list[tuple[str, str, JsonObject]]:
    """What the partners will tell, in the order of a calm day: (mark, event, fields of its body)."""
    warehouse = _received(number) if kind == "return" else _issued(number)
    courier = [
        (f"{number}-s{code}", "shipment_status", _status(number, tracking, code, 10 + place))
        for place, code in enumerate(STATUSES)
    ]
    confirmed: tuple[str, str, JsonObject] = (f"{number}-confirmed", "order_confirmed", {})
    picked: JsonObject = {"status_time": _wall(5), "chaos": f"{number}-picked", "order_no": number}
    awb: JsonObject = {"express_no": f"AWB{number}", "chaos": f"{number}-awb"}
    if kind == "return":
        return [confirmed, *courier, warehouse]
    return [
        *(confirmed, (f"{number}-picked", "order_status", picked), warehouse),
        *((f"{number}-awb", "awb_assigned", awb), *courier),
    ]


def _status(number: str, tracking: str, code: int, minutes: int) -> JsonObject:
    return {
        "code": code,
        "status_date": (EPOCH + timedelta(minutes=minutes)).isoformat(),
        "tracking_id": tracking,
        "external_id": number,
        "awb": f"AWB{number}",
        "chaos": f"{number}-late" if minutes > 60 else f"{number}-s{code}",  # noqa: PLR2004  the one late status
    }


def _issued(number: str) -> tuple[str, str, JsonObject]:
    rows: list[JsonValue] = [{"sku": "TEA-OOLONG-250", "qty_shipped": 2}, {"sku": "CUP-BATIK-BLUE", "qty_shipped": 1}]
    data: JsonObject = {
        "doc_no": f"DO{number}",
        "delivery_no": f"AWB{number}",
        "pgi_date": _wall(8),
        "so_reference_a": "",
        "so_reference_b": number,
        "details": rows,
        "chaos": f"{number}-goods",
    }
    return f"{number}-goods", "goods_issued", data


def _received(number: str) -> tuple[str, str, JsonObject]:
    row: JsonObject = {"line_no": "1", "sku": "TEA-OOLONG-250", "received_qty": 2, "grn_no": f"GRN{number}"}
    data: JsonObject = {
        "order_no": number,
        "received_time": _wall(60),
        "details": [{**row, "product_condition": "Good"}],
        "chaos": f"{number}-goods",
    }
    return f"{number}-goods", "goods_received", data


def _wall(minutes: int) -> str:
    """Shipper's time without a zone."""
    return f"{EPOCH + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}"


def _trouble(dice: random.Random, call: tuple[str, str], order: PlannedOrder) -> PlannedTrouble:
    names = CLIENT_TROUBLES if call[0] == "client_platform" else TROUBLES
    return PlannedTrouble(
        order=order.number, partner=call[0], step=call[1], trouble=dice.choice(names), at_seconds=order.at_seconds
    )
