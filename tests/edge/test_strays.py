"""Events without an open order, on the real workflow: early, late, ambiguous, unusable, many; an operator's word."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.worker import Worker

from activities.strays import Strays
from interline.domain import stray_rules as rules
from interline.domain.base import JsonObject
from interline.domain.calls import Acknowledged, Delivered, SendWebhook, UpdateShipment
from interline.domain.commands import CommandDone
from interline.domain.events import Event
from interline.domain.statuses import StrayReason
from interline.domain.stray import EndedOrder, KeptEvent, StrayCommand, StrayEvent, StrayInput, StrayState
from interline.names import (
    ORDER_QUEUE,
    STATUS_QUERY,
    TRACKING_ID_SHARED,
    Activity,
    Partner,
    StrayUpdate,
    order_workflow_id,
    stray_workflow_id,
)
from tests.gateway.fakes import Order
from tests.gateway.support import OMS_SECRET, OUTBOUND, Engine, Http, a_status, an_order, signed, unique
from worker import runner
from workflows.stray import Stray

SHIPMENT = "/webhooks/shop/logistics/status"
STATUS = "/webhooks/shop/oms/status"
PGI = "/webhooks/shop/fulfillment/pgi"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

Room = WorkflowHandle[object, StrayState]


class Heard:
    """What the OMS and the client platform were told."""

    def __init__(self) -> None:
        self.webhooks: list[SendWebhook] = []
        self.updates: list[UpdateShipment] = []

    @activity.defn(name=Activity.CLIENT_SEND_WEBHOOK)
    async def send_webhook(self, call: SendWebhook) -> Delivered:
        """Take it."""
        self.webhooks.append(call)
        return Delivered(status=200)

    @activity.defn(name=Activity.OMS_UPDATE_SHIPMENT_STATUS)
    async def update(self, call: UpdateShipment) -> Acknowledged:
        """Take it."""
        self.updates.append(call)
        return Acknowledged()


@pytest.fixture
async def heard(temporal: Temporal) -> AsyncIterator[Heard]:
    """A worker with the real `Stray`."""
    told = Heard()
    calls: list[Callable[..., Any]] = [Strays(temporal).hand_over, told.send_webhook, told.update]
    orders = Worker(
        temporal, task_queue=ORDER_QUEUE, workflows=[Order, Stray], activities=calls, workflow_runner=runner()
    )
    async with orders, Worker(temporal, task_queue=Partner.OMS.queue, activities=calls):
        yield told


def room(temporal: Temporal, key: str, client_id: str = "shop") -> Room:
    return temporal.get_workflow_handle(stray_workflow_id(client_id, key), result_type=StrayState)


async def settled(where: Room, state: str, count: int = 1, *, patience_seconds: float = 20) -> StrayState:
    """The room, once so many of its events are in that state."""
    async with asyncio.timeout(patience_seconds):
        while True:
            seen: StrayState = await where.query(STATUS_QUERY, result_type=StrayState)
            if sum(kept.state == state for kept in seen.events) >= count and all(
                kept.told for kept in seen.events if kept.state == "late"
            ):
                return seen
            await asyncio.sleep(0.05)


def goods_issue(number: str) -> bytes:
    """The fulfillment center's webhook."""
    return f'{{"order_no": "{number}", "doc_no": "D1", "details": [{{"sku": "A", "qty_shipped": 1}}]}}'.encode()


async def ended_order(
    shop: Http, temporal: Temporal, events: list[JsonObject], *, goods_issue_id: str = ""
) -> tuple[str, str]:
    """An order that took these courier statuses and has ended: its number and tracking id."""
    order = an_order()
    number = str(order["so_number"])
    assert (await shop.post(OUTBOUND, json=order)).status_code == 202
    for event in events:
        assert (await shop.post(SHIPMENT, json={**event, "external_id": number})).status_code == 200
    pgi = goods_issue(number)
    proof = signed(pgi, webhook_id=goods_issue_id or unique("msg"))
    assert (await shop.post(PGI, content=pgi, headers=proof)).status_code == 200
    await temporal.get_workflow_handle(order_workflow_id("shop", number)).result()
    return number, str(order["tracking_id"])


