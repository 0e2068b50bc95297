"""The order's start by raw RPC says what the SDK's own start would say."""

from datetime import UTC, datetime

from temporalio.api.history.v1 import WorkflowExecutionStartedEventAttributes as Started
from temporalio.client import Client as Temporal
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy

from interline.attributes import KEYWORDS, NEEDS_ATTENTION
from interline.contracts.orders_in import Terms, read_outbound
from interline.domain.order import OrderInput
from interline.domain.statuses import LogisticsStatus, OrderStatus
from interline.names import (
    MEMO_ACCEPTED,
    MEMO_FINGERPRINT,
    MEMO_KIND,
    ORDER_QUEUE,
    Attribute,
    Workflow,
    order_workflow_id,
)
from starter.gateway.starting import start_order, start_request
from tests.builders import an_outbound

MARK = "a-fingerprint"
WORDS = {
    Attribute.CLIENT_ID: "shop",
    Attribute.WAREHOUSE_ID: "WH-JKT-1",
    Attribute.ORDER_STATUS: OrderStatus.ACCEPTED.value,
    Attribute.LOGISTICS_STATUS: LogisticsStatus.NONE.value,
}


def an_order() -> OrderInput:
    asked = read_outbound(an_outbound(consignee="Bu Sri Rahayu, née Łuc\u200e"), Terms(lambda _: None, {}))
    return OrderInput(
        client_id="shop",
        order_number=asked.order_number,
        kind=asked.kind,
        tracking_id=asked.tracking_id,
        warehouse_id=asked.warehouse_id,
        lines=asked.lines,
        shipment=asked.shipment,
        body=asked.body,
        accepted_at=datetime.now(UTC),
    )


async def started(temporal: Temporal, workflow_id: str) -> Started:
    """What the server recorded, without what each start has of its own, and the SDK's priority that says nothing."""
    history = await temporal.get_workflow_handle(workflow_id).fetch_history()
    recorded = history.events[0].workflow_execution_started_event_attributes
    for own in ("original_execution_run_id", "first_execution_run_id", "workflow_id", "priority"):
        recorded.ClearField(own)
    return recorded


async def test_an_order_is_recorded_as_the_sdk_would_have_it_recorded(temporal: Temporal) -> None:
    order = an_order()
    request = await start_request(temporal, order, MARK)
    pairs = [SearchAttributePair(KEYWORDS[name], word) for name, word in WORDS.items()]
    pairs += [SearchAttributePair(KEYWORDS[Attribute.TRACKING_ID], order.tracking_id)]

    assert await start_order(temporal, order, MARK)
    summary, details = await temporal.data_converter.decode(
        [request.user_metadata.summary, request.user_metadata.details]
    )
    by_sdk = await temporal.start_workflow(
        Workflow.ORDER,
        order,
        id=f"sdk-{order.order_number}",
        task_queue=ORDER_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        memo={
            MEMO_FINGERPRINT: MARK,
            MEMO_ACCEPTED: order.accepted_at.isoformat(),
            MEMO_KIND: order.kind.value,
        },
        search_attributes=TypedSearchAttributes([*pairs, SearchAttributePair(NEEDS_ATTENTION, value=False)]),
        static_summary=summary,
        static_details=details,
    )

    ours = order_workflow_id(order.client_id, order.order_number)
    assert await started(temporal, ours) == await started(temporal, by_sdk.id)
    both = [await temporal.get_workflow_handle(name).describe() for name in (ours, by_sdk.id)]
    assert [await one.static_summary() for one in both] == [summary, summary]
    assert [await one.static_details() for one in both] == [details, details]
    assert both[0].typed_search_attributes == both[1].typed_search_attributes


async def test_a_number_that_is_taken_is_no_start(temporal: Temporal) -> None:
    order = an_order()
    assert await start_order(temporal, order, MARK)
    assert not await start_order(temporal, order, MARK)
