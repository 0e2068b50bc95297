"""Blue 1 and blue 4 without an order: ask `DomesticPricing` and wait for its quote, five seconds in all."""

import base64
import secrets
from datetime import timedelta
from time import monotonic
from typing import Final

from fastapi import Request, Response
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowFailureError

from interline.contracts.envelope import pagination
from interline.contracts.pricing_in import read_pricing
from interline.contracts.pricing_out import shown
from interline.contracts.problems import ErrorCode, RequestError, refused
from interline.domain.shipment import PricingInput, Quote
from interline.domain.statuses import PricingProblem
from interline.names import ORDER_QUEUE, Workflow, quote_workflow_id
from starter.gateway.answers import answer
from starter.gateway.bodies import read_json
from starter.gateway.context import authenticated, gateway
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
    """Blue 1: what the shipment costs, cheapest first, with a quote id that an order may name (blue 4)."""
    client, here = authenticated(request), gateway(request)
    body = await read_json(request)
    shipment = read_pricing(body, terms(client), rate_type=request.path_params.get("rate_type"))
    asked = PricingInput(
        client_id=client.client_id,
        quote_id=_quote_id(),
        shipment=shipment,
        valid_seconds=here.settings.quote_valid_seconds,
    )
    quote = await _quote(here.temporal, asked)
    if quote.problem:
        raise _no_price(quote)
    count = len(quote.offers)
    pages = pagination(page=1, limit=max(1, count), elements=count, total=count, sort_by="final_price")
    return answer(request, 200, shown(quote), pagination=pages)


async def _quote(temporal: Temporal, asked: PricingInput) -> Quote:
    """Start within 2 s, then wait for what is left; a workflow nobody waits for any more ends by itself, unasked."""
    started = monotonic()
    shipment = asked.shipment
    async with within():
        handle = await temporal.start_workflow(
            Workflow.DOMESTIC_PRICING,
            asked,
            id=quote_workflow_id(asked.client_id, asked.quote_id),
            task_queue=ORDER_QUEUE,
            result_type=Quote,
            static_summary=f"quote · {asked.client_id} · {shipment.rate_type.value} {shipment.weight_kg:f} kg",
            rpc_timeout=timedelta(seconds=ANSWER_SECONDS),
        )
    try:
        async with within(PRICING_SECONDS - (monotonic() - started)):
            quote: Quote = await handle.result()
    except WorkflowFailureError:
        raise refused(ErrorCode.TEMPORARILY_UNAVAILABLE) from None
    return quote


def _no_price(quote: Quote) -> RequestError:
    """The problem, with the provider's own word on when to ask again where there is one."""
    error = _PROBLEMS.get(PricingProblem(quote.problem), ErrorCode.TEMPORARILY_UNAVAILABLE)
    if error is ErrorCode.PARTNER_UNAVAILABLE and quote.retry_after_seconds:
        return later(error, quote.retry_after_seconds)
    return refused(error)


def _quote_id() -> str:
    """`Q` and 26 characters: 130 random bits, so that nobody guesses another client's quote."""
    return "Q" + base64.b32encode(secrets.token_bytes(17)).decode()[:26]
