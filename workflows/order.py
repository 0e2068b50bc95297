"""One workflow per order: the red track, the blue track and the notifier, side by side."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from temporalio import workflow
from temporalio.common import RawValue

from interline.domain import card, changing, deliveries, manual, reconciling, rules
from interline.domain.calls import Facts
from interline.domain.commands import (
    AmendCommand,
    CancelCommand,
    CommandDone,
    ConfirmCommand,
    Decision,
    StepCommand,
)
from interline.domain.deliveries import DeliveryFound, DeliveryLog
from interline.domain.events import Event
from interline.domain.order import OrderInput
from interline.domain.reconciling import Differences
from interline.domain.statuses import StepState
from interline.domain.view import OrderView
from interline.names import (
    DELIVERIES_QUERY,
    DELIVERY_QUERY,
    DIFFERENCES_QUERY,
    STATUS_QUERY,
    TRACKING_ID_SHARED,
    Signal,
    Update,
    Workflow,
)
from interline.steps import Step
from workflows.cancelling import Commands, UndoTrack
from workflows.context import OrderContext
from workflows.continuing import carry
from workflows.fulfillment import FulfillmentTrack
from workflows.logistics import LogisticsTrack
from workflows.notifier import Notifier, found_delivery


@workflow.defn(name=Workflow.ORDER)
class Order:
    """From the client's request to the courier's last status. Signals record at once; the tracks act."""

    @workflow.init
    def __init__(self, order: OrderInput) -> None:
        self._context = OrderContext(order)
        self._inboxes: Sequence[tuple[FulfillmentTrack | LogisticsTrack, list[Event]]] = ()

    @workflow.run
    async def run(self, order: OrderInput) -> OrderView:
        """Carry the order to its end and return its last view."""
        context = self._context
        if order.carried is None:
            for step in (Step.RED_1, Step.RED_2, Step.BLUE_1):
                context.mark(step, StepState.DONE)
            rules.note(context.state, order.accepted_at, "accepted", step=Step.RED_2.value)
        red, blue = FulfillmentTrack(context), LogisticsTrack(context)
        self._inboxes = ((red, context.state.warehouse_inbox), (blue, context.state.carrier_inbox))
        context.after_confirmation = self._tell_what_arrived
        tracks = (red, blue, UndoTrack(context), Notifier(context))
        await carry(context, *(track.run() for track in tracks), on_cancel=Commands(context).cancel_from_ui)
        await workflow.wait_condition(workflow.all_handlers_finished)
        context.state.order_status = rules.end_status(context.state)
        context.state.ended = True
        context.milestone()
        return context.view()

    @workflow.signal(name=Signal.ORDER_CONFIRMED, description="red 4 · the OMS confirmed or rejected the order")
    def order_confirmed(self, event: Any) -> None:  # noqa: ANN401  a typed argument that does not decode is dropped
        """Red 4 by webhook."""
        self._hear(Signal.ORDER_CONFIRMED, event)

    @workflow.signal(name=Signal.ORDER_STATUS, description="a status of the OMS (allocated, picked, … cancelled)")
    def order_status(self, event: Any) -> None:  # noqa: ANN401  as above
        """The OMS's own progress."""
        self._hear(Signal.ORDER_STATUS, event)

    @workflow.signal(name=Signal.GOODS_ISSUED, description="red 6 · PGI: the goods left the warehouse")
    def goods_issued(self, event: Any) -> None:  # noqa: ANN401  as above
        """Red 6 of an outbound."""
        self._hear(Signal.GOODS_ISSUED, event)

    @workflow.signal(name=Signal.GOODS_RECEIVED, description="red 6 · GRN: returned goods are back in the warehouse")
    def goods_received(self, event: Any) -> None:  # noqa: ANN401  as above
        """Red 6 of a return."""
        self._hear(Signal.GOODS_RECEIVED, event)

    @workflow.signal(name=Signal.AWB_ASSIGNED, description="the courier's waybill number is known")
    def awb_assigned(self, event: Any) -> None:  # noqa: ANN401  as above
        """The AWB."""
        self._hear(Signal.AWB_ASSIGNED, event)

    @workflow.signal(name=Signal.SHIPMENT_STATUS, description="blue 7 · a shipment status of the courier")
    def shipment_status(self, event: Any) -> None:  # noqa: ANN401  as above
        """Blue 7."""
        self._hear(Signal.SHIPMENT_STATUS, event)

    @workflow.signal(name=TRACKING_ID_SHARED, description="another open order has this order's tracking id")
    def tracking_id_shared(self) -> None:
        """Events that carry only the tracking id wait for a human."""
        rules.flag(self._context.state, "another open order has this tracking id: events that carry only it wait")

    @workflow.signal(dynamic=True, description="anything else is kept as an unusable event")
    def unknown_signal(self, name: str, args: Sequence[RawValue]) -> None:  # noqa: ARG002  the engine's own shape
        """Nothing sent to an order is dropped without a trace."""
        self._unusable(name)

    @workflow.update(name=Update.RETRY_STEP, description="make the call of a step in attention again")
    def retry_step(self, command: StepCommand) -> CommandDone:
        """An operator's retry."""
        return self._decide(Update.RETRY_STEP, command)

    @retry_step.validator
    def _may_retry(self, command: StepCommand) -> None:
        self._must_need_attention(command)

    @workflow.update(name=Update.SKIP_STEP, description="go on without a step in attention")
    def skip_step(self, command: StepCommand) -> CommandDone:
        """An operator's skip."""
        return self._decide(Update.SKIP_STEP, command)

    @skip_step.validator
    def _may_skip(self, command: StepCommand) -> None:
        self._must_need_attention(command)

    @workflow.update(name=Update.CONFIRM_MANUALLY, description="state a fact that a partner failed to report")
    def confirm_manually(self, command: ConfirmCommand) -> CommandDone:
        """An operator's word in a partner's place; the same rules apply to it."""
        context = self._context
        rules.note(context.state, workflow.now(), f"{command.fact} stated by {command.actor}: {command.reason}")
        rules.apply(context.state, manual.event(context.order, command, at=workflow.now()), now=workflow.now())
        self._tell_what_arrived()
        return CommandDone(message=f"{command.fact} recorded")

    @confirm_manually.validator
    def _may_confirm(self, command: ConfirmCommand) -> None:
        if refused := manual.refusal(self._context.state, command):
            raise ValueError(refused)

    @workflow.update(name=Update.CANCEL, description="cancel the order, if the OMS still lets it go")
    async def cancel(self, command: CancelCommand) -> CommandDone:
        """The client's or an operator's cancellation."""
        return await Commands(self._context).cancel(command)

    @cancel.validator
    def _may_cancel(self, command: CancelCommand) -> None:
        _must_say_who_and_why(command.actor, command.reason)
        if refused := changing.cancel_refusal(self._context.state):
            raise ValueError(refused)

    @workflow.update(name=Update.AMEND, description="change address or lines while the OMS still allows it")
    async def amend(self, command: AmendCommand) -> CommandDone:
        """The client's or an operator's amendment."""
        return await Commands(self._context).amend(command)

    @amend.validator
    def _may_amend(self, command: AmendCommand) -> None:
        _must_say_who_and_why(command.actor, command.reason)
        if refused := changing.amend_refusal(self._context.state, command.changes):
            raise ValueError(refused)

    @workflow.query(name=STATUS_QUERY, description="the order as of now")
    def status(self) -> OrderView:
        """What API and CLI show."""
        return self._context.view()

    @workflow.query(name=DELIVERIES_QUERY, description="the log of this order's client webhooks")
    def deliveries(self) -> DeliveryLog:
        """What became of each; the tries of the one under way stand with its pending activity."""
        context = self._context
        return DeliveryLog(deliveries=deliveries.views(context.order.order_number, context.state))

    @workflow.query(name=DELIVERY_QUERY, description="one client webhook with its body, by its sequence number")
    def delivery(self, sequence: int) -> DeliveryFound:
        """To send it again."""
        return found_delivery(self._context, sequence)

    @workflow.query(name=DIFFERENCES_QUERY, description="what would change if the order were told these facts")
    def differences(self, facts: Facts) -> Differences:
        """For reconciliation."""
        return Differences(differences=reconciling.differences(self._context.state, facts, now=workflow.now()))

    def card(self) -> str:
        """The status card of the Temporal UI, as of now (workflows/showing.py)."""
        return card.markdown(self._context.view())

    def _hear(self, kind: Signal, payload: object) -> None:
        try:
            event = Event.model_validate(payload)
        except ValidationError:
            self._unusable(kind.value)
            return
        rules.apply(self._context.state, event.model_copy(update={"kind": kind.value}), now=workflow.now())
        self._tell_what_arrived()

    def _tell_what_arrived(self) -> None:
        """Give what came its place in the client's sequence: after red 5, in the order of arrival, both tracks alike.

        So the places follow from the history alone. Were they given when a track comes to an event, after its local
        calls, then a workflow task that is repeated (its worker died amid those) could take a later event first, and
        tell the client two webhooks of one number.
        """
        state = self._context.state
        if not self._context.order.policy.tells_at_arrival:
            return
        untold = {event.event_id: (track, event) for track, inbox in self._inboxes for event in inbox}
        state.arrived += [known for known in untold if known not in state.arrived and known not in state.posted]
        if "red" in self._context.opening:
            return
        for track, event in (untold[known] for known in state.arrived if known in untold):
            track.tell_once(event)
        state.arrived = []

    def _unusable(self, name: str) -> None:
        state = self._context.state
        nameless = Event(event_id=f"unusable-{len(state.unusable) + 1}", kind=f"unusable {name}")
        rules.apply(state, nameless, now=workflow.now())

    def _decide(self, act: Update, command: StepCommand) -> CommandDone:
        decision = Decision(**command.model_dump(), act=act.value)
        self._context.decide(decision)
        return CommandDone(message=f"{command.step}: {act.value} recorded")

    def _must_need_attention(self, command: StepCommand) -> None:
        """Refused with a reason where it makes no sense; a refused update leaves no trace in the history."""
        parked = {problem.step: problem for problem in self._context.state.problems if problem.acts}
        _must_say_who_and_why(command.actor, command.reason)
        if command.step not in parked:
            raise ValueError(f"{command.step} does not wait for an operator; {', '.join(parked) or 'no step'} does")
        if command.corrected and not parked[command.step].correctable:
            raise ValueError(f"{command.step} sends nothing that can be corrected here")


def _must_say_who_and_why(actor: str, reason: str) -> None:
    if not actor.strip() or not reason.strip():
        raise ValueError("actor and reason are recorded: fill in both")
