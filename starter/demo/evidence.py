"""Which entry outside the workflow proves each arrow: pure, from the gateway's answers and the sandbox's books."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import httpx

from interline.domain.order import Kind
from interline.domain.statuses import ClientEvent
from interline.names import Partner, Signal
from interline.steps import Step
from starter.demo.handles import Answered, InboxItem, LedgerItem, SentItem


@dataclass(frozen=True, kw_only=True)
class Books:
    """Everything written down about one order: the gateway's two answers, if they were given, and the sandbox's books.

    `quote` is there when the client asked for a price before it ordered.
    """

    kind: Kind
    quote: Answered | None = None
    accepted: Answered | None = None
    ledger: Sequence[LedgerItem] = ()
    """The partners' books for the order number and for the quote."""
    inbox: Sequence[InboxItem] = ()
    sent: Sequence[SentItem] = ()


@dataclass(frozen=True)
class Proof:
    """An arrow that happened: since when, by which entries, and what was sent."""

    at: datetime
    ids: list[str]
    what: str = field(default="")


def proofs(books: Books) -> dict[Step, Proof]:
    """The arrows that happened."""
    found = {step: prove(books) for step, prove in PROVERS.items()}
    return {step: proof for step, proof in found.items() if proof}


def _asked(answer: Answered | None, what: str) -> Proof | None:
    return Proof(answer.asked_at, [answer.request_id], what) if answer else None


def _answered(answer: Answered | None, what: str) -> Proof | None:
    took = answer is not None and httpx.codes.is_success(answer.status)
    return Proof(answer.at, [answer.request_id], f"{answer.status}, {what}") if answer and took else None


def _called(step: Step, *partners: Partner) -> Callable[[Books], Proof | None]:
    """A partner took the call of that step."""

    def prove(books: Books) -> Proof | None:
        calls = _taken(books, step, *partners)
        return Proof(calls[0].at, [call.id for call in calls], f"{calls[0].method} {calls[0].path}") if calls else None

    return prove


def _taken(books: Books, step: Step, *partners: Partner) -> list[LedgerItem]:
    wanted = {partner.value for partner in partners}
    return [
        call for call in books.ledger if call.step == step and call.partner in wanted and call.status == httpx.codes.OK
    ]


def _arrived(books: Books, signal: Signal) -> list[tuple[SentItem, datetime]]:
    return [(sent, sent.taken_at) for sent in books.sent if sent.event == signal and sent.taken_at]


def _told(books: Books, *events: ClientEvent) -> Proof | None:
    """The client received the webhook, with a good signature."""
    told = [item for item in books.inbox if item.event in set(events) and item.verified]
    what = f"webhook {told[0].event}, sequence {told[0].sequence}, signature good" if told else ""
    return Proof(told[0].at, [item.id for item in told], what) if told else None


def _both(first: Proof | None, second: Proof | None) -> Proof | None:
    """An arrow of two halves has happened with its second half."""
    if first is None or second is None:
        return None
    return Proof(second.at, [*first.ids, *second.ids], f"{first.what} → {second.what}")


def _arrival(books: Books, signal: Signal) -> Proof | None:
    arrived = _arrived(books, signal)
    what = f"webhook {signal.value} of {arrived[0][0].partner}" if arrived else ""
    return Proof(arrived[0][1], [sent.id for sent, _ in arrived], what) if arrived else None


def _red_1(books: Books) -> Proof | None:
    path = "/v3/fulfillment/outbound/oms" if books.kind is Kind.OUTBOUND else "/v3/fulfillment/inbound"
    return _asked(books.accepted, f"POST {path}, with its Shipper tracking id")


def _red_2(books: Books) -> Proof | None:
    return _answered(books.accepted, "the order is durably recorded")


def _red_4(books: Books) -> Proof | None:
    """By webhook, or in the answer of red 3."""
    return _arrival(books, Signal.ORDER_CONFIRMED) or _called(Step.RED_3, Partner.OMS)(books)


def _red_6(books: Books) -> Proof | None:
    if books.kind is Kind.OUTBOUND:
        return _both(_arrival(books, Signal.GOODS_ISSUED), _told(books, ClientEvent.ORDER_GOODS_ISSUED))
    return _both(_arrival(books, Signal.GOODS_RECEIVED), _told(books, ClientEvent.ORDER_GOODS_RECEIVED))


def _blue_1(books: Books) -> Proof | None:
    """The client's own question, or the logistics block of an order without a quote, which asks for a price too."""
    if books.quote is None:
        return _asked(books.accepted, "with the order: route, weight, dimensions, rate and service type")
    return _asked(books.quote, "POST /v3/fulfillment/pricing/domestic: route, weight, dimensions, rate type")


def _blue_3(books: Books) -> Proof | None:
    calls = _taken(books, Step.BLUE_2, Partner.LOGISTICS)
    return Proof(calls[0].at, [call.id for call in calls], f"{calls[0].status}, offers") if calls else None


def _blue_4(books: Books) -> Proof | None:
    """The answer to the question; for an order also its webhook, which is the proof where no question was asked."""
    told = _told(books, ClientEvent.LOGISTICS_PRICED)
    if books.quote is None:
        return told
    answered = _answered(books.quote, f"offers, quote {books.quote.data.get('quote_id')}")
    return Proof(answered.at, [*answered.ids, *(told.ids if told else [])], answered.what) if answered else None


def _blue_7(books: Books) -> Proof | None:
    return _both(_arrival(books, Signal.SHIPMENT_STATUS), _called(Step.BLUE_7, Partner.OMS)(books))


PROVERS: Final[dict[Step, Callable[[Books], Proof | None]]] = {
    Step.RED_1: _red_1,
    Step.RED_2: _red_2,
    Step.RED_3: _called(Step.RED_3, Partner.OMS),
    Step.RED_4: _red_4,
    Step.RED_5: lambda books: _told(books, ClientEvent.ORDER_CONFIRMED),
    Step.RED_6: _red_6,
    Step.RED_7: _called(Step.RED_7, Partner.WMS),
    Step.BLUE_1: _blue_1,
    Step.BLUE_2: _called(Step.BLUE_2, Partner.LOGISTICS),
    Step.BLUE_3: _blue_3,
    Step.BLUE_4: _blue_4,
    Step.BLUE_5: _called(Step.BLUE_5, Partner.OMS),
    Step.BLUE_6: _called(Step.BLUE_6, Partner.LOGISTICS),
    Step.BLUE_7: _blue_7,
    Step.BLUE_8: lambda books: _told(books, ClientEvent.LOGISTICS_STATUS),
}


def missing(found: Iterable[Step]) -> list[Step]:
    """The arrows that did not happen."""
    return [step for step in Step if step not in set(found)]
