"""What a reconciliation asks Temporal: which orders are open, and what each knows otherwise than its partner."""

import base64
from typing import Final

from temporalio import activity
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from interline.attributes import KEYWORDS
from interline.domain.reconciling import Comparison, Differences, OpenOrder, OrderPage, WantedOrders
from interline.names import (
    DIFFERENCES_QUERY,
    MEMO_KIND,
    Activity,
    Attribute,
    Workflow,
    order_workflow_id,
)

PAGE: Final = 50


class Reconciler:
    """Reads orders; changes none."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal

    @activity.defn(name=Activity.ENGINE_FIND_OPEN_ORDERS)
    async def find_open_orders(self, wanted: WantedOrders) -> OrderPage:
        """The next page of them."""
        found = self._temporal.list_workflows(
            _query(wanted), page_size=PAGE, next_page_token=base64.b64decode(wanted.token) or None
        )
        await found.fetch_next_page()
        orders = [await _open(execution) for execution in found.current_page or []]
        named = [order for order in orders if wanted.order_number in {"", order.order_number}]
        return OrderPage(orders=named, token=base64.b64encode(found.next_page_token or b"").decode())

    @activity.defn(name=Activity.ENGINE_COMPARE_ORDER)
    async def compare_order(self, call: Comparison) -> Differences:
        """Asked of the order itself, by its own rules. One that has ended meanwhile differs in nothing."""
        order = call.order
        handle = self._temporal.get_workflow_handle(order_workflow_id(order.client_id, order.order_number))
        if (await handle.describe()).status is not WorkflowExecutionStatus.RUNNING:
            return Differences()
        found: Differences = await handle.query(DIFFERENCES_QUERY, call.facts, result_type=Differences)
        whose = {"client_id": order.client_id, "order_number": order.order_number, "partner": call.partner}
        return Differences(differences=[one.model_copy(update=whose) for one in found.differences])


def _query(wanted: WantedOrders) -> str:
    parts = [f"WorkflowType = '{Workflow.ORDER}'", "ExecutionStatus = 'Running'"]
    if wanted.client_id:
        parts.append(f"{Attribute.CLIENT_ID} = '{_quoted(wanted.client_id)}'")
    if wanted.client_id and wanted.order_number:
        parts.append(f"WorkflowId = '{_quoted(order_workflow_id(wanted.client_id, wanted.order_number))}'")
    return " AND ".join(parts)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


async def _open(execution: WorkflowExecution) -> OpenOrder:
    word = execution.typed_search_attributes.get
    return OpenOrder(
        client_id=word(KEYWORDS[Attribute.CLIENT_ID], ""),
        order_number=execution.id.rpartition(":")[2],
        kind=str((await execution.memo()).get(MEMO_KIND, "")),
        warehouse_id=word(KEYWORDS[Attribute.WAREHOUSE_ID], ""),
        tracking_id=word(KEYWORDS[Attribute.TRACKING_ID], ""),
    )
