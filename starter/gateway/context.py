"""What every request handler works with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from fastapi import Request
from temporalio.client import Client as Temporal

from interline.contracts.canonical import fingerprint
from interline.contracts.problems import ErrorCode, RequestError, refused
from interline.domain.base import JsonObject
from interline.runtime.accounts import Accounts
from interline.runtime.clients import Client, ClientRegistry
from interline.runtime.sealing import Sealer
from interline.runtime.settings import Settings
from starter.gateway.engine import within
from starter.gateway.idempotency import InFlight, claim
from starter.gateway.limits import Buckets, Load, later
from starter.gateway.metrics import Metrics
from starter.gateway.policy import Policies
from starter.gateway.readiness import Readiness
from starter.gateway.rejections import Rejections


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts of a running gateway."""

    settings: Settings
    temporal: Temporal
    clients: ClientRegistry
    metrics: Metrics
    readiness: Readiness
    rejections: Rejections
    accounts: Accounts
    sealer: Sealer
    policies: Policies
    load: Load
    rates: Buckets = field(default_factory=Buckets)
    failures: Buckets = field(default_factory=Buckets)
    keys: InFlight = field(default_factory=InFlight)


def gateway(request: Request) -> Gateway:
    """The gateway this request came to."""
    return cast("Gateway", request.app.state.gateway)


def authenticated(request: Request) -> Client:
    """The client that owns the request's `X-API-Key`.

    Raises:
        RequestError: 401, no key or not exactly one that is known; 429, too many requests of the client, or too many
            wrong keys of the address.
    """
    keys = request.headers.getlist("x-api-key")
    if not keys or not keys[0]:
        raise refused(ErrorCode.API_KEY_MISSING)
    found = gateway(request).clients.by_api_key(keys[0]) if len(keys) == 1 else None
    if found is None:
        raise not_proven(request, ErrorCode.API_KEY_WRONG)
    key, client = found
    request.state.client_id, request.state.key_id = client.client_id, key.id
    _check_rate(gateway(request), client)
    return client


@asynccontextmanager
async def named(request: Request, client: Client, key: str | None, document: JsonObject) -> AsyncIterator[None]:
    """Hold the request's `Idempotency-Key`, if it has one, and let it name this request and no other.

    Raises:
        RequestError: 409, another request holds it; 422, it names another one; 503.
    """
    here = gateway(request)
    with here.keys.alone(client.client_id, key):
        if key:
            this = {"client_id": client.client_id, "path": request.scope["path"], "fingerprint": fingerprint(document)}
            async with within():
                await claim(here.temporal, key, **this)
        yield


def actor(request: Request) -> str:
    """Who asks, for the record: an authenticated client's key, by its id."""
    return f"API of {request.state.client_id}, key {request.state.key_id}"


def not_proven(request: Request, error: ErrorCode) -> RequestError:
    """The answer to a wrong key or signature. An address that sends many is told 429, whoever shares it may go on."""
    here = gateway(request)
    most = here.settings.failed_auth_per_minute
    address = request.client.host if request.client else ""
    wait = here.failures.wait_seconds(address, per_second=most / 60, burst=most)
    return later(ErrorCode.TOO_MANY_FAILURES, wait) if wait else refused(error)


def _check_rate(here: Gateway, client: Client) -> None:
    rate = client.requests_per_second
    if wait := here.rates.wait_seconds(client.client_id, per_second=rate, burst=max(1.0, 2 * rate)):
        raise later(ErrorCode.RATE_LIMITED, wait)