async def test_an_early_event_waits_for_its_order(shop: Http, heard: Heard, temporal: Temporal, engine: Engine) -> None:
    order = an_order()
    number = str(order["so_number"])
    event = a_status(external_id=number)
    for _ in range(3):
        assert (await shop.post(SHIPMENT, json=event)).status_code == 200
    await settled(room(temporal, number), "waiting")
    assert (await shop.post(OUTBOUND, json=order)).status_code == 202
    state = await room(temporal, number).result()
    assert [kept.state for kept in state.events] == ["handed over"]
    assert [name for name, _ in await engine.order_signals("shop", number)] == ["shipment_status"]
    assert heard.webhooks == []


async def test_a_late_event_is_told_without_a_place_in_the_sequence(
    shop: Http, heard: Heard, temporal: Temporal
) -> None:
    known = a_status()
    number, tracking = await ended_order(shop, temporal, [known])
    late = a_status(external_id=number)
    for _ in range(2):
        assert (await shop.post(SHIPMENT, json=late)).status_code == 200
    assert (await shop.post(SHIPMENT, json={**known, "external_id": number})).status_code == 200
    state = await settled(room(temporal, number), "late")
    assert [kept.state for kept in state.events] == ["late"], "the server itself remembers what the order took"
    [webhook] = heard.webhooks
    ours = webhook.body["interline"]
    assert isinstance(ours, dict)
    assert (webhook.event, webhook.sequence, ours["late"], ours["status"]) == (
        "logistics.status",
        None,
        True,
        "in_transit",
    )
    assert "sequence" not in ours
    assert (webhook.body["external_id"], webhook.body["tracking_id"]) == (number, tracking)
    assert heard.updates == [], "a status that reopens nothing is only recorded"


@pytest.mark.parametrize(("code", "status"), [(1420, "returning"), (1380, "lost_or_damaged")])
async def test_a_reopening_also_updates_the_oms(
    code: int, status: str, shop: Http, heard: Heard, temporal: Temporal
) -> None:
    number, _ = await ended_order(shop, temporal, [])
    late = a_status(external_id=number, external_status={"code": code, "name": "", "description": ""})
    assert (await shop.post(SHIPMENT, json=late)).status_code == 200
    await settled(room(temporal, number), "late")
    assert [(update.status["status"], update.step) for update in heard.updates] == [(status, "blue 7")]
    assert len(heard.webhooks) == 1


async def test_another_clients_order_is_not_reached(
    shop: Http, heard: Heard, temporal: Temporal, engine: Engine
) -> None:
    order = an_order()
    number = str(order["so_number"])
    assert (await shop.post(OUTBOUND, json=order)).status_code == 202
    event = a_status(external_id=number)
    assert (await shop.post(SHIPMENT.replace("shop", "other"), json=event)).status_code == 200
    await settled(room(temporal, number, "other"), "waiting")
    await asyncio.sleep(1.2)
    state = await settled(room(temporal, number, "other"), "waiting")
    assert [kept.reason for kept in state.events] == [StrayReason.EARLY]
    assert await engine.order_signals("shop", number) == []


