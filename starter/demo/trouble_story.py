"""One order that meets one trouble: what goes wrong, what the system does, how it ends; told by the partners' books."""

import asyncio
import secrets
from datetime import UTC, datetime
from typing import Final

import orjson
from pydantic import BaseModel
from temporalio.client import Client

from interline.domain.base import JsonObject
from interline.domain.statuses import OrderStatus, StepState
from interline.names import Partner, Signal, Update, order_workflow_id
from interline.runtime.temporal import DATA_CONVERTER
from interline.steps import Step
from starter.demo import bodies
from starter.demo.handles import Handles, LedgerItem
from starter.demo.trouble_telling import TroubleTeller
from starter.demo.troubles import Trouble
from starter.links import ui_link

PATIENCE_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 0.2
TELLING: Final = ("tries again", "needs a human")
"""Parts of Interline's own words that belong to a trouble."""

PARTNERS: Final = {
    Partner.OMS: "OMS",
    Partner.WMS: "WMS",
    Partner.LOGISTICS: "logistics provider",
    Partner.CLIENT_PLATFORM: "client platform",
}


class TroubleResult(BaseModel):
    """`ok`: the order completed, the trouble was met, and no effect happened twice."""

    ok: bool
    trouble: str
    order_number: str
    workflow_id: str
    status: str
    ui: str
    wrong: str
    did: str
    operator: str
    calls: int
    """Calls of the troubled step."""
    effects: int
    """Effects of those calls at the partner."""


