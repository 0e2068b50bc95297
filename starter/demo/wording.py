"""What was sent with an arrow, in a few words for the story."""

from collections.abc import Callable
from typing import Final

import orjson

from interline.domain.base import JsonObject
from interline.domain.statuses import ClientEvent
from interline.names import Partner, Signal
from interline.steps import Step
from starter.demo import bodies
from starter.demo.evidence import GOODS, Books
from starter.demo.handles import InboxItem


def words(step: Step, books: Books) -> str:
    """For an arrow that has its proof."""
    return WORDS[step](books)


def _parcel() -> str:
    size = " x ".join(str(bodies.PARCEL[side]) for side in ("length", "width", "height"))
    return f"{bodies.SERVICE['rate_type_id']}, {bodies.PARCEL['weight']} kg, {size} cm"


def _path(step: Step, partner: Partner, what: str) -> Callable[[Books], str]:
    def word(books: Books) -> str:
        call = books.calls(step, partner)[0]
        order = str(call.order)
        path = call.path.removeprefix(f"/{partner.value}").replace(order, "…")
        return f"{what}: {call.method} {path}"

    return word


def _webhook(item: InboxItem) -> str:
    return f"{item.event} (webhook {item.sequence}, signature good)"


def _goods(books: Books) -> str:
    arrival, told = GOODS[books.kind]
    return f"{arrival.value} arrives, told as {_webhook(books.told(told)[0])}"


def _priced(books: Books) -> str:
    """The quote's offers, or the price of an order that named none."""
    if books.quote is None:
        return _webhook(books.told(ClientEvent.LOGISTICS_PRICED)[0])
    offers = books.quote.data.get("pricings")
    cheapest = offers[0] if isinstance(offers, list) and offers else None
    price = cheapest.get("final_price") if isinstance(cheapest, dict) else None
    return f"{len(offers) if isinstance(offers, list) else 0} offers from {_rupiah(price)}, quote {_quote_id(books)}"


def _quote_id(books: Books) -> str:
    return str(books.quote.data.get("quote_id")) if books.quote else ""


def _rupiah(amount: object) -> str:
    return f"Rp {amount:,.0f}" if isinstance(amount, int | float) else "an unknown price"


def _status(books: Books) -> str:
    status = _inner(books.calls(Step.BLUE_7, Partner.OMS)[0].body_raw, "data", "shipment_status")
    return f"status {status.get('code')} arrives, the OMS is updated"


def _inner(raw: str, *keys: str) -> JsonObject:
    value: object = orjson.loads(raw)
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


WORDS: Final[dict[Step, Callable[[Books], str]]] = {
    Step.RED_1: lambda books: f"{books.kind.value} order with its lines and its Shipper tracking id",
    Step.RED_2: lambda _: "202: durably recorded, not yet in the OMS",
    Step.RED_3: _path(Step.RED_3, Partner.OMS, "creates it"),
    Step.RED_4: lambda books: f"{books.arrivals(Signal.ORDER_CONFIRMED)[0].event}, by webhook",
    Step.RED_5: lambda books: _webhook(books.told(ClientEvent.ORDER_CONFIRMED)[0]),
    Step.RED_6: _goods,
    Step.RED_7: _path(Step.RED_7, Partner.WMS, "forwards it"),
    Step.BLUE_1: lambda books: f"{_parcel()}{'' if books.quote else ' (asked within the order)'}",
    Step.BLUE_2: _path(Step.BLUE_2, Partner.LOGISTICS, "asks"),
    Step.BLUE_3: lambda books: f"{books.calls(Step.BLUE_2, Partner.LOGISTICS)[0].status}: its offers, checked",
    Step.BLUE_4: _priced,
    Step.BLUE_5: _path(Step.BLUE_5, Partner.OMS, "records the webhook"),
    Step.BLUE_6: _path(Step.BLUE_6, Partner.LOGISTICS, "registers the same webhook"),
    Step.BLUE_7: _status,
    Step.BLUE_8: lambda books: _webhook(books.told(ClientEvent.LOGISTICS_STATUS)[0]),
}
