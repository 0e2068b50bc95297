"""The queue of what waits for a human: found by the search attribute, read from the orders themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.client import Client
from temporalio.service import RPCError

from interline.domain.commands import Fact
from interline.domain.view import Problem
from interline.names import Attribute, Workflow
from interline.steps import Step
from starter.cli import render
from starter.cli.lookup import Seen, read_order, see
from starter.cli.target import explain

STATABLE: Final = {Step.RED_4: Fact.CONFIRMATION, Step.RED_6: Fact.GOODS, Step.BLUE_7: Fact.DELIVERY}
"""What an operator may state where a partner's webhook did not come."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which of the waiting steps are meant: all that fit every filter. `because` is a part of the reason."""

    client: str | None = None
    step: str | None = None
    because: str | None = None
    older_than: timedelta = timedelta(0)

    def fits(self, problem: Problem, *, now: datetime) -> bool:
        """Does this step fit?"""
        named = self.step in {None, problem.step} and (self.because or "").lower() in problem.reason.lower()
        return named and now - problem.since >= self.older_than


@dataclass(frozen=True)
class Waiting:
    """One step of one order that waits for a human."""

    workflow_id: str
    client_id: str
    order_number: str
    problem: Problem

    @property
    def hint(self) -> str:
        """What usually helps, and the command for it."""
        fact = next((fact for step, fact in STATABLE.items() if step.value == self.problem.step), None)
        if self.problem.acts or fact is None:
            return self.problem.hint
        return f"ask the partner; if it did happen: interline order confirm {self.order_number} {fact.value}"


async def waiting(temporal: Client, wanted: Wanted, *, limit: int) -> list[Waiting]:
    """All of them, the longest wait first. An order that no worker answers for is left out: nothing can be told."""
    parts = [f"WorkflowType = '{Workflow.ORDER}'", f"{Attribute.NEEDS_ATTENTION} = true", "ExecutionStatus = 'Running'"]
    if wanted.client:
        parts.append(f"{Attribute.CLIENT_ID} = '{render.quoted(wanted.client)}'")
    try:
        found = [one async for one in temporal.list_workflows(" AND ".join(parts), limit=limit)]
    except RPCError as error:
        raise explain(error) from None
    seen = [await see(temporal, one.id) for one in found]
    return sorted((one for order in seen for one in of(order, wanted)), key=lambda one: one.problem.since)


async def waiting_of(temporal: Client, number: str, wanted: Wanted, *, client_ids: Sequence[str]) -> list[Waiting]:
    """Those of one order.

    Raises:
        CliError: no client has it, or several do.
    """
    return of(await read_order(temporal, number, client_ids=client_ids), wanted)


def of(order: Seen, wanted: Wanted) -> list[Waiting]:
    """The waiting steps of an order as it was seen."""
    now, view = datetime.now(UTC), order.view
    fitting = [problem for problem in view.problems if wanted.fits(problem, now=now)]
    return [Waiting(order.workflow_id, view.client_id, view.order_number, problem) for problem in fitting]
