"""The gateway's application: routes, envelope on every refusal, and the watch over Temporal's namespace."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from temporalio.client import Client as Temporal

from interline.contracts.partner_events import ROUTES
from interline.contracts.problems import ErrorCode, RequestError, refused
from interline.runtime.accounts import Accounts
from interline.runtime.clients import ClientRegistry
from interline.runtime.sealing import Sealer
from interline.runtime.settings import Settings
from starter.gateway import (
    commands,
    documents,
    health,
    order_list,
    order_reads,
    orders,
    pricing,
    webhook_log,
    webhook_settings,
    webhooks,
)
from starter.gateway.answers import refusal
from starter.gateway.context import Gateway
from starter.gateway.edge import Edge
from starter.gateway.limits import Load
from starter.gateway.metrics import Metrics
from starter.gateway.readiness import Readiness
from starter.gateway.rejections import Rejections

FULFILLMENT = "/v3/fulfillment"


def create_app(settings: Settings, client: Temporal, registry: ClientRegistry) -> FastAPI:
    """The application. It starts while Temporal is unreachable, and says so at `/readyz`."""
    sealer = Sealer.of(settings.secrets_key, base=settings.clients_file.parent)
    here = Gateway(
        settings=settings,
        temporal=client,
        clients=registry,
        metrics=Metrics(),
        readiness=Readiness(client, retention_days=settings.retention_days),
        rejections=Rejections(),
        accounts=Accounts(client, sealer),
        sealer=sealer,
        load=Load(settings.max_requests),
    )
    app = documents.DocumentedApp(
        title="Interline", version=documents.VERSION, redirect_slashes=False, redoc_url=None, lifespan=_watching
    )
    app.state.gateway = here
    _add_routes(app)
    app.add_exception_handler(RequestError, _refused)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_middleware(Edge, metrics=here.metrics, load=here.load)
    return app


@contextlib.asynccontextmanager
async def _watching(app: FastAPI) -> AsyncIterator[None]:
    here: Gateway = app.state.gateway
    watch = asyncio.create_task(here.readiness.watch())
    yield
    watch.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watch


def _add_routes(app: FastAPI) -> None:
    client_routes = (
        ("POST", "/outbound/oms", orders.create_outbound),
        ("POST", "/inbound", orders.create_return),
        ("POST", "/pricing/domestic", pricing.price),
        ("POST", "/pricing/domestic/{rate_type}", pricing.price),
        ("GET", "/warehouse/{warehouse_id}/outbound/oms/{order_no}", order_reads.get_order),
        ("GET", "/outbounds/OMS", order_list.list_orders),
        *webhook_settings.ROUTES,
        *webhook_log.ROUTES,
        *commands.ROUTES,
    )
    for method, path, handler in client_routes:
        full = FULFILLMENT + path
        app.add_api_route(full, handler, methods=[method], openapi_extra=documents.described(full))
    for path in ROUTES:
        app.add_api_route(webhooks.PREFIX + path, webhooks.receive, methods=["POST"], openapi_extra=documents.WEBHOOK)
    for path, probe in (("/healthz", health.healthz), ("/readyz", health.readyz), ("/metrics", health.metrics)):
        app.add_api_route(path, probe, methods=["GET"])


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestError):
        raise error
    return refusal(request.url.path, error)


async def _not_routed(request: Request, error: Exception) -> Response:
    """Starlette's own refusals: no such path, no such method."""
    if not isinstance(error, HTTPException):
        raise error
    code = {
        HTTPStatus.NOT_FOUND: ErrorCode.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED: ErrorCode.METHOD_NOT_ALLOWED,
    }.get(HTTPStatus(error.status_code), ErrorCode.MALFORMED_JSON)
    refusing = refused(code)
    refusing.headers = _allowed(request) if code is ErrorCode.METHOD_NOT_ALLOWED else {}
    return refusal(request.url.path, refusing)


def _allowed(request: Request) -> dict[str, str]:
    """Every method of this path; Starlette's own answer knows only the first route of it."""
    fitting = [route for route in request.app.routes if isinstance(route, APIRoute) and _fits(route, request)]
    exact = [route for route in fitting if route.path == request.url.path]
    methods = {method for route in exact or fitting for method in route.methods or ()}
    return {"allow": ", ".join(sorted(methods))}


def _fits(route: APIRoute, request: Request) -> bool:
    return route.path_regex.match(request.url.path) is not None
