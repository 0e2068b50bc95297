"""The demo's proofs: each arrow has its own evidence, and without it the arrow is missing."""

from datetime import UTC, datetime, timedelta

import pytest

from interline.domain.order import Kind
from interline.domain.statuses import ClientEvent
from interline.names import Partner, Signal
from interline.steps import Step
from starter.demo.evidence import Books, missing, proofs
from starter.demo.handles import Answered, InboxItem, LedgerItem, SendAttempt, SentItem

START = datetime(2026, 1, 31, 10, tzinfo=UTC)

CALLS = {
    Step.RED_3: Partner.OMS,
    Step.RED_7: Partner.WMS,
    Step.BLUE_2: Partner.LOGISTICS,
    Step.BLUE_5: Partner.OMS,
    Step.BLUE_6: Partner.LOGISTICS,
    Step.BLUE_7: Partner.OMS,
}
TOLD = (ClientEvent.ORDER_CONFIRMED, ClientEvent.LOGISTICS_PRICED, ClientEvent.LOGISTICS_STATUS)
GOODS = {
    Kind.OUTBOUND: (Signal.GOODS_ISSUED, ClientEvent.ORDER_GOODS_ISSUED),
    Kind.RETURN: (Signal.GOODS_RECEIVED, ClientEvent.ORDER_GOODS_RECEIVED),
}


def an_answer(*, status: int = 202) -> Answered:
    return Answered(asked_at=START, at=START, status=status, request_id="request-1", body={})


def a_call(step: Step, partner: Partner, *, status: int | None = 200) -> LedgerItem:
    return LedgerItem(
        id=f"ledger-{step}",
        at=START,
        partner=partner,
        client_id="demo-shop",
        order="SO-1",
        step=step,
        method="POST",
        path="/",
        headers={},
        body_raw="",
        idempotency_key=None,
        status=status,
        applied=True,
        effect_id="effect-1",
    )


def a_webhook(event: ClientEvent, *, verified: bool = True) -> InboxItem:
    return InboxItem(
        id=f"inbox-{event}",
        at=START + timedelta(seconds=2),
        client_id="demo-shop",
        order="SO-1",
        event=event,
        webhook_id="w",
        sequence=1,
        headers={},
        body_raw="",
        verified=verified,
        status=200,
    )


def a_sending(event: Signal, *, answers: tuple[int | None, ...] = (200,)) -> SentItem:
    tries = [SendAttempt(at=START + timedelta(seconds=1), gateway_status=status) for status in answers]
    return SentItem(
        id=f"sent-{event}",
        at=START,
        partner="fulfillment",
        order="SO-1",
        event=event,
        event_id="e",
        body_raw="",
        answers=tries,
    )


def complete(kind: Kind) -> Books:
    arrival, told = GOODS[kind]
    return Books(
        kind=kind,
        quote=an_answer(status=200) if kind is Kind.OUTBOUND else None,
        accepted=an_answer(),
        ledger=[a_call(step, partner) for step, partner in CALLS.items()],
        inbox=[a_webhook(event) for event in (*TOLD, told)],
        sent=[a_sending(event) for event in (Signal.ORDER_CONFIRMED, arrival, Signal.SHIPMENT_STATUS)],
    )


@pytest.mark.parametrize("kind", Kind)
def test_complete_books_prove_all_fifteen(kind: Kind) -> None:
    found = proofs(complete(kind))

    assert missing(found) == []
    assert all(proof.ids for proof in found.values())


def test_empty_books_prove_nothing() -> None:
    assert missing(proofs(Books(kind=Kind.OUTBOUND))) == list(Step)


@pytest.mark.parametrize("step", CALLS)
@pytest.mark.parametrize("status", [None, 500])
def test_a_call_without_a_good_answer_proves_nothing(step: Step, status: int | None) -> None:
    books = complete(Kind.OUTBOUND)
    calls = [a_call(known, partner, status=status if known is step else 200) for known, partner in CALLS.items()]

    gaps = missing(proofs(Books(kind=books.kind, quote=books.quote, accepted=books.accepted, ledger=calls)))

    assert step in gaps


def test_a_webhook_with_a_wrong_signature_proves_nothing() -> None:
    books = Books(kind=Kind.OUTBOUND, inbox=[a_webhook(ClientEvent.ORDER_CONFIRMED, verified=False)])

    assert Step.RED_5 not in proofs(books)


def test_an_event_the_gateway_did_not_take_proves_nothing() -> None:
    refused = Books(kind=Kind.OUTBOUND, sent=[a_sending(Signal.ORDER_CONFIRMED, answers=(None, 503))])
    taken = Books(kind=Kind.OUTBOUND, sent=[a_sending(Signal.ORDER_CONFIRMED, answers=(503, 200))])

    assert Step.RED_4 not in proofs(refused)
    assert proofs(taken)[Step.RED_4].ids == ["sent-order_confirmed"]


def test_a_goods_issue_does_not_prove_the_red_6_of_a_return() -> None:
    outbound = complete(Kind.OUTBOUND)
    books = Books(kind=Kind.RETURN, inbox=outbound.inbox, sent=outbound.sent)

    assert Step.RED_6 not in proofs(books)
