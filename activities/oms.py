"""The OMS: red 3, blue 5, and our half of blue 7."""

from urllib.parse import quote

from temporalio import activity

from activities.calling import CREATE, READ, UPSERT, PartnerCalls, raise_for_status
from interline.contracts import oms
from interline.contracts.asked import inbound_facts, outbound_facts
from interline.contracts.logistics import webhook_body
from interline.contracts.wire import body_of, check_look_up
from interline.domain.calls import (
    Acknowledged,
    AmendOrder,
    AskOms,
    CancelOrder,
    Created,
    CreateOrder,
    Facts,
    LogisticsWebhook,
    Ruling,
    UpdateShipment,
)
from interline.domain.order import Kind
from interline.names import Activity, Partner

REFUSALS = frozenset({400, 409, 422})


class Oms:
    """Shipper's fulfillment API as a partner. Outbound create has no keys there, but orders can be looked up."""

    def __init__(self, calls: PartnerCalls) -> None:
        self._calls = calls

    @activity.defn(name=Activity.OMS_CREATE_OUTBOUND)
    async def create_outbound(self, call: CreateOrder) -> Created:
        """Red 3: register the outbound order."""
        return await self._calls.perform(
            call,
            CREATE,
            lambda: self._create(call, oms.OUTBOUND_PATH, oms.create_outbound(call)),
            lambda: self._find(call),
        )

    @activity.defn(name=Activity.OMS_CREATE_RETURN)
    async def create_return(self, call: CreateOrder) -> Created:
        """Red 3 of a return: an inbound of type RT."""
        return await self._calls.perform(
            call,
            CREATE,
            lambda: self._create(call, oms.INBOUND_PATH, oms.create_return(call)),
            lambda: self._find_return(call),
        )

    @activity.defn(name=Activity.OMS_LOOK_UP_ORDER)
    async def look_up_order(self, call: AskOms) -> Facts:
        """What the OMS knows of the order, as the events its webhooks would have been."""
        return await self._calls.perform(call, READ, lambda: self._facts(call))

    @activity.defn(name=Activity.OMS_CANCEL_ORDER)
    async def cancel_order(self, call: CancelOrder) -> Ruling:
        """Undo red 3, if the OMS still lets the order go. An order it does not have needs no undo."""
        path = oms.cancel_path(call.kind)
        return await self._calls.perform(call, UPSERT, lambda: self._rule(call, path, oms.cancel_body(call)))

    @activity.defn(name=Activity.OMS_AMEND_ORDER)
    async def amend_order(self, call: AmendOrder) -> Ruling:
        """Change address or lines, if the OMS still allows it."""
        path = oms.amend_path(call.kind, quote(call.order_number, safe=""))
        return await self._calls.perform(call, UPSERT, lambda: self._rule(call, path, oms.amend_body(call)))

    @activity.defn(name=Activity.OMS_RECORD_WEBHOOK)
    async def record_logistics_webhook(self, call: LogisticsWebhook) -> Acknowledged:
        """Blue 5: the OMS records where and how the shipment is followed."""
        path = oms.webhook_path(quote(call.order_number, safe=""))
        return await self._calls.perform(call, UPSERT, lambda: self._put(call, path, webhook_body(call.webhook)))

    @activity.defn(name=Activity.OMS_UPDATE_SHIPMENT_STATUS)
    async def update_shipment_status(self, call: UpdateShipment) -> Acknowledged:
        """Blue 7: the OMS record follows the carrier."""
        path = oms.shipment_path(quote(call.order_number, safe=""), quote(call.event_id, safe=""))
        body = body_of({"data": {"shipment_status": call.status}})
        return await self._calls.perform(call, UPSERT, lambda: self._put(call, path, body))

    async def _facts(self, call: AskOms) -> Facts:
        number = quote(call.order_number, safe="")
        outbound = call.kind == Kind.OUTBOUND
        path = oms.outbound_path(quote(call.warehouse_id, safe=""), number) if outbound else oms.inbound_path(number)
        answer = await self._calls.ask(call, Partner.OMS, "GET", path)
        if oms.says_not_found(answer.status, answer.body):
            return Facts(known=False)
        raise_for_status(Partner.OMS.value, answer)
        read = outbound_facts if outbound else inbound_facts
        return Facts(events=read(answer.body, call.order_number))

    async def _rule(self, call: CancelOrder | AmendOrder, path: str, body: bytes) -> Ruling:
        answer = await self._calls.ask(call, Partner.OMS, "PATCH", path, body)
        if oms.says_not_found(answer.status, answer.body):
            return Ruling(accepted=isinstance(call, CancelOrder), reason="the OMS has no such order")
        if answer.status in REFUSALS:
            return Ruling(accepted=False, reason=f"the OMS refuses: {oms.refusal(answer.body)}")
        raise_for_status(Partner.OMS.value, answer)
        return Ruling(accepted=True)

    async def _put(self, call: LogisticsWebhook | UpdateShipment, path: str, body: bytes) -> Acknowledged:
        answer = await self._calls.exchange(call, Partner.OMS, "PUT", path, body)
        return Acknowledged(partner_id=oms.acknowledgement(answer.body, call.order_number))

    async def _create(self, call: CreateOrder, path: str, body: bytes) -> Created:
        answer = await self._calls.exchange(call, Partner.OMS, "POST", path, body)
        return oms.created(answer.body, call.order_number)

    async def _find(self, call: CreateOrder) -> Created | None:
        path = oms.outbound_path(quote(call.warehouse_id, safe=""), quote(call.order_number, safe=""))
        answer = await self._calls.ask(call, Partner.OMS, "GET", path)
        if oms.says_not_found(answer.status, answer.body):
            return None
        check_look_up("oms", answer.status, answer.retry_after_seconds)
        return oms.found_outbound(answer.body, call.order_number)

    async def _find_return(self, call: CreateOrder) -> Created | None:
        answer = await self._calls.ask(call, Partner.OMS, "GET", oms.inbound_path(quote(call.order_number, safe="")))
        check_look_up("oms", answer.status, answer.retry_after_seconds)
        return oms.found_return(answer.body, call.order_number)
