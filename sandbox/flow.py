"""What the partners do by themselves: which fact leads to which event, one pace later (reference: seed).

create → confirmation → goods issue → the courier's statuses; for a return the courier comes first and the goods receipt
last. Facts do not wait for anybody's answer: an order is confirmed when the OMS says so, heard or not.
"""

from collections.abc import Callable
from datetime import timedelta

from sandbox.events import SentEvent, make_event, target_of
from sandbox.fulfillment_events import parcel
from sandbox.movements import awbs, booked
from sandbox.outbox import Event
from sandbox.records import Record
from sandbox.shipment_events import DELIVERED
from sandbox.subject import Subject, find_subject, subject_of
from sandbox.wire import JsonObject, iso, now
from sandbox.world import World

ALLOCATED, CANCELLED, CLOSED = "40", "90", "99"


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
        _plan_goods(world, subject_of(record))
    return confirmed


def _plan_goods(world: World, subject: Subject) -> None:
    """One goods issue, or one for each parcel, a pace apart."""
    parts = [parcel(subject, now(), number, of=world.switches.parcels) for number in range(world.switches.parcels)]
    for paces, part in enumerate((part for part in parts if part["details"]), start=1):
        _plan(world, subject, "goods_issued", paces=paces, data=part if len(parts) > 1 else None)


def _rejected(world: World, _event: Event, record: Record | None) -> None:
    if record:
        world.records.change(record, rejected=True)


def _issued(world: World, event: Event, record: Record | None) -> None:
    if record:
        world.records.change(record, goods_issued=True, issued=booked(record, event, "issued"))
        _start_courier(world, event.client_id, event.order_no)


def _received(world: World, event: Event, record: Record | None) -> None:
    if record:
        world.records.change(record, goods_received=True, received=booked(record, event, "received"))


def _reported(world: World, event: Event, record: Record | None) -> None:
    """From 40 on the warehouse works on the order; 90 and 99 end it (§5.6)."""
    code = str(event.body.get("status_code"))
    if record:
        facts = {"allocated": code >= ALLOCATED, "cancelled": code == CANCELLED, "closed": code == CLOSED}
        world.records.change(record, **{name: True for name, holds in facts.items() if holds})


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
    "order_status": _reported,
    "goods_issued": _issued,
    "goods_received": _received,
    "shipment_status": _carried,
}


def _start_courier(world: World, client_id: str, order_no: str) -> None:
    """The courier needs both the goods and an address for its webhooks, whichever comes last."""
    orders = world.records.orders(client_id, order_no)
    webhooks = world.records.of_order("registered_webhook", client_id, order_no)
    has_goods = any(order.kind == "return" or order.body["goods_issued"] for order in orders)
    if not (webhooks and has_goods):
        return
    subject, url = find_subject(world.records, client_id, order_no), webhooks[-1].body["callback_url"]
    named_parcels: list[str | None] = [awb for order in orders for awb in awbs(order)]
    for awb in named_parcels or [None]:
        if world.outbox.started(client_id, order_no, "shipment_status", awb=awb):
            continue
        named: JsonObject = {"awb": awb} if awb else {}
        for paces, code in enumerate(world.config.statuses, start=1):
            _plan(world, subject, "shipment_status", paces=paces, url=url, data={"code": code, **named})


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
