"""Where a client's webhooks go, as of now: its account's memo, one describe, no worker; else the clients' file."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Final

from pydantic import SecretStr
from temporalio.client import Client as Temporal
from temporalio.service import RPCError, RPCStatusCode

from interline.domain.account import Account, EndpointSettings
from interline.domain.statuses import ClientEvent
from interline.names import MEMO_ACCOUNT, client_workflow_id
from interline.runtime.clients import Client, Endpoint, WebhookKind
from interline.runtime.sealing import Sealer

FRESH_SECONDS: Final = 2.0
"""A change holds for running orders within this time (DESIGN §8)."""
OF_ENDPOINTS: Final = frozenset({ClientEvent.WEBHOOK_PING, ClientEvent.WEBHOOK_FAILING, ClientEvent.WEBHOOK_DISABLED})
_RPC_TIMEOUT: Final = timedelta(seconds=1.8)


@dataclass(frozen=True)
class Destination:
    """One endpoint, ready to be sent to. `secrets` newest first; `held` says why nothing may be sent now."""

    kind: WebhookKind
    url: str
    active: bool
    events: list[str]
    secrets: list[SecretStr] = field(repr=False)
    rate_per_second: float | None = None
    held: str = ""
    failing_since: datetime | None = None
    well_at: datetime | None = None

    def wants(self, event: str) -> bool:
        """The client chose this event (or did not choose: then all). What is told of its endpoints cannot be chosen."""
        return not self.events or event in self.events or event in OF_ENDPOINTS


class Accounts:
    """Reads accounts; each is remembered for at most two seconds, and asked for again before they are over.

    So whoever comes often never waits: only the first one in two seconds does.
    """

    def __init__(self, temporal: Temporal, sealer: Sealer) -> None:
        self._temporal = temporal
        self._sealer = sealer
        self._known: dict[str, tuple[float, Account | None]] = {}
        self._reading: dict[str, asyncio.Task[Account | None]] = {}

    async def read(self, client_id: str, *, fresh_seconds: float = FRESH_SECONDS) -> Account | None:
        """The client's account, at most so old; None before anything was configured.

        Raises:
            RPCError: Temporal does not answer.
        """
        known = self._known.get(client_id)
        age_seconds = monotonic() - known[0] if known else float("inf")
        if known and age_seconds < fresh_seconds / 2:
            return known[1]
        reading = self._asked(client_id)
        return known[1] if known and age_seconds < fresh_seconds else await asyncio.shield(reading)

    async def destination(
        self, client: Client, kind: WebhookKind, *, fresh_seconds: float = FRESH_SECONDS
    ) -> Destination | None:
        """Where this kind goes; None when it was never configured.

        Raises:
            RPCError: Temporal does not answer.
            SealError: a secret cannot be opened.
        """
        account = await self.read(client.client_id, fresh_seconds=fresh_seconds)
        return self.destination_in(account or Account(), client, kind)

    def destination_in(self, account: Account, client: Client, kind: WebhookKind) -> Destination | None:
        """The same, from an account at hand."""
        standing = account.standing(kind)
        known, secrets = account.endpoints.get(kind), list[SecretStr]()
        if known:
            secrets = self._secrets(account, client, kind)
        elif endpoint := client.webhooks.get(kind):
            known, secrets = settings_of(endpoint), endpoint.secrets
        if known is None:
            return None
        return Destination(
            kind=kind,
            **known.model_dump(),
            secrets=secrets,
            held=standing.held,
            failing_since=standing.failing_since,
            well_at=standing.well_at,
        )

    def _secrets(self, account: Account, client: Client, kind: WebhookKind) -> list[SecretStr]:
        now = datetime.now(UTC)
        return [
            self._sealer.open(sealed, client_id=client.client_id, kind=kind)
            for sealed in account.secrets[kind]
            if sealed.ends_at is None or sealed.ends_at > now
        ]

    def _asked(self, client_id: str) -> "asyncio.Task[Account | None]":
        """The one question that is under way for this client."""
        if client_id not in self._reading:
            reading = self._reading[client_id] = asyncio.create_task(self._describe(client_id))
            reading.add_done_callback(partial(self._remember, client_id, monotonic()))
        return self._reading[client_id]

    async def _describe(self, client_id: str) -> Account | None:
        handle = self._temporal.get_workflow_handle(client_workflow_id(client_id))
        try:
            described = await handle.describe(rpc_timeout=_RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        memo = (await described.memo()).get(MEMO_ACCOUNT)
        return Account.model_validate(memo) if memo else None

    def _remember(self, client_id: str, asked_at: float, task: "asyncio.Task[Account | None]") -> None:
        del self._reading[client_id]
        if not task.cancelled() and task.exception() is None:
            self._known[client_id] = (asked_at, task.result())


def settings_of(endpoint: Endpoint) -> EndpointSettings:
    """What the clients' file says, in the account's shape."""
    return EndpointSettings(url=endpoint.url, active=endpoint.active, events=endpoint.events)
