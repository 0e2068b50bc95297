"""What every request handler works with."""

from dataclasses import dataclass
from typing import cast

from fastapi import Request
from temporalio.client import Client as Temporal

from interline.contracts.problems import ErrorCode, refused
from interline.runtime.accounts import Accounts
from interline.runtime.clients import Client, ClientRegistry
from interline.runtime.sealing import Sealer
from interline.runtime.settings import Settings
from starter.gateway.metrics import Metrics
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


def gateway(request: Request) -> Gateway:
    """The gateway this request came to."""
    return cast("Gateway", request.app.state.gateway)


def authenticated(request: Request) -> Client:
    """The client that owns the request's `X-API-Key`.

    Raises:
        RequestError: 401, no key or not exactly one that is known.
    """
    keys = request.headers.getlist("x-api-key")
    if not keys or not keys[0]:
        raise refused(ErrorCode.API_KEY_MISSING)
    client = gateway(request).clients.by_api_key(keys[0]) if len(keys) == 1 else None
    if client is None:
        raise refused(ErrorCode.API_KEY_WRONG)
    request.state.client_id = client.client_id
    return client
