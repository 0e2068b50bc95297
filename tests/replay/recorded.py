"""What `make record` keeps: how each history comes about, and whose it is."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import httpx

from interline.domain.base import JsonObject
from interline.names import (
    client_workflow_id,
    idempotency_workflow_id,
    order_workflow_id,
    quote_workflow_id,
    stray_workflow_id,
)
from tests.builders import an_outbound
from tests.flows import scenarios
from tests.flows.support import PATIENCE_SECONDS, Flow
from tests.replay import paths
from tests.stack.driver import OUTBOUND

WEBHOOKS: Final = "/v3/fulfillment/webhooks"


@dataclass(frozen=True)
class Recorded:
    """`carry` makes it happen and returns the key; `workflow_id` makes the id of client and key."""

    carry: Callable[[Flow], Awaitable[str]]
    workflow_id: Callable[[str, str], str] = order_workflow_id


def _itself(_: str, key: str) -> str:
    return key


def _account(_: str, client_id: str) -> str:
    return client_workflow_id(client_id)


async def priced_by_nobody(flow: Flow) -> str:
    """A quote whose provider fails both times."""
    flow.stack.trouble("logistics", "blue 2", "status:500", count=2)
    return await scenarios.a_short_quote(flow, valid_seconds=60.0)


async def idempotency_key(flow: Flow) -> str:
    """An order with an `Idempotency-Key`; the key."""
    key = secrets.token_hex(8)
    await called(flow, "POST", OUTBOUND, an_outbound(), headers={"idempotency-key": key})
    return key


async def redelivered(flow: Flow) -> str:
    """All webhooks of a closed order are sent again; the redelivery's id."""
    number = await paths.shipped(flow, await paths.confirmed(flow))
    answer = await called(flow, "POST", f"{WEBHOOKS}/deliveries/redeliver", {"order_no": number})
    again = str(answer["redelivery"])
    await flow.temporal.get_workflow_handle(again).result()
    return again


async def configured(flow: Flow) -> str:
    """A client changes, pauses and resumes its webhooks by API."""
    chosen: JsonObject = {"logistics": {"active": True, "events": [], "rate_per_second": 50}}
    await called(flow, "PUT", WEBHOOKS, chosen, client=1)
    for act in ("pause", "resume"):
        await called(flow, "POST", f"{WEBHOOKS}/fulfillment/{act}", None, client=1)
    return flow.stack.manifest.clients[1].client_id


async def called(  # noqa: PLR0913  one HTTP request
    flow: Flow,
    method: str,
    path: str,
    body: JsonObject | None,
    *,
    client: int = 0,
    headers: Mapping[str, str] | None = None,
) -> JsonObject:
    """One call of the client API; its data."""
    manifest = flow.stack.manifest
    key = {"X-API-Key": manifest.clients[client].api_key}
    async with httpx.AsyncClient(timeout=20, trust_env=False) as http, asyncio.timeout(PATIENCE_SECONDS):
        while True:
            url = f"{manifest.gateway}{path}"
            answer = await http.request(method, url, json=body, headers={**key, **(headers or {})})
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            await asyncio.sleep(float(answer.headers["retry-after"]))
    assert answer.is_success, answer.text
    data: JsonObject = answer.json()["data"]
    return data


# `…_recorded`: blue 4 and red 5 after a late price (`OrderPolicy.records_before_telling`). The histories beside them
# are of orders that were begun before.
TOGETHER: Final[Mapping[str, Recorded]] = {
    "outbound_lookup": Recorded(scenarios.outbound),
    "outbound_quoted": Recorded(paths.quoted),
    "outbound_rejected": Recorded(scenarios.rejected),
    "outbound_delivered_before_goods": Recorded(paths.delivered_before_goods),
    "return": Recorded(scenarios.returned),
    "amended": Recorded(paths.amended),
    "stated_by_an_operator": Recorded(paths.stated),
    "cancelled_before_confirmation": Recorded(paths.cancelled_before_confirmation),
    "cancelled_after_confirmation": Recorded(paths.cancelled_after_confirmation),
    "cancelled_return": Recorded(paths.cancelled_return),
    "cancelled_from_the_ui": Recorded(paths.cancelled_from_the_ui),
    "cancelled_by_the_oms": Recorded(paths.cancelled_by_the_oms),
    "cancel_refused": Recorded(paths.cancel_refused),
    "domestic_pricing": Recorded(scenarios.quoted, quote_workflow_id),
    "stray": Recorded(scenarios.early, stray_workflow_id),
    "stray_late": Recorded(paths.late, stray_workflow_id),
    "redelivery": Recorded(redelivered, _itself),
    "idempotency_key": Recorded(idempotency_key, idempotency_workflow_id),
    "client_account": Recorded(configured, _account),
}
"""Ways on which nothing fails: they disturb nobody and are carried side by side."""

ALONE: Final[Mapping[str, Recorded]] = {
    "outbound_honoured": Recorded(partial(scenarios.outbound, keys="honoured")),
    "outbound_confirmed_in_the_answer": Recorded(scenarios.confirmed_in_the_answer),
    "local_then_durable": Recorded(scenarios.fallback),
    "price_late_recorded": Recorded(paths.price_late),
    "attention_retried": Recorded(paths.each_step_retried),
    "attention_recorded": Recorded(paths.each_step_retried),
    "attention_skipped": Recorded(paths.each_step_skipped),
    "attention_corrected": Recorded(paths.corrected),
    "attention_overdue": Recorded(paths.overdue),
    "attention_dead_webhook": Recorded(paths.dead_webhook),
    "attention_undo": Recorded(paths.undo_parked),
    "cancelled_while_parked": Recorded(paths.cancelled_while_parked),
    "cancelled_while_red_three_hangs": Recorded(paths.cancelled_while_red_3_hangs),
    "domestic_pricing_failed": Recorded(priced_by_nobody, quote_workflow_id),
    "busy": Recorded(paths.busy),
    "breaker_open": Recorded(paths.breaker_open),
}
"""Ways that need a trouble or another partner: one after the other, what harms longest last."""

IMPATIENT: Final[Mapping[str, Recorded]] = {
    "continued_amid_troubles": Recorded(paths.continued_amid_troubles),
    "continued_while_parked": Recorded(paths.continued_while_parked),
}
"""On a server that suggests a new history very soon: each is several histories."""
