"""The price of an order: blue 2 to blue 4, and the check against what was promised.

The live quote that the order names holds. Otherwise the provider is asked now, and a price that moved up by more than
the client's tolerance waits for a human or is accepted, as policy says. Each outcome is told to the client.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from temporalio import workflow

from activities.logistics import Logistics
from interline.contracts import client_platform
from interline.contracts.logistics import choose
from interline.domain import rules
from interline.domain.calls import CheckTracking, Priced, QuoteFound, ReadQuote, RequestPrice
from interline.domain.events import Event
from interline.domain.pricing import PriceCheck, check, reweighed
from interline.domain.shipment import Price, Shipment
from interline.domain.statuses import ClientEvent, StepState
from interline.names import PRICING_PATCH, Partner
from interline.steps import Step
from workflows.calls import Call, CallFailedError, In, Out
from workflows.context import OrderContext

SETTLED = 2
"""Of `OrderPolicy.pricing_way`."""
ACCEPT, AGAIN = "accept the price, or go on without one", "ask again"


class SkippedError(Exception):
    """An operator goes on without asking for a price."""


class OrderPrice:
    """Blue 2 to blue 4 of one order."""

    def __init__(self, context: OrderContext) -> None:
        self._context = context
        self._order = context.order
        self._state = context.state
        self._asked = 0

    async def settle(self) -> None:
        """Find the price that holds, and tell the client."""
        await self._check_tracking()
        found = await self._check_quote()
        if found.price and not found.problem:
            self._take(PriceCheck(price=found.price), "the quote holds")
        else:
            await self._request(self._order.shipment, promised=found.price, why=found.problem)

    async def reprice(self, event: Event) -> None:
        """The warehouse weighed the goods: does the price still hold?"""
        shipment = reweighed(self._order.shipment, event)
        if shipment is None or self._state.price is None:
            return
        try:
            price = await self._offer(shipment, item=event.event_id, provider=self._priced_by())
        except SkippedError:
            price = None
        if price is None:
            rules.flag(self._state, "the provider has no price for the weight that the warehouse reports")
            return
        checked = check(price, promised=self._state.price, policy=self._order.policy)
        if not checked.within_tolerance:
            rules.flag(self._state, f"price {checked.difference_percent:+.1f} % at goods issue")
        body = client_platform.repriced(self._order, checked, shipment)
        self._context.post(Step.BLUE_4, ClientEvent.LOGISTICS_REPRICED, body, item=event.event_id)
        self._state.price = price

    async def _request(self, shipment: Shipment, *, promised: Price | None, why: str) -> None:
        """Blue 2 and blue 3, until there is a price that may be taken or an operator goes on without one."""
        while True:
            try:
                price = await self._offer(shipment)
            except SkippedError:
                self._go_without("blue 2 was skipped")
                return
            checked = check(price, promised=promised, policy=self._order.policy) if price else None
            if checked and not checked.needs_human:
                self._take(checked, "", why=why)
                return
            reason = checked.reason if checked else "no offer for this route, size, rate type and rate"
            decision = await self._context.human(Step.BLUE_3, reason=reason, hint=f"retry: {AGAIN}; skip: {ACCEPT}")
            if decision.outcome == StepState.SKIPPED:
                if checked:
                    self._take(checked, "accepted by an operator", why=why)
                else:
                    self._go_without("an operator goes on without a price")
                return

    def _go_without(self, note: str) -> None:
        for step in (Step.BLUE_3, Step.BLUE_4):
            self._context.mark(step, StepState.SKIPPED, note)

    def _take(self, checked: PriceCheck, note: str, *, why: str = "") -> None:
        """Blue 4."""
        self._state.price = checked.price
        self._context.mark(Step.BLUE_3, StepState.DONE, note)
        body = client_platform.priced(self._order, checked, requoted=why)
        self._context.post(Step.BLUE_4, ClientEvent.LOGISTICS_PRICED, body, recorded=self._context.price_took_long())

    async def _offer(self, shipment: Shipment, item: str = "", provider: str | None = None) -> Price | None:
        """Blue 2: the offer this order takes, over all configured providers, or of one.

        Raises:
            SkippedError: an operator goes on without.
        """
        self._asked += 1
        item = item if self._asked == 1 else f"{item}#{self._asked}"
        request = RequestPrice(**self._context.common(Step.BLUE_2, item), shipment=shipment, best_only=True)
        answers = [await self._insist(request, provider)] if provider is not None else await self._compare(request)
        return choose([price for priced in answers for price in priced.prices], shipment)

    async def _compare(self, request: RequestPrice) -> list[Priced]:
        """All of them; the main one insistently when no other has an offer."""
        others = await asyncio.gather(*(self._other(request, name) for name in self._order.policy.more_providers))
        answers = [priced for priced in others if priced]
        if not any(priced.prices for priced in answers):
            return [*answers, await self._insist(request, "")]
        main = await self._first_try(request)
        return [*answers, main] if main else answers

    async def _insist(self, request: RequestPrice, provider: str) -> Priced:
        named = request.model_copy(update={"provider": provider})
        answer = await self._context.ask(_call(Logistics.request_pricing, named))
        if answer is None and self._new_way():
            raise SkippedError
        return answer or Priced()

    def _priced_by(self) -> str | None:
        """Goods that have left are with the provider that priced them: no other has a say. None: all are asked."""
        price = self._state.price
        several = bool(self._order.policy.more_providers)
        return price.provider if price and several and self._new_way() else None

    def _new_way(self) -> bool:
        return self._order.policy.pricing_way >= SETTLED and workflow.patched(PRICING_PATCH)

    async def _other(self, request: RequestPrice, provider: str) -> Priced | None:
        named = request.model_copy(update={"provider": provider, "key": f"{request.key}-{provider}"})
        return await self._first_try(named)

    async def _first_try(self, request: RequestPrice) -> Priced | None:
        """A provider that does not answer at once is left out where another one did."""
        title = f"request pricing from {request.provider or 'provider'}"
        try:
            return await self._context.calls.make(_call(Logistics.request_pricing, request, title), durably=False)
        except CallFailedError:
            return None

    async def _check_tracking(self) -> None:
        if self._order.policy.checks_tracking:
            common = self._context.common(Step.BLUE_2, "tracking")
            request = CheckTracking(**common, tracking_id=self._order.tracking_id)
            await self._context.ask(_call(Logistics.check_tracking, request, "check the tracking id at provider"))

    async def _check_quote(self) -> QuoteFound:
        quote_id = self._order.quote_id
        if not quote_id:
            return QuoteFound()
        request = ReadQuote(**self._context.common(Step.BLUE_2, quote_id), quote_id=quote_id)
        found = await self._context.ask(_call(Logistics.read_quote, request, "check the named quote"))
        return found or QuoteFound(problem="quote check skipped")


def _call(activity: Callable[[Any, In], Awaitable[Out]], request: In, title: str | None = None) -> Call[In, Out]:
    return Call(activity=activity, request=request, step=Step.BLUE_2, partner=Partner.LOGISTICS, title=title)
