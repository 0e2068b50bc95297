"""The status card of an order is written when somebody looks at its page, not each time that something changes.

`set_current_details` costs no event, but writing the card at each change, for pages that nobody opened, took several
percent of the worker's CPU (decision 0018).
"""

from typing import Any

from temporalio import workflow
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.worker import (
    HandleQueryInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from workflows.order import Order


class Cards(Interceptor):
    """For the worker of the orders: the Temporal UI asks each workflow for its card by a query of the engine's own."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002, ARG002  the engine's own shape
    ) -> type[WorkflowInboundInterceptor]:
        """Of every workflow."""
        return _Card


class _Card(WorkflowInboundInterceptor):
    async def handle_query(self, input: HandleQueryInput) -> Any:  # noqa: A002, ANN401  the engine's own shape
        """Add the card to what the UI asks for."""
        answer, asked = await super().handle_query(input), workflow.instance()
        if isinstance(answer, WorkflowMetadata) and isinstance(asked, Order):
            answer.current_details = asked.card()
        return answer
