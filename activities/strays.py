"""Handing kept events over to their order, by the same raw signal the gateway sends."""

from collections.abc import Sequence

from temporalio import activity
from temporalio.api.common.v1 import Payload
from temporalio.client import Client as Temporal
from temporalio.client import (
    WorkflowContinuedAsNewError,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.service import RPCError, RPCStatusCode

from interline.attributes import KEYWORDS
from interline.domain import stray_rules as rules
from interline.domain.base import JsonObject
from interline.domain.stray import EndedOrder, HandOver, HandOverResult, KeptState, StrayState
from interline.messages import is_full, signal_order
from interline.names import Activity, Attribute, order_workflow_id

FULL = "the order takes no more events: it was sent as many as Temporal allows for one workflow"


class Strays:
    """What `Stray` needs of the outside."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    @activity.defn(name=Activity.STRAY_HAND_OVER)
    async def hand_over(self, call: HandOver) -> HandOverResult:
        """Signal the events with their own ids as request ids. An order that has ended makes them late."""
        handed: list[str] = []
        try:
            for event in call.events:
                await signal_order(self._temporal, call.client_id, call.order_number, event)
                handed.append(event.event_id)
        except RPCError as error:
            if is_full(error):
                return HandOverResult(found=True, handed=handed, problem=FULL)
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return await self._without_open_order(call, handed)
        return HandOverResult(found=True, state="handed over", handed=handed)

    async def _without_open_order(self, call: HandOver, handed: list[str]) -> HandOverResult:
        handle = self._temporal.get_workflow_handle(order_workflow_id(call.client_id, call.order_number))
        described = await _described(handle)
        if described is None or described.status is WorkflowExecutionStatus.RUNNING:
            return HandOverResult(found=False, handed=handed)
        ended = _ended(call.order_number, described)
        old_news = {event.event_id for event in call.events if rules.says_nothing_new(event, ended)}
        known = await self._heard(handle) | await self._settled_before() | old_news
        return HandOverResult(found=True, state="late", handed=handed, known=sorted(known), ended=ended)

    async def _heard(self, order: WorkflowHandle[object, object]) -> set[str]:
        """Ids of all events that the order took in its life: a repetition of one is not late, it is known."""
        heard: set[str] = set()
        async for event in order.fetch_history_events():
            if event.HasField("workflow_execution_started_event_attributes"):
                heard |= await self._carried(event.workflow_execution_started_event_attributes.input.payloads)
            elif event.HasField("workflow_execution_signaled_event_attributes"):
                signaled = await self._decoded(event.workflow_execution_signaled_event_attributes.input.payloads)
                heard |= {str(signaled.get("event_id"))}
        return heard

    async def _settled_before(self) -> set[str]:
        """Ids of the events that earlier rooms of this name told, or had dropped: a room closes after three days.

        One that has just closed may still be listed as open, so all are asked: there is one room at a time.
        """
        me, settled = activity.info(), set[str]()
        async for room in self._temporal.list_workflows(f"WorkflowId = '{me.workflow_id}'"):
            if room.run_id != me.workflow_run_id and (state := await self._left_by(room)):
                told = {kept.event.event_id for kept in state.events if kept.told or kept.state == KeptState.DROPPED}
                settled |= told
        return settled

    async def _left_by(self, room: WorkflowExecution) -> StrayState | None:
        """How a closed room ended; nothing where it was continued, which the next of its runs tells, or terminated."""
        handle = self._temporal.get_workflow_handle(room.id, run_id=room.run_id, result_type=StrayState)
        try:
            state: StrayState = await handle.result(follow_runs=False)
        except (WorkflowContinuedAsNewError, WorkflowFailureError):
            return None
        return state

    async def _carried(self, payloads: Sequence[Payload]) -> set[str]:
        """What it had heard before its history was continued as this one."""
        state = (await self._decoded(payloads)).get("carried")
        seen = state.get("seen") if isinstance(state, dict) else None
        return {str(event_id) for event_id in seen} if isinstance(seen, list) else set()

    async def _decoded(self, payloads: Sequence[Payload]) -> JsonObject:
        values = await self._temporal.data_converter.decode(payloads)
        return values[0] if values and isinstance(values[0], dict) else {}


async def _described(handle: WorkflowHandle[object, object]) -> WorkflowExecutionDescription | None:
    try:
        return await handle.describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


def _ended(number: str, described: WorkflowExecutionDescription) -> EndedOrder:
    word = described.typed_search_attributes.get
    return EndedOrder(
        order_number=number,
        tracking_id=word(KEYWORDS[Attribute.TRACKING_ID], ""),
        logistics_status=word(KEYWORDS[Attribute.LOGISTICS_STATUS], ""),
        order_status=word(KEYWORDS[Attribute.ORDER_STATUS], ""),
        stopped=described.status is not WorkflowExecutionStatus.COMPLETED,
    )
