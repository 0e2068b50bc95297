"""The gateway's application: routes, and the watch over Temporal's namespace."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from temporalio.client import Client as Temporal

from interline.contracts.partner_events import ROUTES
from interline.runtime.accounts import Accounts
from interline.runtime.clients import ClientRegistry
from interline.runtime.sealing import Sealer
from interline.runtime.settings import Settings
from starter.gateway import (
    commands,
    docs_page,
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
from starter.gateway.context import Gateway
from starter.gateway.limits import Load
from starter.gateway.metrics import Metrics
from starter.gateway.policy import Policies
from starter.gateway.readiness import Readiness
from starter.gateway.rejections import Rejections
from starter.gateway.routing import PlainApp

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
        policies=Policies(settings),
        load=Load(settings.max_requests),
    )
    app = PlainApp(
        here.metrics,
        here.load,
        title="Interline",
        version=documents.VERSION,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        lifespan=_watching,
    )
    app.state.gateway = here
    _add_routes(app)
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
    for path, handler in (("/docs", docs_page.page), ("/docs/{name}", docs_page.file)):
        app.add_api_route(path, handler, methods=["GET"], include_in_schema=False)
