"""`Reconciliation`: every open order compared with what OMS and logistics provider have; differences are reported.

A webhook is a hint, and deadlines ask for what is overdue; this also looks at what is not overdue yet.
"""

import asyncio
from collections.abc import Awaitable
from typing import Final

from temporalio import workflow
from temporalio.exceptions import FailureError

from activities.reconciling import Reconciler
from activities.strays import Strays
from interline.domain.calls import AskOms, CheckTracking, Facts
from interline.domain.policy import OrderPolicy, PartnerTerms
from interline.domain.reconciling import (
    KEPT,
    Comparison,
    Difference,
    OpenOrder,
    OrderPage,
    ReconcileInput,
    Report,
    Unanswered,
)
from interline.domain.state import OrderState
from interline.domain.stray import HandOver
from interline.names import Partner, Workflow, effect_key
from interline.steps import Step
from workflows import policies
from workflows.asking import courier_call, oms_call
from workflows.calls import CallFailedError, Calls, failed_try

AT_A_TIME: Final = 5
RATED: Final = PartnerTerms(rated=True)
"""Always by the partner's own queue: whatever rate it has declared holds there, beside the orders' own calls."""


@workflow.defn(name=Workflow.RECONCILIATION)
class Reconciliation:
    """Page by page, a few orders at a time."""

    @workflow.init
    def __init__(self, asked: ReconcileInput) -> None:
        self._asked = asked
        self._report = asked.report or Report()
        self._calls = Calls(OrderPolicy(oms=RATED, logistics=RATED), OrderState())

    @workflow.run
    async def run(self, asked: ReconcileInput) -> Report:
        """Return what was found."""
        page = await self._page()
        for first in range(0, len(page.orders), AT_A_TIME):
            await asyncio.gather(*(self._compare(order) for order in page.orders[first : first + AT_A_TIME]))
            self._show()
        if page.token:
            wanted = asked.wanted.model_copy(update={"token": page.token})
            workflow.continue_as_new(asked.model_copy(update={"wanted": wanted, "report": self._report}))
        return self._report

    async def _page(self) -> OrderPage:
        return await workflow.execute_activity_method(
            Reconciler.find_open_orders,
            self._asked.wanted,
            start_to_close_timeout=policies.seconds(policies.ENGINE_BUDGET),
            retry_policy=policies.PARTNER_RETRIES,
            summary="find open orders",
        )

    async def _compare(self, order: OpenOrder) -> None:
        """With both partners. What differs is looked at again a moment later."""
        said = await asyncio.gather(self._ask_oms(order), self._ask_courier(order))
        heard = [one for one in said if one is not None]
        found = await self._differences(heard)
        if found:
            label = f"{order.order_number}: a webhook may be on its way"
            await workflow.sleep(self._asked.grace_seconds, summary=label)
            found = await self._differences(heard)
        self._report.compared += 1
        self._keep(found)
        if found and self._asked.repair:
            await self._tell(order, heard)

    async def _ask_oms(self, order: OpenOrder) -> Comparison | None:
        request = AskOms(
            client_id=order.client_id,
            order_number=order.order_number,
            step=Step.RED_4.value,
            key=self._key(order, Step.RED_4),
            kind=order.kind,
            warehouse_id=order.warehouse_id,
        )
        return await self._answer(order, Partner.OMS, self._calls.make(oms_call(request), durably=False))

    async def _ask_courier(self, order: OpenOrder) -> Comparison | None:
        request = CheckTracking(
            client_id=order.client_id,
            order_number=order.order_number,
            step=Step.BLUE_7.value,
            key=self._key(order, Step.BLUE_7),
            tracking_id=order.tracking_id,
            provider=order.provider,
        )
        return await self._answer(order, Partner.LOGISTICS, self._calls.make(courier_call(request), durably=False))

    def _key(self, order: OpenOrder, step: Step) -> str:
        return effect_key(order.client_id, order.order_number, step, f"reconcile {workflow.info().run_id}")

    async def _answer(self, order: OpenOrder, partner: Partner, asking: Awaitable[Facts]) -> Comparison | None:
        try:
            return Comparison(order=order, partner=partner.value, facts=await asking)
        except CallFailedError as failure:
            self._unanswered(order, partner.value, str(failure))
            return None

    async def _differences(self, heard: list[Comparison]) -> list[Difference]:
        found: list[Difference] = []
        for one in heard:
            try:
                answer = await workflow.execute_activity_method(
                    Reconciler.compare_order,
                    one,
                    start_to_close_timeout=policies.seconds(policies.ENGINE_BUDGET),
                    retry_policy=policies.FEW_TRIES,
                    summary=f"compare {one.order.order_number} with {one.partner}",
                )
            except FailureError as error:
                self._unanswered(one.order, "interline", f"the order cannot be read: {failed_try(error).message}")
                continue
            found.extend(answer.differences)
        return found

    async def _tell(self, order: OpenOrder, heard: list[Comparison]) -> None:
        """By the same signals as webhooks; what the order knows already changes nothing."""
        events = [event for one in heard for event in one.facts.events]
        if not events:
            return
        await workflow.execute_activity_method(
            Strays.hand_over,
            HandOver(client_id=order.client_id, order_number=order.order_number, events=events),
            start_to_close_timeout=policies.seconds(policies.ENGINE_BUDGET),
            retry_policy=policies.PARTNER_RETRIES,
            summary=f"tell {order.order_number} what its partners know",
        )
        self._report.repaired = [*self._report.repaired, order.order_number][-KEPT:]

    def _keep(self, found: list[Difference]) -> None:
        room = max(KEPT - len(self._report.differences), 0)
        self._report.differences += found[:room]
        self._report.more += len(found[room:])

    def _unanswered(self, order: OpenOrder, partner: str, reason: str) -> None:
        named = Unanswered(client_id=order.client_id, order_number=order.order_number, partner=partner, reason=reason)
        self._report.unanswered = [*self._report.unanswered, named][-KEPT:]

    def _show(self) -> None:
        report = self._report
        rows = [
            f"- {one.order_number} · {one.partner} · {one.what}: {one.ours}, there {one.theirs}"
            for one in report.differences[:20]
        ]
        found, silent = len(report.differences), len(report.unanswered)
        counts = f"{report.compared} compared, {found} differences, {silent} without an answer"
        workflow.set_current_details("\n".join([counts, "", *rows]))
