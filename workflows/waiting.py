"""Waiting for a partner, however long: at each rung of the ladder the partner is asked, then the rung acts.

One absolute timer at a time, never one per loop turn.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import workflow

from interline.contracts import client_platform
from interline.domain import calendar, rules
from interline.domain.policy import Rung
from interline.domain.statuses import ClientEvent
from interline.domain.view import Breach, Problem, Wait
from interline.steps import Step, summary
from workflows.context import OrderContext


def _never(_: str) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """What is waited for. `moot` says that rungs about something of their own (`Rung.of`) need not act any more."""

    step: Step
    title: str
    ladder: list[Rung]
    satisfied: Callable[[], bool]
    ask: Callable[[], Awaitable[None]]
    moot: Callable[[str], bool] = _never


async def wait_for(context: OrderContext, awaited: Awaited) -> None:
    """Wait until it is there; reminders, breaches and calls for a human on the way."""
    if not awaited.satisfied():
        await _Waiting(context, awaited).run()


class _Waiting:
    def __init__(self, context: OrderContext, awaited: Awaited) -> None:
        self._context = context
        self._state = context.state
        self._awaited = awaited
        step = awaited.step.value
        since = context.state.waiting_since.setdefault(step, workflow.now())
        self._wait = context.waits[step] = Wait(step=step, what=awaited.title, since=since)

    async def run(self) -> None:
        step = self._awaited.step.value
        ladder = calendar.in_order(self._wait.since, self._awaited.ladder, self._context.order.policy.calendar)
        for due, rung in ladder[self._state.rungs_passed.get(step, 0) :]:
            if await self._came_before(due, rung.act):
                break
            self._state.rungs_passed[step] = self._state.rungs_passed.get(step, 0) + 1
            await self._climb(due, rung)
        while not self._awaited.satisfied():
            await self._ask_again()
        del self._context.waits[step], self._state.waiting_since[step]
        self._state.rungs_passed.pop(step, None)
        self._settle(lambda _: True)

    async def _climb(self, due: datetime, rung: Rung) -> None:
        """The partner is asked before anybody is alarmed: a webhook is a hint."""
        if self._awaited.moot(rung.of):
            return
        await self._awaited.ask()
        if not self._awaited.satisfied() and not self._awaited.moot(rung.of):
            self._act(due, rung)

    async def _ask_again(self) -> None:
        """All rungs have acted: a human knows. A webhook that got lost is still found by asking."""
        pause = timedelta(seconds=self._context.order.policy.deadlines.ask_again_seconds)
        if not await self._came_before(workflow.now() + pause, "ask again"):
            await self._awaited.ask()

    def _act(self, due: datetime, rung: Rung) -> None:
        what = f"{rung.of} by the courier" if rung.of else self._awaited.title
        step = self._awaited.step
        rules.note(self._state, due, f"{rung.act}: still waiting for {what}", step=step.value)
        if rung.act == "escalate":
            self._state.breaches.append(Breach(step=step.value, what=what, due=due))
            body = client_platform.overdue(self._context.order, self._wait.model_copy(update={"what": what}), due)
            self._context.post(step, ClientEvent.ORDER_OVERDUE, body, item=f"{rung.of}{due.isoformat()}")
        elif rung.act == "attention":
            reason = f"{summary(step, what)}: nothing came by {due:%Y-%m-%d %H:%M} UTC"
            self._context.raise_problem(
                Problem(step=step.value, reason=reason, since=workflow.now(), about=rung.of), step
            )

    async def _came_before(self, due: datetime, act: str) -> bool:
        """Did it come in time? A problem that has become moot meanwhile goes."""
        self._wait.next_act, self._wait.next_at = act, due
        try:
            await self._came(due, f"{summary(self._awaited.step, self._awaited.title)} · {act}")
        except TimeoutError:
            return False
        return True

    async def _came(self, due: datetime, label: str) -> None:
        while not self._awaited.satisfied():
            left = max((due - workflow.now()).total_seconds(), 0.001)
            await workflow.wait_condition(self._worth_a_look, timeout=left, timeout_summary=label)
            self._settle(self._is_moot)

    def _worth_a_look(self) -> bool:
        return self._awaited.satisfied() or any(self._is_moot(problem) for problem in self._problems())

    def _is_moot(self, problem: Problem) -> bool:
        return self._awaited.moot(problem.about)

    def _problems(self) -> list[Problem]:
        """What this wait raised."""
        return [known for known in self._state.problems if known.step == self._awaited.step.value and not known.key]

    def _settle(self, gone: Callable[[Problem], bool]) -> None:
        for problem in self._problems():
            if gone(problem):
                self._context.settle_problem(problem)