class TroubleStory:
    """Plays client platform, partners' fate and, where one is needed, the operator."""

    def __init__(self, handles: Handles, trouble: Trouble, teller: TroubleTeller) -> None:
        self._handles = handles
        self._trouble = trouble
        self._teller = teller
        self._number = f"SO-{datetime.now(UTC):%m%d-%H%M%S}-{secrets.token_hex(2)}"
        self._told: set[str] = set()
        self._acted = ""

    async def tell(self, name: str) -> TroubleResult:
        """The whole story."""
        trouble = self._trouble
        self._teller.chapter("What goes wrong", trouble.wrong)
        await self._prepare()
        body = bodies.outbound(self._number, f"25{secrets.token_hex(6).upper()}")
        await self._handles.post("/v3/fulfillment/outbound/oms", body)
        self._teller.line(f"order {self._number} is accepted")
        await self._steer()
        await self._follow()
        return await self._result(name)

    async def _prepare(self) -> None:
        by_hand = self._trouble.loses_goods_webhook
        confirmation = "none" if self._trouble.confirms_late or by_hand else "webhook"
        await self._handles.tell("_manual", {"on": by_hand, "confirmation": confirmation})
        if self._trouble.posted:
            await self._handles.tell("_troubles", self._trouble.posted)

    async def _steer(self) -> None:
        """Where a partner must not act by itself, its fate is played here."""
        if not (self._trouble.confirms_late or self._trouble.loses_goods_webhook):
            return
        await self._until_step(Step.RED_3)
        await self._event(Signal.ORDER_CONFIRMED)
        if self._trouble.loses_goods_webhook:
            await self._until_step(Step.BLUE_6)
            await self._handles.tell("_manual", {"on": False})
            await self._event(Signal.GOODS_ISSUED, lost=True)
            self._teller.line("the goods leave the warehouse; no webhook arrives")

    async def _event(self, signal: Signal, **more: bool) -> None:
        await self._handles.tell("_events", {"event": signal.value, "order": self._number, **more})

    async def _until_step(self, step: Step) -> None:
        """Until an arrow is done; what happens meanwhile is told."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if (await self._look()).get(step.value) == StepState.DONE:
                    return
                await asyncio.sleep(PAUSE_SECONDS)

    async def _follow(self) -> None:
        """Until the order has completed, or patience is at its end."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            states = await self._look()
            operator = self._trouble.operator
            if operator and not self._acted and states.get(operator.step) == StepState.ATTENTION:
                await self._act()
            if (await self._view()).get("order_status") == OrderStatus.COMPLETED:
                await self._look()
                return
            await asyncio.sleep(PAUSE_SECONDS)

    async def _look(self) -> dict[str, str]:
        """Tell what is new; returns where each arrow stands."""
        view = await self._view()
        for call in await self._calls():
            answer = f"{call.status}" if call.status else "no answer"
            what = f"{self._arrow(call)}  {call.method} {call.path.split('?')[0]} → {answer}"
            self._once(call.id, what, at=call.at)
        why = str(view.get("why", ""))
        if any(part in why for part in TELLING):
            self._once(why, f"Interline: {why}")
        steps = view.get("steps")
        known = steps.items() if isinstance(steps, dict) else []
        return {name: str(step.get("state")) for name, step in known if isinstance(step, dict)}

    def _arrow(self, call: LedgerItem) -> str:
        """Where a webhook was lost, the call is Interline's own question, whatever arrow it is booked under."""
        asks = call.method == "GET" and call.step != self._trouble.step.value
        return f"Interline asks the {PARTNERS[self._trouble.partner]}:" if asks else str(call.step)

    def _once(self, mark: str, line: str, *, at: datetime | None = None) -> None:
        if mark not in self._told:
            self._told.add(mark)
            self._teller.line(line, at=at)

    async def _act(self) -> None:
        operator = self._trouble.operator
        if operator is None:
            return
        temporal = await Client.connect(
            self._handles.manifest.temporal, namespace=self._handles.manifest.namespace, data_converter=DATA_CONVERTER
        )
        await temporal.get_workflow_handle(self._workflow_id).execute_update(Update.RETRY_STEP, operator)
        self._acted = f"{operator.actor}: {operator.reason}"
        corrected = f" --set '{orjson.dumps(operator.corrected).decode()}'" if operator.corrected else ""
        given = f"--reason '{operator.reason}'{corrected}"
        self._teller.line(f"operator: interline order retry {self._number} --step '{operator.step}' {given}")

    async def _calls(self) -> list[LedgerItem]:
        """Of the troubled step at the troubled partner, and what asks for it."""
        trouble = self._trouble
        steps = {Step.RED_4.value} if trouble.loses_goods_webhook else {trouble.step.value}
        ledger = await self._handles.ledger(self._number)
        return [call for call in ledger if call.step in steps and call.partner == trouble.partner]

    async def _view(self) -> JsonObject:
        outbound = (await self._handles.order(bodies.WAREHOUSE, self._number)).data.get("outbound")
        ours = outbound.get("interline") if isinstance(outbound, dict) else None
        return ours if isinstance(ours, dict) else {}

    @property
    def _workflow_id(self) -> str:
        return order_workflow_id(self._handles.manifest.clients[0].client_id, self._number)

    async def _result(self, name: str) -> TroubleResult:
        status, calls = str((await self._view()).get("order_status", "")), await self._calls()
        effects = {call.effect_id for call in calls if call.effect_id}
        most = 1 if self._trouble.partner is not Partner.CLIENT_PLATFORM else len(effects)
        human = bool(self._acted) == bool(self._trouble.operator)
        result = TroubleResult(
            ok=status == OrderStatus.COMPLETED and bool(calls) and len(effects) <= most and human,
            trouble=name,
            order_number=self._number,
            workflow_id=self._workflow_id,
            status=status,
            ui=ui_link(self._handles.manifest.ui, self._workflow_id, namespace=self._handles.manifest.namespace),
            wrong=self._trouble.wrong,
            did=self._trouble.did,
            operator=self._acted,
            calls=len(calls),
            effects=len(effects),
        )
        self._teller.end(result.did, ended=_ended(result, self._trouble.partner), ui=result.ui)
        return result


def _ended(result: TroubleResult, partner: Partner) -> str:
    asked = "An operator decided once." if result.operator else "Nobody had to do anything."
    there = f"{_count(result.calls, 'call')} to the {PARTNERS[partner]}"
    became = _count(result.effects, "effect") if result.effects else "which only asked"
    return f"{result.order_number} is {result.status}: {there}, {became}. {asked}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
