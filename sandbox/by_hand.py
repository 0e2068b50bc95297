"""`POST /_events`: a webhook sent because somebody asked for it, once, without retries."""

import asyncio
from typing import Annotated, Any

from fastapi import HTTPException
from pydantic import BaseModel, Field

from sandbox import flow
from sandbox.events import SentEvent, make_event, target_of
from sandbox.outbox import Event, Send, Signature
from sandbox.sender import Sender
from sandbox.subject import Subject, find_subject
from sandbox.wire import JsonObject, now
from sandbox.world import World


class EventIn(BaseModel):
    """The body of `POST /_events`. `delay` is in seconds; `data` overrides and extends the event's fields."""

    event: SentEvent
    order: Annotated[str, Field(min_length=1)]
    client_id: str | None = None
    event_id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")] | None = None
    data: dict[str, Any] = {}
    copies: Annotated[int, Field(ge=1, le=1000)] = 1
    delay: Annotated[float, Field(ge=0, le=3600)] = 0
    signature: Signature = "good"
    lost: bool = False
    """It happens, and the webhook that tells of it gets lost on its way."""


async def send_by_hand(world: World, sender: Sender, asked: EventIn) -> list[JsonObject]:
    """Send the copies at the same time; the gateway's status for each, None where no answer came."""
    await asyncio.sleep(asked.delay)
    with world.store.transaction():
        event = _event(world, asked)
        send = world.outbox.plan(event, due_at=now().timestamp(), state="by_hand")
        if asked.signature == "good":
            flow.happened(world, event)
    if asked.lost:
        return [{"event_id": event.event_id, "gateway_status": None}]
    statuses = await asyncio.gather(*(_send_copy(world, sender, send) for _ in range(asked.copies)))
    return [{"event_id": event.event_id, "gateway_status": status} for status in statuses]


async def _send_copy(world: World, sender: Sender, send: Send) -> int | None:
    world.outbox.begin(send)
    status = await sender.post(send.event)
    world.outbox.answered(send, status)
    return status


def _event(world: World, asked: EventIn) -> Event:
    client_id = asked.client_id or world.records.owner(asked.order) or world.config.clients[0].client_id
    subject = find_subject(world.records, client_id, asked.order)
    target = target_of(world.config, client_id, asked.event)
    if target is None:
        raise HTTPException(422, "no such client, or no address for this event")
    return make_event(
        target,
        subject,
        asked.event,
        now(),
        url=_callback_url(world, subject) if asked.event == "shipment_status" else None,
        data=asked.data,
        event_id=asked.event_id,
        signature=asked.signature,
    )


def _callback_url(world: World, subject: Subject) -> str | None:
    """Where the provider was told to send the statuses of this order, when it was."""
    registered = world.records.of_order("registered_webhook", subject.client_id, subject.order_no)
    return str(registered[-1].body["callback_url"]) if registered else None
