"""`Stray`: events with no open order to go to. Nothing signed is ever refused for its content or dropped."""

from datetime import timedelta
from typing import Any, Final

from pydantic import ValidationError
from temporalio import workflow

from activities.client_platform import ClientPlatform
from activities.oms import Oms
from activities.strays import Strays
from interline.attributes import NEEDS_ATTENTION
from interline.contracts.late_events import late_webhook, status_update
from interline.domain import stray_rules as rules
from interline.domain.calls import SendWebhook, UpdateShipment
from interline.domain.commands import CommandDone
from interline.domain.events import Event
from interline.domain.state import OrderState
from interline.domain.statuses import StrayReason
from interline.domain.stray import (
    EndedOrder,
    HandOver,
    HandOverResult,
    KeptEvent,
    KeptState,
    StrayCommand,
    StrayEvent,
    StrayInput,
    StrayState,
)
from interline.names import STATUS_QUERY, STRAY_EVENT, Partner, StrayUpdate, Workflow, effect_key
from interline.steps import Step
from workflows import policies
from workflows.calls import Call, CallFailedError, Calls

PAUSES_SECONDS: Final = (1.0, 2.0, 5.0, 15.0)
LONGEST_PAUSE_SECONDS: Final = 3600.0


@workflow.defn(name=Workflow.STRAY)
class Stray:
    """The waiting room of one order number, or of one reference nobody knows."""

    @workflow.init
    def __init__(self, room: StrayInput) -> None:
        self._room = room
        self._state = room.carried or StrayState(client_id=room.client_id, key=room.key)
        self._calls = Calls(room.policy, OrderState(), self._show)
        self._orders: dict[str, EndedOrder] = {}
        self._news = False
        self._asks_for_human = room.carried is not None and bool(rules.in_state(room.carried, KeptState.HUMAN))

    @workflow.run
    async def run(self, room: StrayInput) -> StrayState:
        """Hand events over when their order appears, tell late ones, and stay while a human is needed."""
        tries = 0
        while True:
            self._news = False
            await self._hand_over()
            await self._tell_late()
            rules.expire(self._state, now=workflow.now())
            self._show()
            if self._settled():
                return self._state
            if workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished():
                workflow.continue_as_new(room.model_copy(update={"carried": self._state}))
            tries = 0 if await self._something_new(tries) else tries + 1

    @workflow.signal(name=STRAY_EVENT, description="an event that found no open order")
    def stray_event(self, payload: Any) -> None:  # noqa: ANN401  a typed argument that does not decode is dropped
        """Keep it."""
        try:
            came = StrayEvent.model_validate(payload)
        except ValidationError:
            came = StrayEvent(reason=StrayReason.UNUSABLE, event=Event(event_id="unreadable", kind="unreadable"))
        rules.keep(self._state, self._room, came, now=workflow.now())
        self._news = True

    @workflow.query(name=STATUS_QUERY, description="the events kept here")
    def status(self) -> StrayState:
        """What operators see."""
        return self._state

    @workflow.update(name=StrayUpdate.ASSIGN, description="send a kept event to the order it belongs to")
    def assign(self, command: StrayCommand) -> CommandDone:
        """An operator knows the order."""
        self._decide(command, KeptState.WAITING, f"assigned to {command.order_number}")
        return CommandDone(message=f"{command.event_id}: goes to order {command.order_number}")

    @assign.validator
    def _may_assign(self, command: StrayCommand) -> None:
        if refused := rules.refusal(self._state, command, assign=True):
            raise ValueError(refused)

    @workflow.update(name=StrayUpdate.DROP, description="nothing is to be done about a kept event")
    def drop(self, command: StrayCommand) -> CommandDone:
        """An operator looked at it."""
        self._decide(command, KeptState.DROPPED, "dropped")
        return CommandDone(message=f"{command.event_id}: dropped")

    @drop.validator
    def _may_drop(self, command: StrayCommand) -> None:
        if refused := rules.refusal(self._state, command, assign=False):
            raise ValueError(refused)

    def _decide(self, command: StrayCommand, state: KeptState, what: str) -> None:
        kept = rules.find(self._state, command.event_id)
        if kept is not None:
            kept.state, kept.order_number = state.value, command.order_number.strip()
            kept.at = kept.came_at = workflow.now()
            kept.note = f"{what} by {command.actor}: {command.reason}"
        self._news = True

    def _settled(self) -> bool:
        """Nothing waits, nobody is needed, and no late event can come again."""
        state = self._state
        waits = rules.in_state(state, KeptState.WAITING) or rules.in_state(state, KeptState.HUMAN)
        quiet_until = rules.quiet_until(state)
        lingers = quiet_until is not None and workflow.now() < quiet_until
        return not (waits or lingers or self._news) and workflow.all_handlers_finished()

    async def _something_new(self, tries: int) -> bool:
        """Wait for an event, a command, or the time of the next look."""
        state = self._state
        pause: timedelta | None = None
        label = f"look for order {self._room.key} again"
        if rules.in_state(state, KeptState.WAITING):
            pause = _pause(tries)
        elif quiet_until := rules.quiet_until(state):
            pause, label = max(quiet_until - workflow.now(), timedelta(seconds=1)), "no late event is repeated"
        try:
            await workflow.wait_condition(lambda: self._news, timeout=pause, timeout_summary=label)
        except TimeoutError:
            return False
        return True

    async def _hand_over(self) -> None:
        waiting = rules.in_state(self._state, KeptState.WAITING)
        for number in dict.fromkeys(kept.order_number for kept in waiting):
            mine = [kept for kept in waiting if kept.order_number == number]
            result: HandOverResult = await workflow.execute_activity_method(
                Strays.hand_over,
                HandOver(client_id=self._room.client_id, order_number=number, events=[kept.event for kept in mine]),
                start_to_close_timeout=policies.seconds(10),
                retry_policy=policies.PARTNER_RETRIES,
                summary=f"hand {len(mine)} events over to order {number}",
            )
            rules.settle(mine, result, now=workflow.now())
            if result.ended:
                self._orders[number] = result.ended

    async def _tell_late(self) -> None:
        """The order has ended: the OMS hears of reopenings, the client of everything."""
        for kept in rules.untold(self._state):
            order = self._orders.get(kept.order_number, EndedOrder(order_number=kept.order_number))
            try:
                if rules.reopens(kept.event, order):
                    await self._calls.make(self._update_oms(kept.event, order))
                if webhook := self._webhook(kept, order):
                    await self._calls.make(webhook)
                if alarming := rules.alarm(kept.event, order):
                    kept.state, kept.note = KeptState.HUMAN.value, f"told to the client as late: {alarming}"
            except CallFailedError as failure:
                kept.state, kept.note = KeptState.HUMAN.value, f"late, and not told: {failure}"
            kept.told = True

    def _update_oms(self, event: Event, order: EndedOrder) -> Call[UpdateShipment, Any]:
        request = UpdateShipment(
            client_id=self._room.client_id,
            order_number=order.order_number,
            step=Step.BLUE_7.value,
            key=effect_key(self._room.client_id, order.order_number, Step.BLUE_7, event.event_id),
            event_id=event.event_id,
            status=status_update(order, event),
        )
        title = "late: update shipment status in OMS"
        return Call(
            activity=Oms.update_shipment_status, request=request, step=Step.BLUE_7, partner=Partner.OMS, title=title
        )

    def _webhook(self, kept: KeptEvent, order: EndedOrder) -> Call[SendWebhook, Any] | None:
        late = late_webhook(order, kept.event)
        if late is None:
            return None
        key = effect_key(self._room.client_id, order.order_number, late.step, f"late:{kept.event.event_id}")
        webhook_id = "msg_" + key.removeprefix("il-")
        request = SendWebhook(
            client_id=self._room.client_id,
            order_number=order.order_number,
            step=late.step.value,
            key=webhook_id,
            schedule_seconds=self._room.policy.delivery_schedule_seconds,
            hold_seconds=self._room.policy.delivery_hold_seconds,
            kind=late.event.kind,
            event=late.event.value,
            webhook_id=webhook_id,
            body=late.body,
        )
        return Call(
            activity=ClientPlatform.send_webhook,
            request=request,
            step=late.step,
            partner=Partner.CLIENT_PLATFORM,
            title=f"send late {late.event.value}",
        )

    def _show(self) -> None:
        events = self._state.events
        rows = [f"- {kept.event.kind} · {kept.reason.value} · **{kept.state}** {kept.note}".rstrip() for kept in events]
        more = [f"and {self._state.more} more, counted only"] if self._state.more else []
        workflow.set_current_details("\n".join([*rows, *more]))
        asks = bool(rules.in_state(self._state, KeptState.HUMAN))
        if asks != self._asks_for_human:
            self._asks_for_human = asks
            workflow.upsert_search_attributes([NEEDS_ATTENTION.value_set(asks)])


def _pause(tries: int) -> timedelta:
    if tries < len(PAUSES_SECONDS):
        return timedelta(seconds=PAUSES_SECONDS[tries])
    grown = PAUSES_SECONDS[-1] * 2.0 ** (tries - len(PAUSES_SECONDS) + 1)
    return timedelta(seconds=min(grown, LONGEST_PAUSE_SECONDS))