async def test_two_open_orders_of_one_tracking_id_are_flagged_and_an_operator_decides(
    shop: Http, heard: Heard, temporal: Temporal, engine: Engine
) -> None:
    tracking = unique("TRACK")
    orders = [an_order(tracking_id=tracking) for _ in range(2)]
    numbers = [str(order["so_number"]) for order in orders]
    for order in orders:
        assert (await shop.post(OUTBOUND, json=order)).status_code == 202
    await engine.visible(f"TrackingId = '{tracking}'", 2)
    for _ in range(2):
        event = a_status(tracking_id=tracking)
        assert (await shop.post(SHIPMENT, json=event)).status_code == 200
    for number in numbers:
        assert await _signals(engine, number) == [TRACKING_ID_SHARED], "each is told once"
    where = room(temporal, tracking)
    state = await settled(where, "for a human", 2)
    await engine.visible(f"WorkflowType = 'Stray' AND NeedsAttention = true AND WorkflowId = '{where.id}'")
    first, second = [kept.event.event_id for kept in state.events]
    nobody = StrayCommand(event_id=first, actor="", reason="x", order_number=numbers[0])
    for name, wrong, why in (
        (StrayUpdate.ASSIGN, nobody, "actor and reason"),
        (StrayUpdate.ASSIGN, nobody.model_copy(update={"actor": "a", "order_number": " "}), "name the order"),
        (StrayUpdate.DROP, nobody.model_copy(update={"actor": "a", "event_id": "x"}), "no event x"),
    ):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await where.execute_update(name, wrong)
        assert why in str(refused.value.cause)
    right = StrayCommand(event_id=first, actor="ops", reason="the AWB says so", order_number=numbers[0])
    done = await where.execute_update(StrayUpdate.ASSIGN, right, result_type=CommandDone)
    assert numbers[0] in done.message
    await settled(where, "handed over")
    drop = StrayCommand(event_id=second, actor="ops", reason="a test of the courier")
    await where.execute_update(StrayUpdate.DROP, drop, result_type=CommandDone)
    state = await where.result()
    assert [kept.state for kept in state.events] == ["handed over", "dropped"]
    assert [kept.note for kept in state.events] == [
        f"assigned to {numbers[0]} by ops: the AWB says so",
        "dropped by ops: a test of the courier",
    ]
    assert await _signals(engine, numbers[0]) == [TRACKING_ID_SHARED, "shipment_status"]


async def _signals(engine: Engine, number: str) -> list[str]:
    events = await engine.history(order_workflow_id("shop", number))
    told = [event.workflow_execution_signaled_event_attributes.signal_name for event in events]
    return [name for name in told if name]


async def test_an_unusable_event_waits_and_cannot_be_assigned(
    shop: Http, heard: Heard, temporal: Temporal, engine: Engine
) -> None:
    assert (await shop.post(STATUS, content=unique("nonsense"), headers={"x-api-key": OMS_SECRET})).status_code == 200
    query = "WorkflowType = 'Stray' AND NeedsAttention = true AND ExecutionStatus = 'Running'"
    await engine.visible(query)
    found = [one.id async for one in temporal.list_workflows(query)]
    where: Room = temporal.get_workflow_handle(found[0], result_type=StrayState)
    [kept] = (await settled(where, "for a human")).events
    assert kept.reason is StrayReason.UNUSABLE
    command = StrayCommand(event_id=kept.event.event_id, actor="ops", reason="x", order_number="SO-1")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await where.execute_update(StrayUpdate.ASSIGN, command)
    assert "cannot be used" in str(refused.value.cause)
    await where.execute_update(StrayUpdate.DROP, command, result_type=CommandDone)
    assert (await where.result()).events[0].state == "dropped"


async def test_a_wrong_proof_leaves_one_trace_in_ten_minutes(shop: Http, heard: Heard, temporal: Temporal) -> None:
    for _ in range(3):
        answer = await shop.post("/webhooks/other/oms/status", json={"secret": "x"}, headers={"x-api-key": "wrong"})
        assert answer.status_code == 401
    state = await settled(room(temporal, "rejected-webhooks", "other"), "for a human")
    [kept] = [kept for kept in state.events if kept.event.data["route"] == "oms/status"]
    assert (kept.reason, kept.event.raw) == (StrayReason.REJECTED, {})


async def _until_taken(shop: Http, event: JsonObject) -> None:
    """As senders do: a 503 is no answer yet, and the same event again is counted once."""
    async with asyncio.timeout(30):
        while (answer := await shop.post(SHIPMENT, json=event)).status_code == 503:  # noqa: ASYNC110  a server's state
            await asyncio.sleep(float(answer.headers["retry-after"]))
    assert answer.status_code == 200


