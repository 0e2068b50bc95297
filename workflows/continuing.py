"""Continue-as-new: a long order goes on in a new history without losing, repeating or hurrying anything.

Inbox, seen-set, sequence, waits and parked steps travel in the state. Durable calls under way are cancelled and issued
again with the same key, their tries and the time of the next one (DESIGN §2).
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Final

from temporalio import workflow

from activities.engine import Engine
from interline.domain.calls import CallInput, CarriedCall, FailedTry
from interline.errors import Outcome
from workflows import policies
from workflows.calls import Calls
from workflows.context import OrderContext

RECORDED_SECONDS: Final = 0.001
"""The shortest timer: it only ends a workflow task."""


async def carry(
    context: OrderContext, *tracks: Coroutine[Any, Any, None], on_cancel: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    """Run the tracks to their end, or to the point where the server suggests a new history."""
    work = asyncio.gather(*tracks)
    cancelling: asyncio.Task[None] | None = None
    while True:
        try:
            await workflow.wait_condition(lambda: work.done() or _should_continue(context))
            if not work.done():
                await _recorded()
        except asyncio.CancelledError:
            if cancelling:
                raise
            cancelling = asyncio.create_task(on_cancel())
            continue
        if work.done():
            await work
            return
        if not _should_continue(context):
            continue
        pending = await _pending()
        if _should_continue(context):
            issued = dict(context.calls.issued)
            await _stop(context, work)
            context.state.carried = _carried(pending, issued, workflow.now())
            workflow.continue_as_new(context.order.model_copy(update={"carried": context.state}))


def _should_continue(context: OrderContext) -> bool:
    """Never with a local call in flight, nor with a create that nobody could ask about."""
    if not workflow.info().is_continue_as_new_suggested():
        return False
    busy = context.calls.flying_now or context.calls.blind or context.over()
    return workflow.all_handlers_finished() and not busy


async def _recorded() -> None:
    """Let this workflow task end, so that what the order's local calls did is recorded before the history ends.

    A task that ends a history is thrown away when an event arrives at that instant, and made again in another order of
    things: what it had told the client would be told once more, under another number.
    """
    await workflow.sleep(RECORDED_SECONDS, summary="what was done is recorded before a new history")


async def _pending() -> list[CarriedCall]:
    """What the server knows of our durable calls. A local call: the less time until they stop, the truer it is."""
    known = await workflow.execute_local_activity_method(
        Engine.pending_calls,
        workflow.info().workflow_id,
        start_to_close_timeout=policies.seconds(policies.ENGINE_BUDGET),
        summary="look at our own pending calls before a new history",
    )
    return known.calls


async def _stop(context: OrderContext, work: "asyncio.Future[list[None]]") -> None:
    """Cancel the tracks. A durable call that ends with a result meanwhile is taken; then its track stops too."""
    context.calls.stopping = True
    while not work.done():
        work.cancel()
        await workflow.wait_condition(_ended_or_moved(work, context.calls, context.calls.settled))


def _ended_or_moved(work: "asyncio.Future[list[None]]", calls: Calls, settled: int) -> Callable[[], bool]:
    return lambda: work.done() or calls.settled != settled


def _carried(pending: list[CarriedCall], issued: dict[str, CallInput], now: datetime) -> dict[str, CarriedCall]:
    """What the next history issues again, by key. The server may not have heard yet of a call that was just issued."""
    unheard = FailedTry(outcome=Outcome.UNKNOWN.value, message="no answer yet", resume_seconds=0.0)
    fresh = {key: _as_issued(request, request.after or unheard) for key, request in issued.items()}
    return fresh | {call.key: _resume(call, now, issued.get(call.key)) for call in pending}


def _resume(call: CarriedCall, now: datetime, issued: CallInput | None) -> CarriedCall:
    """The time that is left until its next try. One that has not begun has its whole pause before it."""
    if issued and issued.after and not call.records:
        return _as_issued(issued, issued.after)
    left = max((call.next_at - now).total_seconds(), 0.0) if call.next_at else 0.0
    return call.model_copy(update={"failed": call.failed.model_copy(update={"resume_seconds": left})})


def _as_issued(request: CallInput, failed: FailedTry) -> CarriedCall:
    return CarriedCall(key=request.key, failed=failed, tries_before=request.tries_before, records=request.records)
