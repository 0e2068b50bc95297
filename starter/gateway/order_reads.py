"""One order: from its workflow, from its result when it has ended, else from Temporal's own record."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request, Response
from temporalio.client import Client as Temporal
from temporalio.client import (
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.service import RPCError

from interline.attributes import KEYWORDS
from interline.contracts.event_reading import ORDER_NUMBER
from interline.contracts.order_out import shown
from interline.contracts.problems import ErrorCode, refused
from interline.domain.view import OrderView
from interline.names import MEMO_ACCEPTED, MEMO_KIND, STATUS_QUERY, Attribute, order_workflow_id
from starter.endings import as_ended, stopped
from starter.gateway.answers import answer
from starter.gateway.context import authenticated, gateway
from starter.gateway.engine import is_missing, within

QUERY_SECONDS: Final = 1.4
"""How long a worker may take; with the describe before it the answer stays within 2 s."""
_NOBODY_ANSWERED: Final = "This is the last recorded state: no worker gave a newer one."

_Order = WorkflowHandle[object, OrderView]


async def get_order(request: Request) -> Response:
    """One order with its timeline and why it is where it is. Unknown and foreign orders look the same."""
    client = authenticated(request)
    number = request.path_params["order_no"]
    if not ORDER_NUMBER.fullmatch(number):
        raise refused(ErrorCode.ORDER_NOT_FOUND)
    temporal = gateway(request).temporal
    order = temporal.get_workflow_handle(order_workflow_id(client.client_id, number), result_type=OrderView)
    async with within():
        view, stale = await _view(temporal, order, request.path_params["warehouse_id"])
    return answer(request, 200, {"outbound": shown(view, stale=stale), "stale": stale})


async def _view(temporal: Temporal, order: _Order, warehouse_id: str) -> tuple[OrderView, bool]:
    try:
        recorded = await order.describe()
    except RPCError as error:
        if not is_missing(error):
            raise
        raise refused(ErrorCode.ORDER_NOT_FOUND) from None
    if _word(recorded, Attribute.WAREHOUSE_ID) != warehouse_id:
        raise refused(ErrorCode.ORDER_NOT_FOUND)
    live = await _live(order, recorded)
    view = await as_ended(temporal, recorded, live or await recorded_view(recorded))
    return view, live is None


async def _live(order: _Order, recorded: WorkflowExecutionDescription) -> OrderView | None:
    """The order's own word, if anybody can give it: the result needs no worker, a query does."""
    wait = timedelta(seconds=QUERY_SECONDS)
    try:
        async with asyncio.timeout(QUERY_SECONDS):
            if recorded.status is WorkflowExecutionStatus.COMPLETED:
                return await order.result(rpc_timeout=wait)
            view: OrderView = await order.query(STATUS_QUERY, result_type=OrderView, rpc_timeout=wait)
    except (RPCError, TimeoutError, WorkflowQueryFailedError, WorkflowQueryRejectedError, WorkflowFailureError):
        return None
    return view


async def recorded_view(execution: WorkflowExecution, *, why: str = _NOBODY_ANSWERED) -> OrderView:
    """What Temporal's record says: search attributes and memo, written at each milestone. `why` it says no more."""
    memo = await execution.memo()
    accepted = memo.get(MEMO_ACCEPTED)
    return OrderView(
        client_id=_word(execution, Attribute.CLIENT_ID),
        order_number=execution.id.rpartition(":")[2],
        kind=str(memo.get(MEMO_KIND, "")),
        tracking_id=_word(execution, Attribute.TRACKING_ID),
        warehouse_id=_word(execution, Attribute.WAREHOUSE_ID),
        oms_order_no=_word(execution, Attribute.OMS_ORDER_NO),
        order_status=_word(execution, Attribute.ORDER_STATUS),
        logistics_status=_word(execution, Attribute.LOGISTICS_STATUS),
        courier=_word(execution, Attribute.COURIER),
        why=_stopped(execution) or why,
        accepted_at=datetime.fromisoformat(accepted) if isinstance(accepted, str) else execution.start_time,
    )


def _stopped(execution: WorkflowExecution) -> str:
    how = stopped(execution)
    return f"It {how}; this is its last recorded state." if how else ""


def _word(execution: WorkflowExecution, attribute: Attribute) -> str:
    return execution.typed_search_attributes.get(KEYWORDS[attribute], "")
