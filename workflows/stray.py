"""`Stray`: events with no open order to go to. Nothing signed is ever refused for its content or dropped."""

from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError
from temporalio import workflow

from activities.strays import Strays
from interline.domain.events import Event
from interline.domain.statuses import StrayReason
from interline.domain.stray import HandOver, HandOverResult, KeptEvent, StrayEvent, StrayInput, StrayState
from interline.names import STATUS_QUERY, STRAY_EVENT, Workflow
from workflows import policies

KEPT: Final = 20
PAUSES_SECONDS: Final = (1.0, 2.0, 5.0, 15.0)
LONGEST_PAUSE_SECONDS: Final = 3600.0
HAND_OVER_FOR: Final = timedelta(hours=72)


@workflow.defn(name=Workflow.STRAY)
class Stray:
    """The waiting room of one order number, or of one reference nobody knows."""

    @workflow.init
    def __init__(self, room: StrayInput) -> None:
        self._room = room
        self._state = StrayState(client_id=room.client_id, key=room.key)
        self._last_came: datetime | None = None

    @workflow.run
    async def run(self, room: StrayInput) -> StrayState:
        """Hand events over when their order appears, up to 72 h; what stays is for a human to see."""
        tries = 0
        while self._waiting() and not self._too_late():
            await self._hand_over(room)
            if self._waiting():
                pause = _pause(tries)
                await workflow.sleep(pause, summary=f"look for order {room.key} again")
                tries += 1
            self._show()
        for kept in self._waiting():
            kept.state = "for a human"
        self._show()
        return self._state

    @workflow.signal(name=STRAY_EVENT, description="an event that found no open order")
    def stray_event(self, payload: Any) -> None:  # noqa: ANN401  a typed argument that does not decode is dropped
        """Keep it (the first twenty), count the rest."""
        self._last_came = workflow.now()
        if len(self._state.events) >= KEPT:
            self._state.more += 1
        else:
            self._keep(payload)
        self._show()

    @workflow.query(name=STATUS_QUERY, description="the events kept here")
    def status(self) -> StrayState:
        """What operators see."""
        return self._state

    def _keep(self, payload: object) -> None:
        try:
            came = StrayEvent.model_validate(payload)
        except ValidationError:
            came = StrayEvent(reason=StrayReason.UNUSABLE, event=Event(event_id="unreadable", kind="unreadable"))
        if any(kept.event.event_id == came.event.event_id for kept in self._state.events):
            return
        waits = self._room.order_number is not None and came.reason in {StrayReason.EARLY, StrayReason.LATE}
        state = "waiting" if waits else "for a human"
        self._state.events.append(KeptEvent(reason=came.reason, event=came.event, state=state, at=workflow.now()))

    def _waiting(self) -> list[KeptEvent]:
        return [kept for kept in self._state.events if kept.state == "waiting"]

    def _too_late(self) -> bool:
        return self._last_came is not None and workflow.now() - self._last_came > HAND_OVER_FOR

    async def _hand_over(self, room: StrayInput) -> None:
        waiting = self._waiting()
        result: HandOverResult = await workflow.execute_activity_method(
            Strays.hand_over,
            HandOver(
                client_id=room.client_id,
                order_number=room.order_number or room.key,
                events=[kept.event for kept in waiting],
            ),
            start_to_close_timeout=policies.seconds(10),
            retry_policy=policies.PARTNER_RETRIES,
            summary=f"hand {len(waiting)} events over to order {room.order_number}",
        )
        for kept in waiting:
            if result.found:
                kept.state = result.state
                kept.at = workflow.now()

    def _show(self) -> None:
        rows = [f"- {kept.event.kind} · {kept.reason.value} · **{kept.state}**" for kept in self._state.events]
        more = [f"and {self._state.more} more, counted only"] if self._state.more else []
        workflow.set_current_details("\n".join([*rows, *more]))


def _pause(tries: int) -> timedelta:
    if tries < len(PAUSES_SECONDS):
        return timedelta(seconds=PAUSES_SECONDS[tries])
    grown = PAUSES_SECONDS[-1] * 2.0 ** (tries - len(PAUSES_SECONDS) + 1)
    return timedelta(seconds=min(grown, LONGEST_PAUSE_SECONDS))
