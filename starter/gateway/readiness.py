"""Is the gateway able to take orders? Start-up never waits for Temporal; this looks again until it is there."""

import asyncio
from datetime import timedelta
from typing import Final

import structlog
from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from interline.runtime.temporal import NamespaceNotReadyError, check_namespace

PAUSE_SECONDS: Final = 2.0
HEALTH_SECONDS: Final = 1.0

_log = structlog.get_logger("gateway")


class Readiness:
    """What is still missing, in words that say the fix; empty when ready."""

    def __init__(self, temporal: Temporal, *, retention_days: int) -> None:
        self._temporal = temporal
        self._retention_days = retention_days
        self._missing = "Temporal was not asked yet"

    async def watch(self) -> None:
        """Ask for the namespace until it has what orders rely on; it does not lose that by itself."""
        while self._missing:
            now = await self._look()
            if now != self._missing:
                _log.info("gateway.namespace", missing=now)
            self._missing = now
            await asyncio.sleep(PAUSE_SECONDS if now else 0)

    async def missing(self) -> str:
        """What is missing right now: the namespace's parts, then the connection."""
        return self._missing or await self._unreachable()

    async def _look(self) -> str:
        try:
            async with asyncio.timeout(PAUSE_SECONDS):
                await check_namespace(self._temporal, retention_days=self._retention_days)
        except NamespaceNotReadyError as error:
            return str(error)
        except (RPCError, RuntimeError, TimeoutError):  # a lazy client that cannot connect raises RuntimeError
            return "Temporal cannot be reached"
        return ""

    async def _unreachable(self) -> str:
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                healthy = await self._temporal.service_client.check_health(timeout=timedelta(seconds=HEALTH_SECONDS))
        except (RPCError, RuntimeError, TimeoutError):
            healthy = False
        return "" if healthy else "Temporal cannot be reached"
