"""What deliveries tell a client's account about its endpoints: failing, well again, gone.

Only changes are told, so a healthy delivery and a known failure cost nothing.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from temporalio.client import Client as Temporal
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from activities.tries import Tries
from interline.domain.account import AccountInput, EndpointHealth, HealthPolicy
from interline.domain.calls import SendWebhook, TryRecord
from interline.errors import Outcome
from interline.names import ENDPOINT_HEALTH, ORDER_QUEUE, Workflow, client_workflow_id
from interline.runtime.accounts import Destination

FAILING_TRIES: Final = 4
"""So many tries of a delivery fail, and nothing else is taken meanwhile: the endpoint counts as failing (WH-04)."""
_RPC_TIMEOUT: Final = timedelta(seconds=2)

log = structlog.get_logger()


def failing_since(records: Sequence[TryRecord], *, well_at: datetime | None) -> datetime | None:
    """Since when, if the failure after these records is one of enough since the endpoint took its last webhook."""
    row = [one.at for one in records if one.outcome != Outcome.HELD and (well_at is None or one.at > well_at)]
    return row[0] if len(row) + 1 >= FAILING_TRIES else None


class HealthReports:
    """Signals to `ClientAccount`, which is started where the client never configured anything."""

    def __init__(self, temporal: Temporal, policy: HealthPolicy) -> None:
        self._temporal = temporal
        self._policy = policy
        self._taken_at: dict[tuple[str, str], datetime] = {}
        """The newest success of each endpoint that this worker saw."""

    async def failed(self, call: SendWebhook, to: Destination, tries: Tries) -> None:
        """A try failed; told once so many did that it is the endpoint's fault, not that of one webhook."""
        known = (to.well_at, self._taken_at.get((call.client_id, to.kind)))
        since = failing_since(tries.records, well_at=max((at for at in known if at), default=None))
        if since and to.failing_since is None:
            await self._tell(call.client_id, to.kind, "failing", since)

    async def delivered(self, call: SendWebhook, to: Destination) -> None:
        """A success ends a row of failures."""
        self._taken_at[call.client_id, to.kind] = datetime.now(UTC)
        if to.failing_since is not None:
            await self._tell(call.client_id, to.kind, "well")

    async def gone(self, call: SendWebhook, to: Destination) -> None:
        """The receiver answered 410: it wants no more."""
        await self._tell(call.client_id, to.kind, "gone")

    async def _tell(self, client_id: str, kind: str, state: str, since: datetime | None = None) -> None:
        """Best effort: the next delivery tells it again."""
        try:
            await self._temporal.start_workflow(
                Workflow.CLIENT_ACCOUNT,
                AccountInput(client_id=client_id, policy=self._policy),
                id=client_workflow_id(client_id),
                task_queue=ORDER_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal=ENDPOINT_HEALTH,
                start_signal_args=[EndpointHealth(kind=kind, state=state, since=since)],
                static_summary=f"webhooks of {client_id}",
                rpc_timeout=_RPC_TIMEOUT,
            )
        except RPCError as error:
            log.warning("endpoint_health.not_told", client_id=client_id, kind=kind, state=state, why=error.status.name)
