"""The logistics provider: blue 2 and 3, blue 6, and what can be asked about tracking ids and quotes."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import quote

from temporalio import activity
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowFailureError
from temporalio.service import RPCError, RPCStatusCode

from activities.calling import CREATE, READ, UPSERT, PartnerCalls, raise_for_status
from interline.contracts import logistics
from interline.contracts.asked import shipment_facts
from interline.contracts.wire import check_look_up
from interline.domain.calls import (
    Acknowledged,
    CancelShipment,
    CheckTracking,
    Facts,
    LogisticsWebhook,
    Priced,
    QuoteFound,
    ReadQuote,
    Registered,
    RequestPrice,
)
from interline.domain.shipment import Quote
from interline.errors import RefusedError, UnknownError
from interline.names import Activity, Partner, quote_workflow_id

NOT_FOUND = 404


class Logistics:
    """Shipper's merchant API as a partner."""

    def __init__(self, calls: PartnerCalls, temporal: Temporal) -> None:
        self._calls = calls
        self._temporal = temporal

    @activity.defn(name=Activity.LOGISTICS_REQUEST_PRICING)
    async def request_pricing(self, call: RequestPrice) -> Priced:
        """Blue 2: ask for prices; blue 3: believe only what can be true."""
        return await self._calls.perform(call, READ, lambda: self._price(call))

    @activity.defn(name=Activity.LOGISTICS_REGISTER_WEBHOOK)
    async def register_webhook(self, call: LogisticsWebhook) -> Registered:
        """Blue 6: the same webhook object as blue 5, so that the provider reports to us."""
        return await self._calls.perform(call, CREATE, lambda: self._register(call), lambda: self._registered(call))

    @activity.defn(name=Activity.LOGISTICS_CHECK_TRACKING)
    async def check_tracking(self, call: CheckTracking) -> Acknowledged:
        """Does the provider know the tracking id that the client brought? A clear no is a refusal."""
        return await self._calls.perform(call, READ, lambda: self._check(call))

    @activity.defn(name=Activity.LOGISTICS_LOOK_UP_SHIPMENT)
    async def look_up_shipment(self, call: CheckTracking) -> Facts:
        """What the provider knows of the shipment, as the events its webhooks would have been."""
        return await self._calls.perform(call, READ, lambda: self._facts(call))

    @activity.defn(name=Activity.LOGISTICS_READ_QUOTE)
    async def read_quote(self, call: ReadQuote) -> QuoteFound:
        """The quote a client named: Temporal itself is where quotes are kept. Never raises for a missing one."""
        return await self._calls.perform(call, READ, lambda: self._quote(call))

    @activity.defn(name=Activity.LOGISTICS_UNREGISTER_WEBHOOK)
    async def unregister_webhook(self, call: LogisticsWebhook) -> Acknowledged:
        """Undo blue 6: remove what is registered for this order. Nothing there is as good."""
        return await self._calls.perform(call, UPSERT, lambda: self._unregister(call))

    @activity.defn(name=Activity.LOGISTICS_CANCEL_SHIPMENT)
    async def cancel_shipment(self, call: CancelShipment) -> Acknowledged:
        """The courier need not come. A shipment the provider does not know needs no undo."""
        return await self._calls.perform(call, UPSERT, lambda: self._cancel(call))

    async def _facts(self, call: CheckTracking) -> Facts:
        answer = await self._calls.ask(call, Partner.LOGISTICS, "GET", logistics.order_path(call.tracking_id))
        if answer.status == NOT_FOUND:
            return Facts(known=False)
        raise_for_status(Partner.LOGISTICS.value, answer)
        return Facts(events=shipment_facts(answer.body, call.order_number))

    async def _unregister(self, call: LogisticsWebhook) -> Acknowledged:
        found = await self._registered(call)
        if found is not None:
            await self._calls.exchange(call, Partner.LOGISTICS, "DELETE", logistics.webhook_path(found.partner_id))
        return Acknowledged(partner_id=found.partner_id if found else "")

    async def _cancel(self, call: CancelShipment) -> Acknowledged:
        path, body = logistics.order_path(call.tracking_id), logistics.cancel_body(call.reason)
        answer = await self._calls.ask(call, Partner.LOGISTICS, "DELETE", path, body)
        if answer.status != NOT_FOUND:
            raise_for_status(Partner.LOGISTICS.value, answer)
        return Acknowledged(partner_id=call.tracking_id)

    async def _price(self, call: RequestPrice) -> Priced:
        path, body = logistics.pricing_path(call.shipment), logistics.pricing_body(call.shipment)
        answer = await self._calls.exchange(call, Partner.LOGISTICS, "POST", path, body)
        priced = logistics.priced(answer.body, provider=call.provider)
        return logistics.best(priced, call.shipment) if call.best_only else priced

    async def _register(self, call: LogisticsWebhook) -> Registered:
        body = logistics.webhook_body(call.webhook)
        answer = await self._calls.exchange(call, Partner.LOGISTICS, "POST", logistics.WEBHOOKS_PATH, body)
        return Registered(partner_id=logistics.registration(answer.body, call.order_number))

    async def _registered(self, call: LogisticsWebhook) -> Registered | None:
        path = f"{logistics.WEBHOOKS_PATH}?order_no={quote(call.order_number, safe='')}"
        answer = await self._calls.ask(call, Partner.LOGISTICS, "GET", path)
        check_look_up("logistics", answer.status, answer.retry_after_seconds)
        callback = str(call.webhook.get("callback_url"))
        partner_id = logistics.registered_id(answer.body, call.order_number, callback)
        return None if partner_id is None else Registered(partner_id=partner_id)

    async def _check(self, call: CheckTracking) -> Acknowledged:
        answer = await self._calls.ask(call, Partner.LOGISTICS, "GET", logistics.order_path(call.tracking_id))
        if answer.status == NOT_FOUND:
            raise RefusedError("logistics does not know this tracking id")
        check_look_up("logistics", answer.status, answer.retry_after_seconds)
        return Acknowledged()

    async def _quote(self, call: ReadQuote) -> QuoteFound:
        handle = self._temporal.get_workflow_handle(quote_workflow_id(call.client_id, call.quote_id), result_type=Quote)
        try:
            async with asyncio.timeout(call.budget_seconds):
                found = await handle.result(follow_runs=False)
        except TimeoutError:
            raise UnknownError("the quote cannot be read now") from None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return QuoteFound(problem="unknown quote")
            raise UnknownError("the quote cannot be read now") from None
        except WorkflowFailureError:
            return QuoteFound(problem="quote without a price")
        return _usable(found)


def _usable(found: Quote) -> QuoteFound:
    price = logistics.choose(found.prices, found.shipment)
    if price is None:
        return QuoteFound(problem="quote without a price")
    problem = "quote expired" if found.valid_until <= datetime.now(UTC) else ""
    return QuoteFound(price=price, valid_until=found.valid_until, problem=problem)
