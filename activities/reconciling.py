"""What a reconciliation asks Temporal: which orders are open, and what each knows otherwise than its partner."""

import base64
from datetime import timedelta
from typing import Final

from temporalio import activity
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus, WorkflowQueryFailedError
from temporalio.service import RPCError

from interline.attributes import KEYWORDS
from interline.domain.reconciling import Comparison, Differences, OpenOrder, OrderPage, WantedOrders
from interline.domain.view import OrderView
from interline.names import (
    DIFFERENCES_QUERY,
    MEMO_KIND,
    STATUS_QUERY,
    Activity,
    Attribute,
    Workflow,
    order_workflow_id,
)
from interline.runtime.clients import ClientRegistry

PAGE: Final = 50
_RPC: Final = timedelta(seconds=5)


class Reconciler:
    """Reads orders; changes none."""

    def __init__(self, temporal: Temporal, registry: ClientRegistry) -> None:
        self._temporal = temporal
        self._registry = registry

    @activity.defn(name=Activity.ENGINE_FIND_OPEN_ORDERS)
    async def find_open_orders(self, wanted: WantedOrders) -> OrderPage:
        """The next page of them."""
        found = self._temporal.list_workflows(
            _query(wanted), page_size=PAGE, next_page_token=base64.b64decode(wanted.token) or None
        )
        await found.fetch_next_page()
        orders = [await self._open(execution) for execution in found.current_page or []]
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

    async def _open(self, execution: WorkflowExecution) -> OpenOrder:
        word = execution.typed_search_attributes.get
        client_id = word(KEYWORDS[Attribute.CLIENT_ID], "")
        return OpenOrder(
            client_id=client_id,
            order_number=execution.id.rpartition(":")[2],
            kind=str((await execution.memo()).get(MEMO_KIND, "")),
            warehouse_id=word(KEYWORDS[Attribute.WAREHOUSE_ID], ""),
            tracking_id=word(KEYWORDS[Attribute.TRACKING_ID], ""),
            provider=await self._provider(client_id, execution.id),
        )

    async def _provider(self, client_id: str, workflow_id: str) -> str:
        """Whose price the order took: only the order knows, and it matters only where there are several."""
        clients = {client.client_id: client for client in self._registry.all()}
        if client_id not in clients or not clients[client_id].more_providers:
            return ""
        try:
            handle = self._temporal.get_workflow_handle(workflow_id)
            view: OrderView = await handle.query(STATUS_QUERY, result_type=OrderView, rpc_timeout=_RPC)
        except (RPCError, WorkflowQueryFailedError):  # one that waits for its fix must not stop the others' comparison
            return ""
        return view.price.provider if view.price else ""


def _query(wanted: WantedOrders) -> str:
    parts = [f"WorkflowType = '{Workflow.ORDER}'", "ExecutionStatus = 'Running'"]
    if wanted.client_id:
        parts.append(f"{Attribute.CLIENT_ID} = '{_quoted(wanted.client_id)}'")
    if wanted.client_id and wanted.order_number:
        parts.append(f"WorkflowId = '{_quoted(order_workflow_id(wanted.client_id, wanted.order_number))}'")
    return " AND ".join(parts)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