@pytest.mark.parametrize("count", [150, pytest.param(1000, marks=pytest.mark.full)])
async def test_many_strays_are_bounded_and_counted(count: int, shop: Http, heard: Heard, temporal: Temporal) -> None:
    number = unique("SO")
    events = [a_status(external_id=number) for _ in range(count)]
    for start in range(0, count, 50):
        await asyncio.gather(*(_until_taken(shop, event) for event in events[start : start + 50]))
    async with asyncio.timeout(30):
        while True:
            state: StrayState = await room(temporal, number).query(STATUS_QUERY, result_type=StrayState)
            if len(state.events) + state.more == count:
                break
            await asyncio.sleep(0.1)
    assert len(state.events) == rules.KEPT


def _kept(event_id: str, state: str, *, came_at: datetime = NOON) -> KeptEvent:
    event = Event(event_id=event_id, kind="order_status")
    return KeptEvent(reason=StrayReason.EARLY, event=event, state=state, came_at=came_at)


def test_what_waits_longer_than_72_hours_waits_for_a_human() -> None:
    state = StrayState(client_id="shop", key="A", events=[_kept("old", "waiting"), _kept("late", "late")])
    state.events.append(_kept("new", "waiting", came_at=NOON + timedelta(hours=1)))
    rules.expire(state, now=NOON + timedelta(hours=72, seconds=1))
    assert [kept.state for kept in state.events] == ["for a human", "late", "waiting"]
    assert rules.quiet_until(state) == NOON + timedelta(hours=72)


def test_of_more_than_twenty_the_settled_ones_give_way() -> None:
    place = StrayInput(client_id="shop", key="A", order_number="A")
    settled_one = _kept("done", "handed over")
    state = StrayState(client_id="shop", key="A", events=[settled_one, *(_kept(str(n), "waiting") for n in range(19))])
    for number in (100, 100, 101):
        came = StrayEvent(reason=StrayReason.EARLY, event=Event(event_id=str(number), kind="order_status"))
        rules.keep(state, place, came, now=NOON)
    assert (len(state.events), state.more) == (20, 2)
    assert [kept.event.event_id for kept in state.events if kept.event.event_id in {"done", "100", "101"}] == ["100"]


@pytest.mark.parametrize(
    ("code", "before", "reopens"),
    [
        ("1420", "delivered", True),
        ("1380", "delivered", True),
        ("1380", "returning", True),
        ("1420", "lost_or_damaged", False),
        ("1180", "delivered", False),
        ("2000", "cancelled", False),
        ("9999", "delivered", False),
    ],
)
def test_only_listed_statuses_reopen(code: str, before: str, *, reopens: bool) -> None:
    event = Event(event_id="a", kind="shipment_status", data={"code": code})
    assert (rules.reopens(event, EndedOrder(order_number="A", logistics_status=before)) is not None) == reopens


@pytest.mark.parametrize(
    ("kind", "data", "ended", "word"),
    [
        ("goods_issued", {}, EndedOrder(order_number="A", order_status="cancelled"), "the goods left although"),
        ("goods_issued", {}, EndedOrder(order_number="A", order_status="completed"), ""),
        ("order_confirmed", {}, EndedOrder(order_number="A", order_status="rejected"), "confirmed although"),
        ("order_confirmed", {"accepted": False}, EndedOrder(order_number="A", order_status="cancelled"), ""),
        ("shipment_status", {}, EndedOrder(order_number="A", order_status="cancelled"), ""),
        ("shipment_status", {}, EndedOrder(order_number="A", order_status="confirmed", stopped=True), "nobody acts"),
    ],
)
def test_when_a_late_event_needs_a_human(kind: str, data: JsonObject, ended: EndedOrder, word: str) -> None:
    said = rules.alarm(Event(event_id="e", kind=kind, data=data), ended)
    assert word in said
    assert bool(said) == bool(word)
