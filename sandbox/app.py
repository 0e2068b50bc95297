"""The sandbox as an ASGI application: four partners and the client platform behind doors, and the handles."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import get_args

import structlog
from fastapi import FastAPI, HTTPException
from starlette.routing import BaseRoute, Route

from sandbox import client_platform, desk, logistics, oms, wms
from sandbox.answers import INVALID_INPUT, Answer, refused
from sandbox.config import KeyedPartner, SandboxConfig
from sandbox.desk import Task
from sandbox.door import Door
from sandbox.handles import handles
from sandbox.ledger import Call
from sandbox.sender import Sender
from sandbox.world import World, open_world

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_TASKS: dict[KeyedPartner, tuple[Task, ...]] = {"oms": oms.TASKS, "wms": wms.TASKS, "logistics": logistics.TASKS}


def create_app(config: SandboxConfig) -> FastAPI:
    """The application; its state is opened and the partners start to send when the server starts.

    The troubles that reset a connection need the protocol of `sandbox.server`.
    """
    world = open_world(config)
    sender = Sender(world)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        world.switches.follow_clients_file()
        app.state.sending = asyncio.create_task(sender.run())
        app.state.sending.add_done_callback(_report)
        yield
        app.state.sending.cancel()
        with suppress(asyncio.CancelledError):
            await app.state.sending
        world.store.close()

    app = FastAPI(title="Interline sandbox", lifespan=lifespan, openapi_url=None)
    app.include_router(handles(world, sender))
    app.router.routes.extend(_doors(world))

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """All well: the partners answer and send."""
        if app.state.sending.done():
            raise HTTPException(503, "the sender has stopped")
        return {"status": "ok"}

    return app


def _report(sending: asyncio.Task[None]) -> None:
    if not sending.cancelled() and (error := sending.exception()):
        structlog.get_logger().error("sandbox.sender_stopped", exc_info=error)


def _doors(world: World) -> Iterable[BaseRoute]:
    for partner in get_args(KeyedPartner):
        client_of = partial(_client_of_key, world.config, partner)
        for task in (*_TASKS[partner], *_elsewhere()):
            door = Door(world, partner, client_of, partial(desk.answer, world, partner, task))
            yield Route(f"/{partner}{task.path}", door, methods=[task.method])
    for path in client_platform.PATHS:
        client_of = partial(client_platform.client_of_path, world.config)
        witness = partial(client_platform.note, world)
        door = Door(world, "client_platform", client_of, client_platform.answer, witness)
        yield Route(f"/client{path}", door, methods=["POST"])
    yield Route("/redirected", Door(world, "redirected", lambda _call: None, _followed), methods=_METHODS)


def _client_of_key(config: SandboxConfig, partner: KeyedPartner, call: Call) -> str | None:
    return desk.client_of_key(config, partner, call.headers.get("x-api-key", ""))


def _elsewhere() -> Iterable[Task]:
    """Whatever else is asked of a partner: in the ledger as well."""
    return (Task(method, "/{rest:path}", _not_found) for method in _METHODS)


def _not_found(_world: World, _call: Call, _client_id: str) -> Answer:
    return refused(404, INVALID_INPUT, "no such route")


def _followed(_call: Call) -> Answer:
    """Somebody followed the redirect of a trouble, which nobody should."""
    return refused(404, INVALID_INPUT, "you should not have followed")
