"""The handles other people's tools hold: a public contract of ours (docs/handles.md)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from sandbox.by_hand import EventIn, send_by_hand
from sandbox.config import Confirmation, KeyedPartner, Keys
from sandbox.sender import Sender
from sandbox.troubles import TroubleIn
from sandbox.wire import JsonObject, dumps
from sandbox.world import World

Filter = Annotated[str | None, Query()]


class ManualIn(BaseModel):
    """The body of `POST /_manual`; what is absent stays as it is."""

    on: bool | None = None
    confirmation: Confirmation | None = None
    parcels: Annotated[int, Field(ge=1, le=9)] | None = None
    """Into how many parcels the warehouse puts each order."""


class PartnerIn(BaseModel):
    """The body of `POST /_partners`; without a client for all of them."""

    partner: KeyedPartner
    keys: Keys
    client_id: str | None = None


def handles(world: World, sender: Sender) -> APIRouter:
    """All handles of one sandbox."""
    router = APIRouter()
    _add_witnesses(router, world)
    _add_switches(router, world)

    @router.post("/_events")
    async def events(body: EventIn) -> list[JsonObject]:
        """Send a webhook now."""
        return await send_by_hand(world, sender, body)

    return router


def _add_witnesses(router: APIRouter, world: World) -> None:
    @router.get("/_ledger")
    async def ledger(partner: Filter = None, order: Filter = None, step: Filter = None) -> Response:
        return _items(world.ledger.calls(partner=partner, order=order, step=step))

    @router.delete("/_ledger")
    async def forget(partner: Filter = None, order: Filter = None, step: Filter = None) -> JsonObject:
        return {"deleted": world.ledger.forget(partner=partner, order=order, step=step)}

    @router.get("/_inbox")
    async def inbox(client: Filter = None, order: Filter = None) -> Response:
        return _items(world.ledger.inbox(client=client, order=order))

    @router.get("/_sent")
    async def sent(order: Filter = None) -> Response:
        return _items(world.outbox.sent(order))

    @router.get("/_schedule")
    async def schedule() -> Response:
        return _items(world.outbox.schedule())


def _add_switches(router: APIRouter, world: World) -> None:
    @router.get("/_troubles")
    async def troubles() -> Response:
        return _items(world.troubles.items())

    @router.post("/_troubles")
    async def trouble(body: TroubleIn) -> JsonObject:
        return {"id": world.troubles.add(body), **body.model_dump()}

    @router.delete("/_troubles")
    async def no_trouble() -> JsonObject:
        return {"deleted": world.troubles.clear()}

    @router.post("/_manual")
    async def manual(body: ManualIn) -> JsonObject:
        if body.on is not None:
            world.switches.manual = body.on
            world.outbox.changed.set()
        if body.confirmation is not None:
            world.switches.confirmation = body.confirmation
        if body.parcels is not None:
            world.switches.parcels = body.parcels
        switches = world.switches
        return {"on": switches.manual, "confirmation": switches.confirmation, "parcels": switches.parcels}

    @router.post("/_partners")
    async def partners(body: PartnerIn) -> JsonObject:
        declared = world.switches.set_keys(body.partner, body.keys, client_id=body.client_id)
        return {"partner": body.partner, "keys": body.keys, "declared": declared}


def _items(items: list[JsonObject]) -> Response:
    return Response(dumps({"items": items}), media_type="application/json")
