"""`Idempotency-Key` of an order or a price: a key names one request for as long as Temporal remembers closed workflows.

The order number protects an order by itself; the key protects a client that would make a second number for the same
order. It is taken before the order is started, so a request that died between the two goes on when it is repeated.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from fastapi import Request
from temporalio.client import Client as Temporal
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from interline.attributes import KEYWORDS
from interline.contracts.problems import ErrorCode, refused
from interline.names import MEMO_FINGERPRINT, ORDER_QUEUE, Attribute, Workflow, idempotency_workflow_id
from starter.gateway.engine import ANSWER_SECONDS

HEADER: Final = "idempotency-key"

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


def key_of(request: Request) -> str | None:
    """The request's key, if it has one.

    Raises:
        RequestError: 400, it has several, or one that is none.
    """
    sent = request.headers.getlist(HEADER)
    if len(sent) > 1 or not all(_KEY.fullmatch(key) for key in sent):
        raise refused(ErrorCode.IDEMPOTENCY_KEY_MALFORMED)
    return sent[0] if sent else None


class InFlight:
    """Keys whose request this gateway still works on."""

    def __init__(self) -> None:
        self._keys: set[tuple[str, str]] = set()

    @contextmanager
    def alone(self, client_id: str, key: str | None) -> Iterator[None]:
        """Hold the key until the answer.

        Raises:
            RequestError: 409, another request holds it.
        """
        if (client_id, key) in self._keys:
            raise refused(ErrorCode.IDEMPOTENCY_KEY_IN_FLIGHT)
        held = {(client_id, key)} if key else set()
        self._keys |= held
        try:
            yield
        finally:
            self._keys -= held


async def claim(temporal: Temporal, key: str, *, client_id: str, path: str, fingerprint: str) -> bool:
    """Let the key name this request, if it names none yet; whether it named this one before.

    Raises:
        RequestError: 422, it names another one.
    """
    named = hashlib.sha256(f"{path} {fingerprint}".encode()).hexdigest()
    workflow_id = idempotency_workflow_id(client_id, key)
    try:
        await temporal.start_workflow(
            Workflow.IDEMPOTENCY_KEY,
            id=workflow_id,
            task_queue=ORDER_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            memo={MEMO_FINGERPRINT: named},
            search_attributes=TypedSearchAttributes([SearchAttributePair(KEYWORDS[Attribute.CLIENT_ID], client_id)]),
            static_summary=f"idempotency key · {client_id}",
            rpc_timeout=timedelta(seconds=ANSWER_SECONDS),
        )
    except WorkflowAlreadyStartedError:
        known = await temporal.get_workflow_handle(workflow_id).describe()
        if (await known.memo()).get(MEMO_FINGERPRINT) != named:
            raise refused(ErrorCode.IDEMPOTENCY_KEY_REUSED) from None
        return True
    return False
