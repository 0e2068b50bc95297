"""Red 1 and red 2: an order comes in, exactly one RPC makes it durable, and only then it is acknowledged."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import Request, Response
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowExecutionDescription

from interline.contracts.orders_in import OrderRequest, Terms, read_inbound, read_outbound
from interline.contracts.problems import ErrorCode, Problem, RequestError
from interline.domain.account import Account
from interline.domain.base import JsonObject
from interline.domain.order import OrderInput
from interline.domain.statuses import OrderStatus
from interline.names import MEMO_ACCEPTED, MEMO_FINGERPRINT, Attribute, order_workflow_id
from interline.runtime.accounts import Accounts
from interline.runtime.clients import Client, WebhookKind
from starter.gateway import idempotency
from starter.gateway.answers import answer
from starter.gateway.bodies import read_json
from starter.gateway.context import Gateway, authenticated, gateway
from starter.gateway.engine import ANSWER_SECONDS, within
from starter.gateway.links import order_link
from starter.gateway.policy import callback_url, terms
from starter.gateway.standing import standing, why_it_is_off, word
from starter.gateway.starting import start_order

_Reader = Callable[[JsonObject, Terms], OrderRequest]


async def create_outbound(request: Request) -> Response:
    """Red 1: create an outbound order, or a return with `order_type` RT."""
    return await _create(request, read_outbound)


async def create_return(request: Request) -> Response:
    """Red 1: create a return in Shipper's inbound form (`po_type` RT)."""
    return await _create(request, read_inbound)


async def _create(request: Request, read: _Reader) -> Response:
    client, here = authenticated(request), gateway(request)
    key = idempotency.key_of(request)
    asked = read(await read_json(request), terms(client))
    waited = await here.load.turn(request.scope["place"])
    order = _order_input(asked, client, here)
    with here.keys.alone(client.client_id, key):
        async with within(ANSWER_SECONDS - waited):
            await _require_webhooks(here.accounts, client)
            repeated = False
            if key:
                named = {"client_id": client.client_id, "path": request.scope["path"], "fingerprint": asked.fingerprint}
                repeated = await idempotency.claim(here.temporal, key, **named)
            if not await start_order(here.temporal, order, asked.fingerprint):
                accepted_at = await _same_order(here.temporal, order, asked.fingerprint, repeated=repeated)
                return _acknowledged(request, order, accepted_at, replayed=True)
    return _acknowledged(request, order, order.accepted_at.isoformat(), replayed=False)


async def _require_webhooks(accounts: Accounts, client: Client) -> None:
    """Both kinds must be active, by the client's account or the clients' file. One describe, at most every 2 s.

    A paused or disabled endpoint refuses no order: its webhooks are held.
    """
    account = await accounts.read(client.client_id) or Account()
    in_file = {kind.value: endpoint.active for kind, endpoint in client.webhooks.items()}
    active = {**in_file, **{kind: endpoint.active for kind, endpoint in account.endpoints.items()}}
    problems = [
        Problem(
            ErrorCode.WEBHOOK_KIND_INACTIVE, f"activate your {kind.value} webhook: an order needs it to report to you"
        )
        for kind in WebhookKind
        if not active.get(kind)
    ]
    if problems:
        raise RequestError(problems)


def _order_input(asked: OrderRequest, client: Client, here: Gateway) -> OrderInput:
    now = datetime.now(UTC)
    return OrderInput(
        client_id=client.client_id,
        order_number=asked.order_number,
        kind=asked.kind,
        tracking_id=asked.tracking_id,
        warehouse_id=asked.warehouse_id,
        lines=asked.lines,
        shipment=asked.shipment,
        quote_id=asked.quote_id,
        body=asked.body,
        accepted_at=now,
        callback_url=callback_url(client, here.settings),
        policy=here.policies.of_order(client, asked.shipment, at=now),
    )


async def _same_order(temporal: Temporal, order: OrderInput, fingerprint: str, *, repeated: bool) -> str:
    """When the order of this number was accepted, if it is this very order.

    `repeated`: by its key this is the first request once more, so it gets the first answer whatever came after it.

    Raises:
        RequestError: 409, it is another one, or one that will not be carried out any more.
    """
    known = await temporal.get_workflow_handle(order_workflow_id(order.client_id, order.order_number)).describe()
    memo = await known.memo()
    if memo.get(MEMO_FINGERPRINT) != fingerprint:
        raise _taken(ErrorCode.ORDER_ALREADY_EXISTS, known, order)
    if (why := why_it_is_off(known)) and not repeated:
        raise _taken(ErrorCode.ORDER_CLOSED, known, order, f"this order will not be carried out: {why}")
    return str(memo.get(MEMO_ACCEPTED, ""))


def _taken(error: ErrorCode, known: WorkflowExecutionDescription, order: OrderInput, message: str = "") -> RequestError:
    """The number is taken: by what, and where that stands."""
    link = order_link(word(known, Attribute.WAREHOUSE_ID) or order.warehouse_id, order.order_number)
    return RequestError([Problem(error, message)], data={"links": {"self": link}, **standing(known)})


def _acknowledged(request: Request, order: OrderInput, accepted_at: str, *, replayed: bool) -> Response:
    """Red 2: the order is durably recorded."""
    link = order_link(order.warehouse_id, order.order_number)
    data: JsonObject = {
        "order_no": order.order_number,
        "tracking_id": order.tracking_id,
        "status": OrderStatus.ACCEPTED.value,
        "accepted_at": accepted_at,
        "kind": order.kind.value,
        "links": {"self": link},
    }
    replay = {"idempotency-replayed": "true"} if replayed else {}
    return answer(request, 202, data, headers={"location": link, **replay})
