"""Blue 1 and blue 4 without an order: ask `DomesticPricing` and wait for its quote, five seconds in all."""

import base64
import hashlib
import secrets
from datetime import timedelta
from time import monotonic
from typing import Any, Final

from fastapi import Request, Response
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from interline.contracts.envelope import pagination
from interline.contracts.pricing_in import read_pricing
from interline.contracts.pricing_out import shown
from interline.contracts.problems import ErrorCode, RequestError, refused
from interline.domain.shipment import PricingInput, Quote
from interline.domain.statuses import PricingProblem
from interline.names import ORDER_QUEUE, Workflow, quote_workflow_id
from starter.gateway import idempotency
from starter.gateway.answers import answer
from starter.gateway.bodies import PRICING_BYTES, read_json
from starter.gateway.context import authenticated, gateway, named
from starter.gateway.engine import ANSWER_SECONDS, within
from starter.gateway.limits import later
from starter.gateway.policy import terms

PRICING_SECONDS: Final = 4.9

_PROBLEMS: Final = {
    PricingProblem.PARTNER_TIMEOUT: ErrorCode.PARTNER_TIMEOUT,
    PricingProblem.PARTNER_UNAVAILABLE: ErrorCode.PARTNER_UNAVAILABLE,
    PricingProblem.PARTNER_INVALID_RESPONSE: ErrorCode.PARTNER_INVALID_RESPONSE,
    PricingProblem.NOT_SERVICEABLE: ErrorCode.NOT_SERVICEABLE,
}


async def price(request: Request) -> Response:
    """Blue 1: what the shipment costs, cheapest first, with a quote id that an order may name (blue 4).

    With an `Idempotency-Key` the quote's id follows from it, so that a repetition finds the quote that was made.
    """
    client, here = authenticated(request), gateway(request)
    key = idempotency.key_of(request)
    body = await read_json(request, most_bytes=PRICING_BYTES)
    shipment = read_pricing(body, terms(client), rate_type=request.path_params.get("rate_type"))
    asked = PricingInput(
        client_id=client.client_id,
        quote_id=_quote_id(client.client_id, key),
        shipment=shipment,
        valid_seconds=here.settings.quote_valid_seconds,
    )
    async with named(request, client, key, body):
        quote, replayed = await _quote(here.temporal, asked)
    if quote.problem:
        raise _no_price(quote)
    return _priced(request, quote, replayed=replayed)


def _priced(request: Request, quote: Quote, *, replayed: bool) -> Response:
    count = len(quote.offers)
    pages = pagination(page=1, limit=max(1, count), elements=count, total=count, sort_by="final_price")
    replay = {"idempotency-replayed": "true"} if replayed else {}
    return answer(request, 200, shown(quote), pagination=pages, headers=replay)


async def _quote(temporal: Temporal, asked: PricingInput) -> tuple[Quote, bool]:
    """The quote, and whether it was there already. Without a price it is no quote: the provider is asked again."""
    deadline = monotonic() + PRICING_SECONDS
    try:
        return await _made(temporal, asked, deadline, WorkflowIDReusePolicy.REJECT_DUPLICATE), False
    except WorkflowAlreadyStartedError:
        known = await _result(temporal.get_workflow_handle(_workflow_id(asked), result_type=Quote), deadline)
    if not known.problem:
        return known, True
    return await _made(temporal, asked, deadline, WorkflowIDReusePolicy.ALLOW_DUPLICATE), False


async def _made(temporal: Temporal, asked: PricingInput, deadline: float, reuse: WorkflowIDReusePolicy) -> Quote:
    """Start within 2 s, then wait for what is left; a workflow nobody waits for any more ends by itself, unasked."""
    shipment = asked.shipment
    async with within(min(ANSWER_SECONDS, deadline - monotonic())):
        handle = await temporal.start_workflow(
            Workflow.DOMESTIC_PRICING,
            asked,
            id=_workflow_id(asked),
            task_queue=ORDER_QUEUE,
            id_reuse_policy=reuse,
            result_type=Quote,
            static_summary=f"quote · {asked.client_id} · {shipment.rate_type.value} {shipment.weight_kg:f} kg",
            rpc_timeout=timedelta(seconds=ANSWER_SECONDS),
        )
    return await _result(handle, deadline)


async def _result(handle: WorkflowHandle[Any, Quote], deadline: float) -> Quote:
    try:
        async with within(deadline - monotonic()):
            return await handle.result()
    except WorkflowFailureError:
        raise refused(ErrorCode.TEMPORARILY_UNAVAILABLE) from None


def _workflow_id(asked: PricingInput) -> str:
    return quote_workflow_id(asked.client_id, asked.quote_id)


def _no_price(quote: Quote) -> RequestError:
    """The problem, with the provider's own word on when to ask again where there is one."""
    error = _PROBLEMS.get(PricingProblem(quote.problem), ErrorCode.TEMPORARILY_UNAVAILABLE)
    if error is ErrorCode.PARTNER_UNAVAILABLE and quote.retry_after_seconds:
        return later(error, quote.retry_after_seconds)
    return refused(error)


def _quote_id(client_id: str, key: str | None) -> str:
    """`Q` and 26 characters, 130 bits: random, or the key's own, which differ between clients."""
    named = hashlib.sha256(f"{client_id}\x1f{key}".encode()).digest()[:17] if key else secrets.token_bytes(17)
    return "Q" + base64.b32encode(named).decode()[:26]
