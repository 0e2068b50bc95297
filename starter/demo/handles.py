"""The HTTP handles of a stack, typed: the gateway as a client platform uses it, the sandbox as a witness.

Shapes: DESIGN §11 (`_ledger`, `_inbox`, `_sent`). Nothing here looks into a workflow.
"""

from datetime import UTC, datetime
from typing import Final

import httpx
from pydantic import BaseModel, Field

from interline.domain.base import JsonObject
from starter.stack.manifest import Manifest

TIMEOUT_SECONDS: Final = 10.0


class Answered(BaseModel):
    """One answer of the gateway, with the times at which it was asked and at which it answered."""

    asked_at: datetime
    at: datetime
    status: int
    request_id: str
    body: JsonObject

    @property
    def data(self) -> JsonObject:
        """The envelope's data."""
        data = self.body.get("data")
        return data if isinstance(data, dict) else {}


class LedgerItem(BaseModel):
    """One call that a partner received."""

    id: str
    at: datetime
    partner: str
    client_id: str | None
    order: str | None
    step: str | None
    method: str
    path: str
    headers: dict[str, str]
    body_raw: str
    idempotency_key: str | None
    status: int | None
    applied: bool
    effect_id: str | None


class InboxItem(BaseModel):
    """One webhook that the client received."""

    id: str
    at: datetime
    client_id: str
    order: str | None
    event: str | None
    webhook_id: str | None
    sequence: int | None
    headers: dict[str, str]
    body_raw: str
    verified: bool
    status: int | None


class SendAttempt(BaseModel):
    """The gateway's answer to one try."""

    at: datetime
    gateway_status: int | None


class SentItem(BaseModel):
    """One webhook that a partner sent, with the gateway's answers."""

    id: str
    at: datetime
    partner: str
    order: str
    event: str
    event_id: str
    body_raw: str
    answers: list[SendAttempt]

    @property
    def taken_at(self) -> datetime | None:
        """When the gateway said 200."""
        return next((answer.at for answer in self.answers if answer.gateway_status == httpx.codes.OK), None)


class _Ledger(BaseModel):
    items: list[LedgerItem] = Field(default_factory=list)


class _Inbox(BaseModel):
    items: list[InboxItem] = Field(default_factory=list)


class _Sent(BaseModel):
    items: list[SentItem] = Field(default_factory=list)


class Handles:
    """A stack as its first client sees it. `http` must ignore the environment's proxies."""

    def __init__(self, manifest: Manifest, http: httpx.AsyncClient) -> None:
        self.manifest = manifest
        self._http = http

    async def post(self, path: str, body: JsonObject) -> Answered:
        """Call the client API."""
        return await self._call("POST", path, body)

    async def patch(self, path: str, body: JsonObject) -> Answered:
        """Change something by the client API."""
        return await self._call("PATCH", path, body)

    async def order(self, warehouse_id: str, number: str) -> Answered:
        """Read one order."""
        return await self._call("GET", f"/v3/fulfillment/warehouse/{warehouse_id}/outbound/oms/{number}", None)

    async def ledger(self, order: str) -> list[LedgerItem]:
        """The calls partners received for an order."""
        return _Ledger.model_validate_json(await self._witness("_ledger", order)).items

    async def inbox(self, order: str) -> list[InboxItem]:
        """The webhooks the client received for an order."""
        return _Inbox.model_validate_json(await self._witness("_inbox", order)).items

    async def sent(self, order: str) -> list[SentItem]:
        """The webhooks partners sent for an order."""
        return _Sent.model_validate_json(await self._witness("_sent", order)).items

    async def tell(self, handle: str, body: JsonObject) -> None:
        """Tell the sandbox something (`_troubles`, `_events`, `_manual`)."""
        answer = await self._http.post(f"{self.manifest.sandbox}/{handle}", json=body)
        answer.raise_for_status()

    async def _call(self, method: str, path: str, body: JsonObject | None) -> Answered:
        asked_at = datetime.now(UTC)
        headers = {"X-API-Key": self.manifest.clients[0].api_key}
        answer = await self._http.request(method, f"{self.manifest.gateway}{path}", json=body, headers=headers)
        return Answered(
            asked_at=asked_at,
            at=datetime.now(UTC),
            status=answer.status_code,
            request_id=answer.headers.get("x-request-id", ""),
            body=answer.json(),
        )

    async def _witness(self, handle: str, order: str) -> bytes:
        answer = await self._http.get(f"{self.manifest.sandbox}/{handle}", params={"order": order})
        return answer.raise_for_status().content
