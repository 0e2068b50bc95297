"""Which entry outside the workflow proves each arrow: pure, from the gateway's answers and the sandbox's books."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx

from interline.domain.order import Kind
from interline.domain.statuses import ClientEvent
from interline.names import Partner, Signal
from interline.steps import Step
from starter.demo.handles import Answered, InboxItem, LedgerItem, SentItem

GOODS: Final = {
    Kind.OUTBOUND: (Signal.GOODS_ISSUED, ClientEvent.ORDER_GOODS_ISSUED),
    Kind.RETURN: (Signal.GOODS_RECEIVED, ClientEvent.ORDER_GOODS_RECEIVED),
}
"""The two halves of red 6: what arrives from the warehouse, and what the client is told."""


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

    def calls(self, step: Step, partner: Partner) -> list[LedgerItem]:
        """The calls of that step which the partner took."""
        found = [call for call in self.ledger if call.step == step and call.partner == partner]
        return [call for call in found if call.status == httpx.codes.OK]

    def arrivals(self, signal: Signal) -> list[SentItem]:
        """The partners' webhooks of that kind which the gateway took."""
        return [sent for sent in self.sent if sent.event == signal and sent.taken_at]

    def told(self, event: ClientEvent) -> list[InboxItem]:
        """The webhooks of that kind which the client received with a good signature."""
        return [item for item in self.inbox if item.event == event and item.verified]


@dataclass(frozen=True)
class Proof:
    """An arrow that happened: when first, and by which entries."""

    at: datetime
    ids: list[str]


Prover = Callable[[Books], Proof | None]


def proofs(books: Books) -> dict[Step, Proof]:
    """The arrows that happened."""
    found = {step: prove(books) for step, prove in PROVERS.items()}
    return {step: proof for step, proof in found.items() if proof}


def missing(found: Iterable[Step]) -> list[Step]:
    """The arrows that did not happen."""
    return [step for step in Step if step not in set(found)]


def _asked(answer: Answered | None) -> Proof | None:
    return Proof(answer.asked_at, [answer.request_id]) if answer else None


def _answered(answer: Answered | None) -> Proof | None:
    return Proof(answer.at, [answer.request_id]) if answer and httpx.codes.is_success(answer.status) else None


def _call(step: Step, partner: Partner) -> Prover:
    def prove(books: Books) -> Proof | None:
        calls = books.calls(step, partner)
        return Proof(calls[0].at, [call.id for call in calls]) if calls else None

    return prove


def _arrival(books: Books, signal: Signal) -> Proof | None:
    arrived = books.arrivals(signal)
    taken_at = arrived[0].taken_at if arrived else None
    return Proof(taken_at, [sent.id for sent in arrived]) if taken_at else None


def _told(books: Books, event: ClientEvent) -> Proof | None:
    told = books.told(event)
    return Proof(told[0].at, [item.id for item in told]) if told else None


def _both(first: Proof | None, second: Proof | None) -> Proof | None:
    """An arrow of two halves has happened when both have."""
    return Proof(max(first.at, second.at), [*first.ids, *second.ids]) if first and second else None


def _red_6(books: Books) -> Proof | None:
    arrival, told = GOODS[books.kind]
    return _both(_arrival(books, arrival), _told(books, told))


def _blue_4(books: Books) -> Proof | None:
    """The answer to the question; for an order also its webhook, the only proof where no question was asked."""
    told = _told(books, ClientEvent.LOGISTICS_PRICED)
    if books.quote is None:
        return told
    answered = _answered(books.quote)
    return Proof(answered.at, [*answered.ids, *(told.ids if told else [])]) if answered else None


_BLUE_2: Final = _call(Step.BLUE_2, Partner.LOGISTICS)
_BLUE_7: Final = _call(Step.BLUE_7, Partner.OMS)

PROVERS: Final[dict[Step, Prover]] = {
    Step.RED_1: lambda books: _asked(books.accepted),
    Step.RED_2: lambda books: _answered(books.accepted),
    Step.RED_3: _call(Step.RED_3, Partner.OMS),
    Step.RED_4: lambda books: _arrival(books, Signal.ORDER_CONFIRMED),
    Step.RED_5: lambda books: _told(books, ClientEvent.ORDER_CONFIRMED),
    Step.RED_6: _red_6,
    Step.RED_7: _call(Step.RED_7, Partner.WMS),
    # An order without a quote asks with its logistics block.
    Step.BLUE_1: lambda books: _asked(books.quote or books.accepted),
    Step.BLUE_2: _BLUE_2,
    Step.BLUE_3: _BLUE_2,  # the ledger's status is the answer
    Step.BLUE_4: _blue_4,
    Step.BLUE_5: _call(Step.BLUE_5, Partner.OMS),
    Step.BLUE_6: _call(Step.BLUE_6, Partner.LOGISTICS),
    Step.BLUE_7: lambda books: _both(_arrival(books, Signal.SHIPMENT_STATUS), _BLUE_7(books)),
    Step.BLUE_8: lambda books: _told(books, ClientEvent.LOGISTICS_STATUS),
}
