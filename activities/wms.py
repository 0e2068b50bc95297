"""The WMS: red 7."""

from temporalio import activity

from activities.calling import CREATE, PartnerCalls
from interline.contracts import wms
from interline.contracts.wire import check_look_up
from interline.domain.calls import Acknowledged, ForwardGoods
from interline.names import Activity, Partner


class Wms:
    """The warehouse's own system, told of each goods movement before final delivery."""

    def __init__(self, calls: PartnerCalls) -> None:
        self._calls = calls

    @activity.defn(name=Activity.WMS_FORWARD_GOODS_ISSUE)
    async def forward_goods_issue(self, call: ForwardGoods) -> Acknowledged:
        """Red 7: forward the PGI."""
        return await self._forward(call, wms.ISSUES_PATH)

    @activity.defn(name=Activity.WMS_FORWARD_GOODS_RECEIPT)
    async def forward_goods_receipt(self, call: ForwardGoods) -> Acknowledged:
        """Red 7 of a return: forward the GRN."""
        return await self._forward(call, wms.RECEIPTS_PATH)

    async def _forward(self, call: ForwardGoods, path: str) -> Acknowledged:
        return await self._calls.perform(
            call, CREATE, lambda: self._post(call, path), lambda: self._acknowledged(call, path)
        )

    async def _post(self, call: ForwardGoods, path: str) -> Acknowledged:
        answer = await self._calls.exchange(call, Partner.WMS, "POST", path, wms.goods_body(call))
        return Acknowledged(partner_id=wms.acknowledgement(answer.body, call.doc_no))

    async def _acknowledged(self, call: ForwardGoods, path: str) -> Acknowledged | None:
        answer = await self._calls.ask(call, Partner.WMS, "GET", wms.look_up_path(path, call))
        check_look_up("wms", answer.status, answer.retry_after_seconds)
        partner_id = wms.acknowledged(answer.body, call.order_number, call.doc_no)
        return None if partner_id is None else Acknowledged(partner_id=partner_id)
