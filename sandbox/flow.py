"""What the partners do by themselves: which fact leads to which event, one pace later (reference: seed).

create → confirmation → goods issue → the courier's statuses; for a return the courier comes first and the goods receipt
last. Facts do not wait for anybody's answer: an order is confirmed when the OMS says so, heard or not.
"""

from collections.abc import Callable
from datetime import timedelta

from sandbox.events import SentEvent, make_event, target_of
from sandbox.outbox import Event
from sandbox.records import Record
from sandbox.shipment_events import DELIVERED
from sandbox.subject import Subject, find_subject, subject_of
from sandbox.wire import JsonObject, iso, now
from sandbox.world import World


def created(world: World, record: Record) -> Record:
    """The OMS has a new order and confirms it as it is set to; returns the record as it is now."""
    if world.switches.confirmation == "sync":
        return _confirm(world, record)
    if world.switches.confirmation == "webhook":
        _plan(world, subject_of(record), "order_confirmed")
    return record


def registered(world: World, client_id: str, order_no: str) -> None:
    """The provider knows where to send the statuses of this order."""
    _start_courier(world, client_id, order_no)


def happened(world: World, event: Event) -> None:
    """The fact behind an event, on its first try."""
    if fact := _FACTS.get(event.event):
        fact(world, event, world.records.get(event.record_number) if event.record_number else None)


def _confirmed(world: World, _event: Event, record: Record | None) -> None:
    if record and not record.body["confirmed"]:
        _confirm(world, record)


def _confirm(world: World, record: Record) -> Record:
    confirmed = world.records.change(record, confirmed=True)
    if record.kind == "outbound":
        _plan(world, subject_of(record), "goods_issued")
    return confirmed


def _rejected(world: World, _event: Event, record: Record | None) -> None:
    if record:
        world.records.change(record, rejected=True)


def _issued(world: World, event: Event, record: Record | None) -> None:
    if record:
        world.records.change(record, goods_issued=True)
        _start_courier(world, event.client_id, event.order_no)


def _received(world: World, _event: Event, record: Record | None) -> None:
    if record:
        world.records.change(record, goods_received=True)


def _carried(world: World, event: Event, record: Record | None) -> None:
    external = event.body.get("external_status")
    status: JsonObject = external if isinstance(external, dict) else {}
    fact: JsonObject = {"status": status, "awb": event.body.get("awb"), "at": iso(now())}
    world.records.add("tracking", event.client_id, event.order_no, fact, item=str(event.body.get("tracking_id")))
    if record and record.kind == "return" and status.get("code") in DELIVERED:
        _plan_once(world, subject_of(record), "goods_received")


_FACTS: dict[str, Callable[[World, Event, Record | None], None]] = {
    "order_confirmed": _confirmed,
    "order_rejected": _rejected,
    "goods_issued": _issued,
    "goods_received": _received,
    "shipment_status": _carried,
}


def _start_courier(world: World, client_id: str, order_no: str) -> None:
    """The courier needs both the goods and an address for its webhooks, whichever comes last."""
    orders = world.records.orders(client_id, order_no)
    webhooks = world.records.of_order("registered_webhook", client_id, order_no)
    has_goods = any(order.kind == "return" or order.body["goods_issued"] for order in orders)
    if not (webhooks and has_goods) or world.outbox.started(client_id, order_no, "shipment_status"):
        return
    subject, url = find_subject(world.records, client_id, order_no), webhooks[-1].body["callback_url"]
    for paces, code in enumerate(world.config.statuses, start=1):
        _plan(world, subject, "shipment_status", paces=paces, url=url, data={"code": code})


def _plan_once(world: World, subject: Subject, event: SentEvent) -> None:
    if not world.outbox.started(subject.client_id, subject.order_no, event):
        _plan(world, subject, event)


def _plan(  # noqa: PLR0913  what, about whom, when, where to, saying what
    world: World,
    subject: Subject,
    event: SentEvent,
    *,
    paces: int = 1,
    url: str | None = None,
    data: JsonObject | None = None,
) -> None:
    """Put an event into the outbox; nothing in manual mode, where somebody else decides what is sent."""
    target = target_of(world.config, subject.client_id, event)
    if target is None or world.switches.manual:
        return
    at = now() + timedelta(seconds=paces * world.config.pace_seconds)
    world.outbox.plan(make_event(target, subject, event, at, url=url, data=data), due_at=at.timestamp())
