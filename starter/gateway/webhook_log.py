"""The delivery log by API, and sending webhooks again."""

import re
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from activities.deliveries import Deliveries
from interline.contracts.checking import check
from interline.contracts.delivery_log import RedeliverBody, read_range, shown
from interline.contracts.event_reading import ORDER_NUMBER
from interline.contracts.problems import ErrorCode, RequestError, refused
from interline.domain.deliveries import DeliveryState, DeliveryView
from interline.runtime.clients import Client
from starter.gateway.answers import answer
from starter.gateway.bodies import read_json
from starter.gateway.context import Gateway, actor, authenticated, gateway
from starter.gateway.engine import ANSWER_SECONDS, within
from starter.gateway.parameters import Parameters
from starter.gateway.webhook_settings import Handler, commanding
from starter.webhooks.log import Asked, orders_asked, read_log
from starter.webhooks.redelivery import send_again, send_many_again

LOG_SECONDS: Final = 6.0
"""Many orders are asked for their log by their worker; those that did not answer are named."""
MOST_ORDERS: Final = 100
_ID: Final = re.compile(r"(?P<order>[A-Za-z0-9_.-]{1,50})~(?P<sequence>[0-9]{1,6})", re.ASCII)


async def list_deliveries(request: Request) -> Response:
    """What was sent, is being tried, is held or has failed: newest orders first, each order in sequence.

    Raises:
        RequestError: 503, Temporal does not say which orders there are, or no order at all could be read.
    """
    client, here = authenticated(request), gateway(request)
    asked = _asked(request, client)
    deliveries = Deliveries(here.temporal)
    async with within():
        numbers = await orders_asked(deliveries, asked)
    async with within(ANSWER_SECONDS if asked.order_number else LOG_SECONDS):
        page = await read_log(deliveries, asked, numbers)
    if numbers and len(page.unread) == len(numbers):
        raise refused(ErrorCode.TEMPORARILY_UNAVAILABLE)
    return answer(request, 200, {"deliveries": [shown(view) for view in page.deliveries], "unread": [*page.unread]})


async def get_delivery(request: Request) -> Response:
    """One delivery with its tries."""
    client, here = authenticated(request), gateway(request)
    return answer(request, 200, {"delivery": shown(await _delivery(request, here, client))})


async def redeliver_one(request: Request) -> Response:
    """Send one again: a dead or waiting one by its order, one that ended beside it, marked as a replay."""
    client, here = authenticated(request), gateway(request)
    view = await _delivery(request, here, client)
    async with commanding():
        how = await send_again(here.temporal, client.client_id, view, actor=actor(request))
    return answer(request, 202, {"delivery": view.id, **how})


async def redeliver_many(request: Request) -> Response:
    """Send again: all of an order, or of a time range; all or failed only."""
    client, here = authenticated(request), gateway(request)
    read, problems = check(RedeliverBody, await read_json(request), "")
    if read is None:
        raise RequestError(problems)
    wanted = read_range(read, client.client_id, ZoneInfo(client.warehouse_zone))
    async with commanding():
        how = await send_many_again(here.temporal, wanted, actor=actor(request))
    return answer(request, 202, how)


def _asked(request: Request, client: Client) -> Asked:
    parameters = Parameters(request.query_params, ZoneInfo(client.warehouse_zone))
    state = parameters.choice("status", [state.value for state in DeliveryState])
    asked = Asked(
        client_id=client.client_id,
        order_number=parameters.word("order_no"),
        states=[DeliveryState(state)] if state in set(DeliveryState) else [],
        since=parameters.moment("since"),
        orders=parameters.number("orders", default=50, most=MOST_ORDERS),
    )
    parameters.done()
    return asked


async def _delivery(request: Request, here: Gateway, client: Client) -> DeliveryView:
    """By the id of the log (`ORDER~SEQUENCE`), or by webhook-id with `order_no` as a parameter."""
    wanted: str = request.path_params["delivery_id"]
    named = _ID.fullmatch(wanted)
    number = named["order"] if named else request.query_params.get("order_no", "")
    if not ORDER_NUMBER.fullmatch(number):
        raise refused(ErrorCode.DELIVERY_NOT_FOUND)
    async with within():
        page = await read_log(Deliveries(here.temporal), Asked(client_id=client.client_id), [number])
    if page.unread:
        raise refused(ErrorCode.TEMPORARILY_UNAVAILABLE)
    for view in page.deliveries:
        if wanted in {view.id, view.webhook_id}:
            return view
    raise refused(ErrorCode.DELIVERY_NOT_FOUND)


_PATH: Final = "/webhooks/deliveries"
ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", _PATH, list_deliveries),
    ("POST", f"{_PATH}/redeliver", redeliver_many),
    ("GET", f"{_PATH}/{{delivery_id}}", get_delivery),
    ("POST", f"{_PATH}/{{delivery_id}}/redeliver", redeliver_one),
)
