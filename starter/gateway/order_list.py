"""The list of a client's orders, from Temporal's visibility. It follows a change by up to a few seconds."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowExecution

from interline.contracts.envelope import pagination
from interline.contracts.order_out import ORDER_TYPES, SO_STATUS, shown, statuses_named
from interline.domain.order import Kind
from interline.names import MEMO_KIND, Attribute, Workflow
from interline.runtime.clients import Client
from starter.gateway.answers import answer
from starter.gateway.context import authenticated, gateway
from starter.gateway.engine import ANSWER_SECONDS, within
from starter.gateway.order_reads import recorded_view
from starter.gateway.parameters import Parameters

REACH: Final = 1000
"""How many of the newest matches can be paged through: one RPC. Older ones are reached with `created_end`."""
MOST_PER_PAGE: Final = 100
DEFAULT_PER_PAGE: Final = 30
"""Shipper's own."""

_SEE_THE_ORDER: Final = "A list shows what was last recorded; the order itself says more."
_STATUS_WORDS: Final = sorted({*SO_STATUS.values(), *(status.value for status in SO_STATUS)})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `query` is made of checked words only."""

    query: str
    kind: Kind | None
    page: int
    limit: int

    @property
    def first(self) -> int:
        """Index of the page's first row."""
        return (self.page - 1) * self.limit


async def list_orders(request: Request) -> Response:
    """The client's orders, newest first, each as last recorded."""
    client = authenticated(request)
    wanted = _wanted(Parameters(request.query_params, ZoneInfo(client.warehouse_zone)), client)
    async with within():
        executions, total = await _page(gateway(request).temporal, wanted)
        views = [await recorded_view(execution, why=_SEE_THE_ORDER) for execution in executions]
    pages = pagination(page=wanted.page, limit=wanted.limit, elements=len(views), total=total, sort_by="-created")
    return answer(request, 200, {"outbounds": [shown(view, stale=True) for view in views]}, pagination=pages)


def _wanted(asked: Parameters, client: Client) -> Wanted:
    limit = asked.number("limit", default=DEFAULT_PER_PAGE, most=MOST_PER_PAGE)
    page = asked.number("page", default=1, most=max(1, REACH // limit))
    kinds = {name: kind for kind, name in ORDER_TYPES.items()}
    order_type = asked.choice("order_type", list(kinds))
    clauses = [f"WorkflowType = '{Workflow.ORDER}'", _equals(Attribute.CLIENT_ID, client.client_id), *_clauses(asked)]
    asked.done()
    return Wanted(" AND ".join(clauses), kinds.get(order_type or ""), page, limit)


def _clauses(asked: Parameters) -> list[str]:
    clauses = [
        _equals(attribute, word)
        for name, attribute in (("warehouse_id", Attribute.WAREHOUSE_ID), ("tracking_id", Attribute.TRACKING_ID))
        if (word := asked.word(name))
    ]
    if status := asked.choice("so_status", _STATUS_WORDS):
        names = ", ".join(f"'{name}'" for name in statuses_named(status))
        clauses.append(f"{Attribute.ORDER_STATUS} IN ({names})")
    if attention := asked.choice("needs_attention", ["true", "false"]):
        clauses.append(f"{Attribute.NEEDS_ATTENTION} = {attention}")
    if start := asked.moment("created_start"):
        clauses.append(f"StartTime >= '{_iso(start)}'")
    if end := asked.moment("created_end"):
        clauses.append(f"StartTime <= '{_iso(end)}'")
    return clauses


def _equals(attribute: Attribute, word: str) -> str:
    return f"{attribute} = '{word}'"


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


async def _page(temporal: Temporal, wanted: Wanted) -> tuple[list[WorkflowExecution], int]:
    """The page's executions and how many there are in all (with an `order_type`: among the newest `REACH`)."""
    if wanted.kind is None:
        rows, count = await asyncio.gather(
            _newest(temporal, wanted.query, wanted.first + wanted.limit), temporal.count_workflows(wanted.query)
        )
        return rows[wanted.first :], count.count
    newest = await _newest(temporal, wanted.query, REACH)
    rows = [row for row in newest if (await row.memo()).get(MEMO_KIND) == wanted.kind.value]
    return rows[wanted.first : wanted.first + wanted.limit], len(rows)


async def _newest(temporal: Temporal, query: str, most: int) -> list[WorkflowExecution]:
    timeout = timedelta(seconds=ANSWER_SECONDS)
    found = temporal.list_workflows(query, page_size=most, limit=most, rpc_timeout=timeout)
    return [execution async for execution in found]
