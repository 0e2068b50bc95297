"""Handing kept events over to their order, by the same raw signal the gateway sends."""

from temporalio import activity
from temporalio.client import Client as Temporal
from temporalio.service import RPCError, RPCStatusCode

from interline.domain.stray import HandOver, HandOverResult
from interline.messages import signal_order
from interline.names import Activity, order_workflow_id


class Strays:
    """What `Stray` needs of the outside."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    @activity.defn(name=Activity.STRAY_HAND_OVER)
    async def hand_over(self, call: HandOver) -> HandOverResult:
        """Signal the events with their own ids as request ids. An order that has ended makes them late."""
        try:
            for event in call.events:
                await signal_order(self._temporal, call.client_id, call.order_number, event)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            exists = await self._exists(order_workflow_id(call.client_id, call.order_number))
            return HandOverResult(found=exists, state="late" if exists else "")
        return HandOverResult(found=True, state="handed over")

    async def _exists(self, workflow_id: str) -> bool:
        try:
            await self._temporal.get_workflow_handle(workflow_id).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True
