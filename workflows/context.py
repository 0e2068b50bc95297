"""What the tracks of one order share: its state, its calls, its waits, its place in the UI."""

import asyncio
from collections.abc import Callable
from typing import Final, TypedDict

from temporalio import workflow

from interline.attributes import KEYWORDS, NEEDS_ATTENTION
from interline.contracts import client_platform
from interline.domain import card, rules
from interline.domain.base import JsonObject
from interline.domain.commands import Decision
from interline.domain.order import OrderInput
from interline.domain.state import Delivery
from interline.domain.statuses import ClientEvent, StepState
from interline.domain.view import OrderView, Problem, StepView, Wait
from interline.errors import Outcome
from interline.names import Attribute, effect_key
from interline.steps import Step, summary
from workflows.calls import Call, CallFailedError, Calls, In, Out

HINTS: Final = {
    Outcome.REFUSED.value: "correct the data and retry, or skip it with a reason",
    Outcome.UNASKABLE.value: "look at the partner: if it is there, skip; if it is not, retry",
    Outcome.EXHAUSTED.value: "repair the receiver, then retry",
}


class Common(TypedDict):
    """The first fields of `CallInput`."""

    client_id: str
    order_number: str
    step: str
    key: str


class OrderContext:
    """One order at work."""

    def __init__(self, order: OrderInput) -> None:
        self.order = order
        self.state = order.carried or rules.fresh(order)
        self.calls = Calls(order.policy, self.state)
        self.waits: dict[str, Wait] = {}
        self.opening = {"red", "blue"}
        """Tracks that have not come to their loop yet: they may still have something to tell the client."""
        self.after_confirmation: Callable[[], None] = lambda: None
        """Called when red 5 has its place."""

    def over(self) -> bool:
        """Business is done and the client was told everything."""
        owes = self.opening or self.state.outbox
        return not owes and rules.business_done(self.state) and not rules.to_be_undone(self.state)

    def key(self, step: str, item: str = "") -> str:
        """The idempotency key of an effect of this order."""
        return effect_key(self.order.client_id, self.order.order_number, step, item)

    def common(self, step: Step, item: str = "", *, undo: str = "") -> Common:
        """What every call of this order carries. `undo` names a call that takes something back."""
        return Common(
            client_id=self.order.client_id,
            order_number=self.order.order_number,
            step=undo or step.value,
            key=self.key(step, item),
        )

    def view(self) -> OrderView:
        """The order as of now."""
        return card.view(self.order, self.state, waits=list(self.waits.values()), durable=self.calls.durable)

    def mark(self, step: Step, state: StepState, note: str = "") -> None:
        """Record where an arrow stands."""
        self.state.steps[step.value] = StepView(state=state.value, at=workflow.now(), note=note)

    def milestone(self) -> None:
        """One batched upsert: what lists and filters show."""
        state = self.state
        workflow.upsert_search_attributes(
            [
                KEYWORDS[Attribute.ORDER_STATUS].value_set(state.order_status.value),
                KEYWORDS[Attribute.LOGISTICS_STATUS].value_set(state.carrier.status.value),
                *([KEYWORDS[Attribute.OMS_ORDER_NO].value_set(state.oms_order_no)] if state.oms_order_no else []),
                *([KEYWORDS[Attribute.COURIER].value_set(state.courier[:255])] if state.courier else []),
                NEEDS_ATTENTION.value_set(bool(state.problems)),
            ]
        )

    def post(self, step: str, event: ClientEvent, body: JsonObject, *, item: str = "", recorded: bool = False) -> None:
        """Put a client webhook into the outbox, with its place in the order's own sequence.

        Places of what arrived follow from the history. Where one follows from the end of a durable call, a workflow
        task that is lived again may hear of an event first and give the place to that: `recorded` tells it only when
        the history has it.
        """
        delivery = Delivery(
            sequence=self.state.next_sequence,
            event=event,
            step=step,
            webhook_id="msg_" + self.key(step, f"{event.value}:{item}").removeprefix("il-"),
            body=body,
            occurred_at=workflow.now(),
            recorded=recorded and self.order.policy.records_before_telling,
        )
        self.state.next_sequence += 1
        self.state.outbox.append(delivery)

    def price_took_long(self) -> bool:
        """Blue 2 did not end at its first try, or somebody had to decide: blue 4 and red 5 have no fixed places."""
        return Step.BLUE_2 in self.calls.gone_durable or bool(self.state.raised)

    async def ask(self, call: Call[In, Out]) -> Out | None:
        """Make a call of an arrow; when it fails for good, wait for a human. None means that an operator skipped it."""
        result = await self.insist(call)
        self.mark(call.step, StepState.SKIPPED if result is None else StepState.DONE)
        return result

    async def undo(self, name: str, call: Call[In, Out]) -> None:
        """Make a call that takes something back: a step of its own, with its own state.

        Durable, so that no workflow task both ends a cancelled order and holds what the client was told of it: such a
        task is thrown away when an event arrives at that instant, and the telling would get another number.
        """

        def stands(state: StepState, note: str) -> None:
            self.state.undo[name] = StepView(state=state.value, at=workflow.now(), note=note)

        stands(StepState.PENDING, call.title or "")
        result = await self.insist(call, now=False, failed=lambda failure: stands(StepState.ATTENTION, str(failure)))
        stands(StepState.SKIPPED if result is None else StepState.DONE, call.title or "")

    async def insist(
        self,
        call: Call[In, Out],
        *,
        now: bool = True,
        tell_client: bool = True,
        failed: Callable[[CallFailedError], None] | None = None,
    ) -> Out | None:
        """As `ask`, without a mark. `failed` hears of each failure that is for good."""
        parked = self._carried_problem(call.request.key)
        while True:
            try:
                if not parked:
                    return await self.calls.make(call, now=now)
            except CallFailedError as failure:
                if failed:
                    failed(failure)
                parked = self._problem(call, failure)
                self._park(parked, call.step, note=str(failure), tell_client=tell_client)
            decision = await self._decided(parked)
            parked = None
            if decision.outcome == StepState.SKIPPED:
                return None
            if decision.corrected:
                self.state.revision += 1
                call = call.corrected(decision.corrected, f"{call.request.key}-r{self.state.revision}")

    def _problem(self, call: Call[In, Out], failure: CallFailedError) -> Problem:
        return Problem(
            step=call.request.step,
            key=call.request.key,
            reason=f"{summary(call.step, call.title)}: {failure}",
            since=workflow.now(),
            acts=["retry_step", "skip_step"],
            hint=HINTS.get(failure.outcome, "look at the partner, then retry"),
            correctable=bool(call.correctable),
        )

    async def human(self, step: Step, *, reason: str, hint: str) -> Decision:
        """Ask for a decision that no rule can take."""
        key = self.key(step, "human")
        problem = self._carried_problem(key)
        if problem is None:
            acts = ["retry_step", "skip_step"]
            problem = Problem(
                step=step.value,
                key=key,
                reason=f"{summary(step)}: {reason}",
                since=workflow.now(),
                acts=acts,
                hint=hint,
            )
            self._park(problem, step, note=reason, tell_client=True)
        return await self._decided(problem)

    def _park(self, problem: Problem, step: Step, *, note: str, tell_client: bool) -> None:
        self.raise_problem(problem, step, tell_client=tell_client)
        if problem.step == step:
            self.mark(step, StepState.ATTENTION, note)

    def _carried_problem(self, key: str) -> Problem | None:
        return next((problem for problem in self.state.problems if problem.key == key), None)

    async def _decided(self, problem: Problem) -> Decision:
        """The track waits here for an operator; the order goes on otherwise."""
        try:
            await workflow.wait_condition(lambda: problem.step in self.state.decisions)
        except asyncio.CancelledError:  # not `finally`: an evicted order is no place for commands
            if not self.calls.stopping:
                self.settle_problem(problem)
            raise
        self.settle_problem(problem)
        return self.state.decisions.pop(problem.step)

    def raise_problem(self, problem: Problem, step: Step, *, tell_client: bool = True) -> None:
        """Ask for a human: visible in lists, on the card, and told to the client. `step` is the arrow it belongs to."""
        self.state.problems.append(problem)
        rules.note(self.state, problem.since, f"needs attention: {problem.reason}", step=problem.step)
        if tell_client:
            body = client_platform.attention(self.order, problem)
            times = self.state.raised.get(problem.step, 0) + 1  # no clock: a task made again must tell the same
            self.state.raised = {**self.state.raised, problem.step: times}
            self.post(step, ClientEvent.ORDER_ATTENTION, body, item=f"{problem.step}:{times}")
        self.milestone()

    def settle_problem(self, problem: Problem) -> None:
        """The problem is gone."""
        if problem in self.state.problems:
            self.state.problems.remove(problem)
            self.milestone()

    def decide(self, decision: Decision) -> None:
        """An operator's word for a parked step."""
        rules.note(
            self.state, workflow.now(), f"{decision.act} by {decision.actor}: {decision.reason}", step=decision.step
        )
        self.state.decisions[decision.step] = decision
