"""Commands of a client about its order: cancel, amend. Each is an update with an id, so that repeating is safe."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Final

from fastapi import Request, Response
from temporalio.client import (
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from interline.contracts.canonical import fingerprint
from interline.contracts.commands_in import read_amendment, read_cancellation
from interline.contracts.event_reading import ORDER_NUMBER
from interline.contracts.problems import ErrorCode, Problem, RequestError, refused
from interline.domain.base import JsonObject
from interline.domain.commands import AmendCommand, CancelCommand, CommandDone
from interline.names import Attribute, Update, order_workflow_id
from interline.runtime.clients import Client
from starter.gateway import idempotency
from starter.gateway.answers import answer
from starter.gateway.bodies import read_json
from starter.gateway.context import authenticated, gateway, named
from starter.gateway.engine import within
from starter.gateway.standing import standing, word

WAIT_SECONDS: Final = 1.5
"""How long a command may take before it is answered with 503: its outcome is then asked for by repeating it."""

NEVER_TAKEN: Final = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION})
"""What the server says of an update that a closed order does not have (the second, when its task failed: seen)."""

ACTOR: Final = "the client"

_Order = WorkflowHandle[object, object]


async def cancel(request: Request) -> Response:
    """Cancel an order, if the OMS still lets it go."""
    client, document = authenticated(request), await read_json(request)
    body = read_cancellation(document)
    order, described = await _find(request, client, body.order_no, body.warehouse_id)
    command = CancelCommand(actor=ACTOR, reason=body.cancel_reason)
    key = idempotency.key_of(request)
    async with named(request, client, key, document):
        await _carry_out(order, described, Update.CANCEL, command, _update_id(key, Update.CANCEL, document))
    return answer(request, 200, {"order_no": body.order_no, "status": "cancelled"})


async def amend(request: Request) -> Response:
    """Change address or lines of an order while the OMS still allows it."""
    client, document = authenticated(request), await read_json(request)
    amendment = read_amendment(document)
    number: str = request.path_params["order_no"]
    order, described = await _find(request, client, number, amendment.warehouse_id)
    command = AmendCommand(actor=ACTOR, reason=amendment.reason, changes=amendment.changes)
    key = idempotency.key_of(request)
    async with named(request, client, key, document):
        await _carry_out(order, described, Update.AMEND, command, _update_id(key, Update.AMEND, document))
    return answer(request, 200, {"order_no": number, "status": "amended", "fields": [*sorted(amendment.changes)]})


def _update_id(key: str | None, act: Update, document: JsonObject) -> str:
    """The same for a repetition: made from the client's `Idempotency-Key`, else from what the body means."""
    said = f"key {key}" if key else f"body {fingerprint(document)}"
    return f"{act.value}-{hashlib.sha256(said.encode()).hexdigest()[:40]}"


async def _find(
    request: Request, client: Client, number: str, warehouse_id: str
) -> tuple[_Order, WorkflowExecutionDescription]:
    """The client's own order. Unknown and foreign orders look the same."""
    if not ORDER_NUMBER.fullmatch(number):
        raise refused(ErrorCode.ORDER_NOT_FOUND)
    order = gateway(request).temporal.get_workflow_handle(order_workflow_id(client.client_id, number))
    async with within():
        try:
            described = await order.describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            raise refused(ErrorCode.ORDER_NOT_FOUND) from None
    if word(described, Attribute.WAREHOUSE_ID) != warehouse_id:
        raise refused(ErrorCode.ORDER_NOT_FOUND)
    return order, described


async def _carry_out(
    order: _Order,
    described: WorkflowExecutionDescription,
    act: Update,
    command: CancelCommand | AmendCommand,
    update_id: str,
) -> None:
    """Have the order take the command, or learn what became of it.

    Raises:
        RequestError: 409 refused, with where the order stands; 503 no outcome yet.
    """
    async with within():
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await _outcome(order, described, act, command, update_id)
        except WorkflowUpdateFailedError as failure:
            raise await _refusal(order, failure.cause) from None
        except LookupError:
            raise await _refusal(order, None) from None
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
            unfinished = "no outcome yet: repeat the same after Retry-After, it is done once"
            raise refused(ErrorCode.TEMPORARILY_UNAVAILABLE, unfinished) from None


async def _outcome(
    order: _Order,
    described: WorkflowExecutionDescription,
    act: Update,
    command: CancelCommand | AmendCommand,
    update_id: str,
) -> None:
    """A closed order takes no update any more, but remembers those it took.

    Raises:
        LookupError: it is closed, and never took this one.
    """
    if described.status is WorkflowExecutionStatus.RUNNING:
        try:
            await order.execute_update(act, command, id=update_id, result_type=CommandDone)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        else:
            return
    try:
        await order.get_update_handle(update_id).result(rpc_timeout=timedelta(seconds=WAIT_SECONDS))
    except RPCError as error:
        if error.status in NEVER_TAKEN:
            raise LookupError(update_id) from None
        raise


async def _refusal(order: _Order, cause: BaseException | None) -> RequestError:
    described = await order.describe()
    state = standing(described)
    said = (
        cause.message if isinstance(cause, ApplicationError) else f"the order has ended: it is {state['order_status']}"
    )
    return RequestError([Problem(ErrorCode.COMMAND_REFUSED, said)], data=state)


ROUTES: Final = (("PATCH", "/outbound/oms/cancel", cancel), ("PATCH", "/outbound/oms/{order_no}", amend))
"""In this order: no order can have the number `cancel` here."""
