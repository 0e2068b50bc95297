"""Cancelling an order: the OMS decides, then what really happened is undone in reverse order.

Possible until goods issue (`changing.cancel_refusal` is the one place that decides). The OMS speaks first, for an order
it has allocated cannot be called back; each undo is a visible step with its own retries and its own attention.
"""

from contextlib import suppress

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.logistics import Logistics
from activities.oms import Oms
from interline.contracts import client_platform
from interline.contracts.logistics import webhook_object
from interline.domain import changing, rules
from interline.domain.calls import AmendOrder, CancelOrder, CancelShipment, LogisticsWebhook, Ruling
from interline.domain.commands import AmendCommand, CancelCommand, CommandDone
from interline.domain.statuses import ClientEvent
from interline.names import Partner
from interline.steps import Step
from workflows.calls import Call, CallFailedError, In
from workflows.context import OrderContext

BY_OMS = "the OMS cancelled the order"
UNDO_ORDER = "undo red 3"
UNDO_WEBHOOK = "undo blue 6"
UNDO_SHIPMENT = "undo shipment"

REFUSED = "CommandRefused"
"""Failure type of a command that a partner refused: the gateway answers 409 with the reason."""


class Commands:
    """Commands that need the OMS's word."""

    def __init__(self, context: OrderContext) -> None:
        self._context = context
        self._order = context.order
        self._state = context.state

    async def cancel(self, command: CancelCommand) -> CommandDone:
        """Ask the OMS; undo the rest when it agrees.

        Raises:
            ApplicationError: the OMS refuses; the order goes on.
        """
        asked = changing.ask_cancel(self._state, command, at=workflow.now())
        await workflow.wait_condition(lambda: self._state.registered)
        ruling = await self._ruling(self._cancel_call(command.reason))
        changing.rule_cancel(self._state, asked, ruling, at=workflow.now())
        if not ruling.accepted:
            raise self._refused("cancel", ruling)
        self._cancelled(command)
        return CommandDone(message="cancelled")

    async def cancel_from_ui(self) -> None:
        """Somebody cancelled the workflow itself: same decision, same undo; a refusal stands in the timeline."""
        command = CancelCommand(actor="Temporal UI", reason="the workflow was cancelled")
        refused = changing.cancel_refusal(self._state)
        if refused:
            rules.note(self._state, workflow.now(), f"cancellation of the workflow refused: {refused}")
            return
        with suppress(ApplicationError):
            await self.cancel(command)

    async def amend(self, command: AmendCommand) -> CommandDone:
        """Ask the OMS to change what it has.

        Raises:
            ApplicationError: the OMS refuses; nothing changes.
        """
        await workflow.wait_condition(lambda: self._state.registered)
        if refused := changing.amend_refusal(self._state, command.changes):
            raise self._refused("amend", Ruling(accepted=False, reason=refused))
        self._state.revision += 1
        ruling = await self._ruling(self._amend_call(command))
        if not ruling.accepted:
            raise self._refused("amend", ruling)
        changing.amended(self._state, command.changes)
        rules.note(self._state, workflow.now(), f"amended by {command.actor}: {command.reason}")
        body = client_platform.amended(self._order, sorted(command.changes), command.reason)
        self._context.post(Step.RED_3, ClientEvent.ORDER_AMENDED, body, item=str(self._state.revision))
        return CommandDone(message="amended")

    def _cancelled(self, command: CancelCommand) -> None:
        body = client_platform.cancelled(self._order, command.reason)
        self._context.post(Step.RED_3, ClientEvent.ORDER_CANCELLED, body, item="cancel")
        self._context.milestone()

    async def _ruling(self, call: Call[In, Ruling]) -> Ruling:
        """The OMS's word, by a durable call.

        With a local one, command and ruling would both be forgotten when the workflow task fails, as it does when a
        goods issue arrives at the very moment of completion, while the OMS has cancelled.
        """
        try:
            return await self._context.calls.make(call, now=False)
        except CallFailedError as failure:
            return Ruling(accepted=False, reason=f"the OMS could not be asked: {failure}")

    def _refused(self, act: str, ruling: Ruling) -> ApplicationError:
        rules.note(self._state, workflow.now(), f"{act} refused: {ruling.reason}")
        return ApplicationError(ruling.reason, type=REFUSED, non_retryable=True)

    def _cancel_call(self, reason: str) -> Call[CancelOrder, Ruling]:
        order = self._order
        common = self._context.common(Step.RED_3, f"cancel {self._state.revision}", undo=UNDO_ORDER)
        request = CancelOrder(**common, kind=order.kind.value, warehouse_id=order.warehouse_id, reason=reason)
        return Call(
            activity=Oms.cancel_order,
            request=request,
            step=Step.RED_3,
            partner=Partner.OMS,
            title="undo: cancel the order in OMS",
        )

    def _amend_call(self, command: AmendCommand) -> Call[AmendOrder, Ruling]:
        order = self._order
        common = self._context.common(Step.RED_3, f"amend {self._state.revision}")
        request = AmendOrder(**common, kind=order.kind.value, warehouse_id=order.warehouse_id, changes=command.changes)
        return Call(
            activity=Oms.amend_order, request=request, step=Step.RED_3, partner=Partner.OMS, title="amend order in OMS"
        )


class UndoTrack:
    """What was done after red 3, undone in reverse order."""

    def __init__(self, context: OrderContext) -> None:
        self._context = context
        self._order = context.order
        self._state = context.state

    async def run(self) -> None:
        """Wait for a cancellation, ours or the OMS's own; then blue 6, then the shipment.

        Blue 5 went with the OMS's order.
        """
        await workflow.wait_condition(lambda: rules.to_be_undone(self._state) or self._context.over())
        if not rules.to_be_undone(self._state):
            return
        await workflow.wait_condition(lambda: "blue" not in self._context.opening)
        if self._state.hooking:
            await self._context.undo(UNDO_WEBHOOK, self._unregister_call())
        await self._context.undo(UNDO_SHIPMENT, self._cancel_shipment_call())
        self._state.undone = True

    def _unregister_call(self) -> Call[LogisticsWebhook, object]:
        common = self._context.common(Step.BLUE_6, "unregister", undo=UNDO_WEBHOOK)
        request = LogisticsWebhook(
            **common, webhook=webhook_object(self._order, self._state.price), provider=self._provider()
        )
        return Call(
            activity=Logistics.unregister_webhook,
            request=request,
            step=Step.BLUE_6,
            partner=Partner.LOGISTICS,
            title="undo: unregister the logistics webhook at provider",
        )

    def _cancel_shipment_call(self) -> Call[CancelShipment, object]:
        common = self._context.common(Step.BLUE_6, "cancel shipment", undo=UNDO_SHIPMENT)
        asked = self._state.cancellation if rules.cancelled_by_us(self._state) else None
        reason = asked.reason if asked else BY_OMS
        request = CancelShipment(
            **common, tracking_id=self._order.tracking_id, reason=reason, provider=self._provider()
        )
        return Call(
            activity=Logistics.cancel_shipment,
            request=request,
            step=Step.BLUE_6,
            partner=Partner.LOGISTICS,
            title="undo: cancel the shipment at provider",
        )

    def _provider(self) -> str:
        return self._state.price.provider if self._state.price else ""
