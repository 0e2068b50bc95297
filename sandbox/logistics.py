"""The logistics provider: prices, its orders (reference: shipper-api §2, §3.5, §3.6), and webhooks per order (ours)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sandbox import flow
from sandbox.answers import INVALID_INPUT, Answer, RefusedError, done, read
from sandbox.desk import Task, checked, json_body
from sandbox.ledger import Call
from sandbox.pricing import PricingRequest, price
from sandbox.records import Record
from sandbox.shipment_events import CANCELLED, DELIVERED, labelled
from sandbox.wire import JsonObject, iso, now, unwrapped
from sandbox.world import World

_UNKNOWN_PREFIX = "UNKNOWN"
Text = Annotated[str, Field(min_length=1)]


class _Webhook(BaseModel):
    model_config = ConfigDict(extra="allow")

    order_no: Text
    tracking_id: Text
    callback_url: Annotated[str, Field(pattern=r"^https?://")]


def _price(_world: World, call: Call, _client_id: str) -> Answer:
    request = checked(PricingRequest, unwrapped(json_body(call), "pricing"))
    return price(request, call.params.get("rate_type"))


def _register(world: World, call: Call, client_id: str) -> Answer:
    body = unwrapped(json_body(call), "logistics_webhook")
    webhook = checked(_Webhook, body)
    record = world.records.add("registered_webhook", client_id, webhook.order_no, body, item=webhook.tracking_id)
    flow.registered(world, client_id, webhook.order_no)
    data = {"webhook_id": _webhook_id(record), "order_no": webhook.order_no, "tracking_id": webhook.tracking_id}
    return done(data, effect_id=record.effect_id)


def _list_webhooks(world: World, call: Call, client_id: str) -> Answer:
    found = world.records.of_order("registered_webhook", client_id, call.params.get("order_no", ""))
    return read({"webhooks": [{**record.body, "webhook_id": _webhook_id(record)} for record in found]})


def _unregister(world: World, call: Call, client_id: str) -> Answer:
    webhook_id = call.params["webhook_id"]
    number = webhook_id.removeprefix("wh_")
    record = world.records.get(int(number)) if number.isdecimal() else None
    if record is None or record.kind != "registered_webhook" or record.client_id != client_id:
        raise RefusedError(404, INVALID_INPUT, "webhook not found")
    world.records.remove(record)
    world.outbox.drop(client_id, record.order_no, event="shipment_status")
    return done({"webhook_id": webhook_id, "deleted": True}, effect_id=f"un{record.effect_id}")


def _webhook_id(record: Record) -> str:
    return f"wh_{record.number}"


def _show_order(world: World, call: Call, _client_id: str) -> Answer:
    tracking_id = _known(call)
    facts = world.records.of_item("tracking", tracking_id)
    data: JsonObject = {
        "order_id": tracking_id,
        "external_id": facts[-1].order_no if facts else "",
        "payment_type": "postpay",
        "awb_number": next((fact.body["awb"] for fact in reversed(facts) if fact.body["awb"]), ""),
        "trackings": [_tracking(fact) for fact in facts],
        "is_active": CANCELLED not in _codes(facts),
    }
    return read(data)


def _codes(facts: list[Record]) -> set[object]:
    return {fact.body["status"].get("code") for fact in facts}


def _tracking(fact: Record) -> JsonObject:
    return {
        "shipper_status": fact.body["status"],
        "logistic_status": labelled(1),
        "created_date": fact.body["at"],
        "awb": fact.body["awb"],
    }


def _cancel_order(world: World, call: Call, client_id: str) -> Answer:
    tracking_id = _known(call)
    facts = world.records.of_item("tracking", tracking_id)
    if DELIVERED.intersection(_codes(facts)):
        raise RefusedError(400, INVALID_INPUT, "a delivered order can not be cancelled")
    for webhook in world.records.of_item("registered_webhook", tracking_id):
        world.outbox.drop(webhook.client_id, webhook.order_no, event="shipment_status")
    if CANCELLED not in _codes(facts):
        fact: JsonObject = {"status": labelled(CANCELLED), "awb": "", "at": iso(now())}
        world.records.add("tracking", client_id, facts[-1].order_no if facts else "", fact, item=tracking_id)
    record = world.records.upsert("provider_cancellation", client_id, tracking_id, {})
    return done({"cancel_order": {"order_id": tracking_id, "cancel": True}}, effect_id=record.effect_id)


def _known(call: Call) -> str:
    """The tracking id asked for: the provider knows every one that does not say it is unknown."""
    tracking_id = call.params["tracking_id"]
    if tracking_id.startswith(_UNKNOWN_PREFIX):
        raise RefusedError(404, INVALID_INPUT, "order not found")
    return tracking_id


TASKS = (
    Task("POST", "/v3/pricing/domestic", _price),
    Task("POST", "/v3/pricing/domestic/{rate_type}", _price),
    Task("GET", "/v3/order/{tracking_id}", _show_order),
    Task("DELETE", "/v3/order/{tracking_id}", _cancel_order),
    Task("POST", "/v3/webhooks", _register),
    Task("GET", "/v3/webhooks", _list_webhooks, lookup=True),
    Task("DELETE", "/v3/webhooks/{webhook_id}", _unregister),
)
