"""Where a scenario is played: one order, its partners by hand, and what everybody saw of it, told as it happens."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from pydantic import JsonValue

from interline.domain.base import JsonObject
from interline.domain.statuses import StepState
from interline.names import Signal
from interline.steps import Step
from starter.demo import bodies
from starter.demo.handles import Answered, Handles
from starter.demo.trouble_telling import TroubleTeller

NO_OUTCOME_YET: Final = 503
PATIENCE_SECONDS: Final = 45.0
PAUSE_SECONDS: Final = 0.2
OUTBOUND: Final = "/v3/fulfillment/outbound/oms"
INBOUND: Final = "/v3/fulfillment/inbound"
CALLED_BACK: Final = "/v3/fulfillment/outbound/oms/cancel"


class Stage:
    """One order of a scenario, as its client and its partners see it."""

    def __init__(self, handles: Handles, teller: TroubleTeller) -> None:
        self._handles = handles
        self._teller = teller
        self._told: set[str] = set()
        self.number = f"SO-{datetime.now(UTC):%m%d-%H%M%S}-{secrets.token_hex(2)}"

    def says(self, line: str) -> None:
        """What a person does or sees."""
        self._teller.line(line)

    async def order(self, *, returned: bool = False) -> None:
        """Red 1 and red 2, and red 3 with them; partners send only what the scenario says."""
        await self._handles.tell("_manual", {"on": True, "confirmation": "none"})
        make, path = (bodies.inbound, INBOUND) if returned else (bodies.outbound, OUTBOUND)
        await self._handles.post(path, make(self.number, f"25{secrets.token_hex(6).upper()}"))
        self.says(f"{'return' if returned else 'order'} {self.number} is accepted")
        await self.until_step(Step.RED_3)

    async def confirmed(self) -> None:
        """Red 4, and all that follows from it by itself."""
        await self.event(Signal.ORDER_CONFIRMED)
        await self.until_step(Step.BLUE_6)

    async def event(self, signal: Signal, *, lost: bool = False, **data: JsonValue) -> None:
        """A partner's webhook, or the fact behind one that got lost."""
        body: JsonObject = {"event": signal.value, "order": self.number, "data": data}
        await self._handles.tell("_events", {**body, "lost": True} if lost else body)
        self.says(f"{signal.value} {data or ''}".rstrip() + (" happens, and its webhook gets lost" if lost else ""))

    async def cancel(self, reason: str) -> Answered:
        """The client calls the order back; repeated while there is no outcome yet."""
        body: JsonObject = {"order_no": self.number, "warehouse_id": bodies.WAREHOUSE, "cancel_reason": reason}
        async with asyncio.timeout(PATIENCE_SECONDS):
            answered = await self._handles.patch(CALLED_BACK, body)
            while answered.status == NO_OUTCOME_YET:
                await asyncio.sleep(PAUSE_SECONDS)
                answered = await self._handles.patch(CALLED_BACK, body)
        self.says(f"client platform: cancel, because {reason} → {answered.status} {_message(answered)}".rstrip())
        return answered

    async def until_step(self, step: Step) -> None:
        """Until an arrow is done."""
        await self.until(lambda view: _step(view, step) == StepState.DONE)

    async def until_status(self, status: str) -> JsonObject:
        """Until the order stands there."""
        return await self.until(lambda view: view.get("order_status") == status)

    async def until(self, holds: Callable[[JsonObject], bool]) -> JsonObject:
        """The order's view, once this holds of it; what happens meanwhile is told."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                view = await self.view()
                await self._look()
                if holds(view):
                    return view
                await asyncio.sleep(PAUSE_SECONDS)

    async def view(self) -> JsonObject:
        """Interline's own word."""
        outbound = (await self._handles.order(bodies.WAREHOUSE, self.number)).data.get("outbound")
        ours = outbound.get("interline") if isinstance(outbound, dict) else None
        return ours if isinstance(ours, dict) else {}

    async def calls(self, step: str) -> int:
        """How many effects a step had at the partners."""
        ledger = await self._handles.ledger(self.number)
        return len({call.effect_id for call in ledger if call.step == step and call.effect_id})

    async def undone(self) -> list[str]:
        """What was taken back, in the order of arrival."""
        ledger = await self._handles.ledger(self.number)
        undo = [str(call.step) for call in ledger if (call.step or "").startswith("undo") and call.method != "GET"]
        return list(dict.fromkeys(undo))

    async def heard(self, event: str) -> int:
        """How many different webhooks of this event the client received."""
        inbox = await self._handles.inbox(self.number)
        return len({item.webhook_id for item in inbox if item.event == event})

    async def _look(self) -> None:
        for call in await self._handles.ledger(self.number):
            self._once(call.id, f"  {call.step}: {call.method} {call.path.split('?')[0]} → {call.status}", call.at)
        for item in await self._handles.inbox(self.number):
            self._once(item.id, f"  client platform hears {item.event} #{item.sequence}", item.at)

    def _once(self, mark: str, line: str, at: datetime) -> None:
        if mark not in self._told:
            self._told.add(mark)
            self._teller.line(line, at=at)


def _step(view: JsonObject, step: Step) -> str:
    steps = view.get("steps")
    found = steps.get(step.value) if isinstance(steps, dict) else None
    return str(found.get("state")) if isinstance(found, dict) else ""


def _message(answered: Answered) -> str:
    metadata = answered.body.get("metadata")
    errors = metadata.get("errors") if isinstance(metadata, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    return str(first.get("message", "")) if isinstance(first, dict) else ""
