"""The delivery log over many orders: the newest orders first, each order's deliveries in sequence."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from temporalio.client import WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.service import RPCError, RPCStatusCode

from activities.deliveries import Deliveries
from interline.domain.deliveries import DeliveryState, DeliveryView

AT_ONCE: Final = 8
QUERY_TIMEOUT: Final = timedelta(seconds=2)
READ_SECONDS: Final = 5.0
"""For all orders together; those that did not answer by then are named."""
OPEN_STATES: Final = frozenset({DeliveryState.WAITING, DeliveryState.RETRYING, DeliveryState.HELD, DeliveryState.DEAD})
"""An order with such a delivery is open, so closed ones need not be read."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of the log is wanted. `orders`: how many of the newest orders are looked through."""

    client_id: str
    order_number: str | None = None
    states: Sequence[DeliveryState] = ()
    since: datetime | None = None
    orders: int = 50


@dataclass(frozen=True)
class Page:
    """The deliveries, and the orders whose log nobody could give in time (no worker)."""

    deliveries: list[DeliveryView]
    unread: list[str]


async def orders_asked(deliveries: Deliveries, asked: Asked) -> list[str]:
    """The orders whose log is wanted.

    Raises:
        RPCError: Temporal does not answer.
    """
    return [asked.order_number] if asked.order_number else await _newest(deliveries, asked)


async def read_log(deliveries: Deliveries, asked: Asked, numbers: Sequence[str]) -> Page:
    """The log of these orders as of now. An order that does not exist has no deliveries."""
    room = asyncio.Semaphore(AT_ONCE)
    logs = await asyncio.gather(*(_in_time(_read(deliveries, asked.client_id, number, room)) for number in numbers))
    found = [view for log in logs if log is not None for view in log if _wanted(view, asked)]
    return Page(found, [number for number, log in zip(numbers, logs, strict=True) if log is None])


async def _in_time(reading: Awaitable[list[DeliveryView] | None]) -> list[DeliveryView] | None:
    with suppress(TimeoutError):
        return await asyncio.wait_for(reading, READ_SECONDS)
    return None


async def _newest(deliveries: Deliveries, asked: Asked) -> list[str]:
    clause = f"ClientId = '{asked.client_id}'"
    if asked.states and OPEN_STATES.issuperset(asked.states):
        clause += " AND ExecutionStatus = 'Running'"
    elif asked.since:
        clause += f" AND (ExecutionStatus = 'Running' OR CloseTime >= '{asked.since.isoformat()}')"
    return [found.rpartition(":")[2] async for found in deliveries.orders(clause, most=asked.orders)]


async def _read(
    deliveries: Deliveries, client_id: str, number: str, room: asyncio.Semaphore
) -> list[DeliveryView] | None:
    async with room:
        try:
            return await deliveries.log(client_id, number, within=QUERY_TIMEOUT)
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError):
            return None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return []
            return None


def _wanted(view: DeliveryView, asked: Asked) -> bool:
    chosen = not asked.states or view.state in asked.states
    recent = asked.since is None or (view.at or view.occurred_at) >= asked.since
    return chosen and recent
