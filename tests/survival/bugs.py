"""Orders with a bug in them, as a bad release would bring. Imported by the workflow sandbox, so it imports no tests."""

from typing import Any

from temporalio import workflow

from interline.domain.order import OrderInput
from interline.domain.statuses import StepState
from interline.domain.view import OrderView
from interline.names import Signal, Workflow
from interline.steps import Step
from workflows.order import Order


class SeededError(RuntimeError):
    """The bug."""


@workflow.defn(name=Workflow.ORDER)
class DeafOrder(Order):
    """Its handler of confirmations raises."""

    @workflow.init
    def __init__(self, order: OrderInput) -> None:
        super().__init__(order)

    @workflow.run
    async def run(self, order: OrderInput) -> OrderView:
        """As ever."""
        return await super().run(order)

    @workflow.signal(name=Signal.ORDER_CONFIRMED)
    def order_confirmed(self, event: Any) -> None:  # noqa: ANN401, ARG002  as in the order itself
        """The bug."""
        raise SeededError


@workflow.defn(name=Workflow.ORDER)
class ForgetfulOrder(Order):
    """It fails when red 3 has just been answered, so the call's result is lost with the task."""

    @workflow.init
    def __init__(self, order: OrderInput) -> None:
        super().__init__(order)
        marked = self._context.mark

        def mark(step: Step, state: StepState, note: str = "") -> None:
            if (step, state) == (Step.RED_3, StepState.DONE):
                raise SeededError
            marked(step, state, note)

        setattr(self._context, "mark", mark)  # noqa: B010  a bug of this one order; types know no such thing

    @workflow.run
    async def run(self, order: OrderInput) -> OrderView:
        """As ever."""
        return await super().run(order)
