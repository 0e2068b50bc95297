"""Partner webhooks (DESIGN §6): size, then proof, then content; 200 only after Temporal has every event."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from fastapi import Request, Response
from fastapi.routing import APIRoute

from interline.contracts.event_reading import Heard, Reading
from interline.contracts.partner_events import ROUTES, heard, unreadable
from interline.contracts.problems import ErrorCode, RequestError
from interline.contracts.strict_json import PARTNER_LIMITS, object_within
from interline.domain.stray import StrayInput
from interline.runtime.clients import Client, UnknownClientError
from starter.gateway.answers import answer
from starter.gateway.bodies import WEBHOOK_BYTES, read_bytes
from starter.gateway.context import Gateway, gateway, not_proven
from starter.gateway.delivery import Delivery
from starter.gateway.engine import ANSWER_SECONDS, within
from starter.gateway.policy import registered_url
from starter.gateway.proof import Proof, Sent, proof_of
from starter.gateway.rejections import TRACES, trace
from starter.gateway.strays import keep_stray

_log = structlog.get_logger("gateway")

PREFIX: Final = "/webhooks/{client_id}/"
DRIFT_SECONDS: Final = 60.0
"""A sender's clock that is further off is told in the log: at five minutes its webhooks are refused."""
NOBODY: Final = "unknown"


async def receive(request: Request) -> Response:
    """Take a partner's webhook. Once its sender is proven, no content is refused."""
    here, route = gateway(request), _route(request)
    sent = Sent(await read_bytes(request, most_bytes=WEBHOOK_BYTES))
    client = _client(here, request.path_params["client_id"])
    proof = _proof(request, here, client, route, sent) if client else None
    if client is None or proof is None:
        await _reject(here, client, route)
        raise not_proven(request, ErrorCode.WEBHOOK_SIGNATURE_INVALID)
    request.state.client_id = client.client_id
    if abs(proof.drift_seconds) > DRIFT_SECONDS:
        _log.warning("webhook.clock_drift", client_id=client.client_id, route=route, seconds=round(proof.drift_seconds))
    waited = await here.load.turn(request.scope["place"])
    delivery = Delivery(here.temporal, client, here.policies, seconds=ANSWER_SECONDS - waited)
    await delivery.deliver(_events(sent, _reading(client, route, proof)))
    return answer(request, 200)


def _route(request: Request) -> str:
    """The path after the client, as `ROUTES` has it."""
    route = request.scope["route"]
    return route.path.removeprefix(PREFIX) if isinstance(route, APIRoute) else ""


def _client(here: Gateway, client_id: str) -> Client | None:
    try:
        return here.clients.get(client_id)
    except UnknownClientError:
        return None


def _proof(request: Request, here: Gateway, client: Client, route: str, sent: Sent) -> Proof | None:
    kind = ROUTES[route].kind
    inbound = client.webhooks_in.get(kind)
    if inbound is None:
        return None
    url = registered_url(client, kind, route, here.settings)
    return proof_of(inbound, request.headers.getlist, sent, registered_url=url)


async def _reject(here: Gateway, client: Client | None, route: str) -> None:
    """A counter, a log line, and for a client that we know a trace; none of them changes the answer."""
    here.metrics.rejected_webhook(route)
    if here.rejections.note(client.client_id if client else NOBODY, route) and client:
        traced = trace(ROUTES[route].kind, route, at=datetime.now(UTC))
        try:
            async with within():
                await keep_stray(here.temporal, StrayInput(client_id=client.client_id, key=TRACES), traced)
        except RequestError:
            here.rejections.untraced(client.client_id, route)


def _reading(client: Client, route: str, proof: Proof) -> Reading:
    partner, kind = ROUTES[route]
    return Reading(kind, partner, ZoneInfo(client.warehouse_zone), datetime.now(UTC), proof.sender_id)


def _events(sent: Sent, reading: Reading) -> list[Heard]:
    try:
        return heard(object_within(sent.said(), PARTNER_LIMITS), reading)
    except RequestError as error:
        return [unreadable(sent.body, reading, f"the body cannot be read: {error}")]
    except Exception as error:  # noqa: BLE001  a reader's bug must not lose an event that its sender may never repeat
        _log.error("webhook.reader_fault", kind=reading.kind.value, error=type(error).__name__)
        return [unreadable(sent.body, reading, "a fault of our reader")]
