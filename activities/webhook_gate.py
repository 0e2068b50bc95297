"""How much of us one endpoint may take: calls at a time, and the rate it asked for.

The rate holds over all workers by equal shares: each worker paces its share, and learns from the task queue how many
workers there are. Nothing central is written per delivery, so an endpoint without a rate costs nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Final

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from activities.webhook_room import Room
from interline.errors import HeldError
from interline.names import Partner

KNOWN_SECONDS: Final = 10.0
FORGOTTEN_SECONDS: Final = 120.0


class Gate:
    """Lets calls through to endpoints; `who` names one."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}
        self._paces: dict[str, Pace] = {}

    def room(self, who: str) -> Room:
        """The places at this endpoint."""
        return self._rooms.setdefault(who, Room())

    def keep_pace(self, who: str, key: str, *, per_second: float) -> None:
        """Wait for this call's turn.

        Raises:
            HeldError: its turn is later, and is kept for it.
        """
        self._paces.setdefault(who, Pace()).turn(key, per_second=per_second)


class Pace:
    """Turns at equal distances. Whoever came too early has a turn kept for when it comes again."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._next = 0.0
        self._kept: dict[str, float] = {}

    def turn(self, key: str, *, per_second: float) -> None:
        """Pass when it is this key's turn.

        Raises:
            HeldError: not yet; it says when.
        """
        now = self._clock()
        due = self._kept.pop(key, None)
        if due is None:
            due = max(now, self._next)
            self._next = due + 1.0 / per_second
        if due > now:
            self._kept = {known: at for known, at in self._kept.items() if at > now - FORGOTTEN_SECONDS}
            self._kept[key] = due
            raise HeldError(f"this endpoint takes {per_second:g} webhooks per second", wait_seconds=due - now)


class Workers:
    """How many workers send client webhooks now."""

    def __init__(self, temporal: Temporal) -> None:
        self._temporal = temporal
        self._count = 1
        self._known_at = -KNOWN_SECONDS

    async def count(self) -> int:
        """At least one; asked of Temporal every ten seconds at most."""
        if monotonic() - self._known_at >= KNOWN_SECONDS:
            self._known_at = monotonic()
            with suppress(RPCError):  # the last known number holds
                self._count = max(1, await self._pollers())
        return self._count

    async def _pollers(self) -> int:
        answer = await self._temporal.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=self._temporal.namespace,
                task_queue=TaskQueue(name=Partner.CLIENT_PLATFORM.queue),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
            ),
            timeout=timedelta(seconds=1),
        )
        return len({poller.identity for poller in answer.pollers})
