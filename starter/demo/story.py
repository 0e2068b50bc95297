"""What happens in the demo: a quote, an outbound order that names it, a return."""

import asyncio
import secrets
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

import httpx

from interline.domain.base import JsonObject
from interline.domain.order import Kind
from interline.steps import TITLES, Step
from starter.demo import bodies
from starter.demo.evidence import Books, missing, proofs
from starter.demo.handles import Answered, Handles
from starter.demo.order import Order
from starter.demo.telling import Teller
from starter.demo.wording import words
from starter.stack.errors import StackError

PATIENCE_SECONDS: Final = 60.0
"""An arrow that did not happen by then is missing."""
PAUSE_SECONDS: Final = 0.1
QUOTED: Final = (Step.BLUE_1, Step.BLUE_2, Step.BLUE_3, Step.BLUE_4)


class Storyteller:
    """Plays the client platform, and reads the books until every arrow is in them."""

    def __init__(self, handles: Handles, teller: Teller) -> None:
        self._handles = handles
        self._teller = teller

    async def tell(self) -> list[Order]:
        """The whole story; each order is followed to its end before the next begins."""
        mark = f"{datetime.now(UTC):%m%d-%H%M%S}-{secrets.token_hex(2)}"
        return [await self._outbound(f"SO-{mark}"), await self._return(f"RT-{mark}")]

    async def _outbound(self, number: str) -> Order:
        self._teller.chapter("A shop asks what a parcel from Jakarta to Bandung costs.")
        order = Order(number=number, kind=Kind.OUTBOUND)
        order.quote = await self._post("/v3/fulfillment/pricing/domestic", bodies.pricing(), httpx.codes.OK)
        await self._follow(order, QUOTED)
        self._teller.chapter(f"It sells: order {number} names that quote.")
        body = bodies.outbound(number, _tracking_id(), quote_id=str(order.quote.data.get("quote_id")))
        order.accepted = await self._post("/v3/fulfillment/outbound/oms", body, httpx.codes.ACCEPTED)
        await self._follow(order, list(Step))
        return order

    async def _return(self, number: str) -> Order:
        self._teller.chapter(f"A buyer sends goods back: return {number} runs the same two tracks.")
        order = Order(number=number, kind=Kind.RETURN)
        body = bodies.inbound(number, _tracking_id())
        order.accepted = await self._post("/v3/fulfillment/inbound", body, httpx.codes.ACCEPTED)
        await self._follow(order, list(Step))
        return order

    async def _post(self, path: str, body: JsonObject, expected: httpx.codes) -> Answered:
        answer = await self._handles.post(path, body)
        if answer.status != expected:
            raise StackError(f"the gateway answered {answer.status} to POST {path}: {_errors(answer)}")
        return answer

    async def _follow(self, order: Order, steps: Collection[Step]) -> None:
        """Tell each arrow as it happens, until these steps (and with all of them the order) are done."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            await self._look(order)
            awaited = [step for step in missing(order.proofs) if step in steps]
            if not awaited and (len(steps) < len(Step) or order.complete):
                break
            self._teller.waiting(_awaited(awaited))
            await asyncio.sleep(PAUSE_SECONDS)
        if order.complete:
            self._teller.completed(order)

    async def _look(self, order: Order) -> None:
        if not missing(order.proofs):  # before the books, so that those of a completed order are complete
            order.status = await self._status(order.number)
        books = await self._books(order)
        found = proofs(books)
        new = {step: proof for step, proof in found.items() if step not in order.proofs}
        order.proofs = found
        for step, proof in sorted(new.items(), key=lambda item: item[1].at):
            self._teller.arrow(step, at=proof.at, what=words(step, books))

    async def _books(self, order: Order) -> Books:
        numbers = [order.number, *([str(order.quote.data.get("quote_id"))] if order.quote else [])]
        ledgers = await asyncio.gather(*(self._handles.ledger(number) for number in numbers))
        return Books(
            kind=order.kind,
            quote=order.quote,
            accepted=order.accepted,
            ledger=[call for ledger in ledgers for call in ledger],
            inbox=await self._handles.inbox(order.number),
            sent=await self._handles.sent(order.number),
        )

    async def _status(self, number: str) -> str:
        outbound = (await self._handles.order(bodies.WAREHOUSE, number)).data.get("outbound")
        ours = outbound.get("interline") if isinstance(outbound, dict) else None
        return str(ours.get("order_status")) if isinstance(ours, dict) else ""


def _tracking_id() -> str:
    """A made-up Shipper order id."""
    return f"25{secrets.token_hex(6).upper()}"


def _awaited(steps: Collection[Step]) -> str:
    step = next(iter(steps), None)
    return f"waiting for {step.value} · {TITLES[step]}" if step else "waiting for the order to complete"


def _errors(answer: Answered) -> str:
    metadata = answer.body.get("metadata")
    errors = metadata.get("errors") if isinstance(metadata, dict) else None
    found = errors if isinstance(errors, list) else []
    return "; ".join(str(error.get("message")) for error in found if isinstance(error, dict)) or "no reason given"
