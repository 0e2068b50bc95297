"""The order every peer carries: the same eighteen HTTP calls with the whole order, the same seven waits for a webhook.

One after the other, which is the cheapest form: what the partners see is what they see of ours, call for call.
"""

import asyncio
from typing import Any, Final

import aiohttp

TEN_SECONDS: Final = aiohttp.ClientTimeout(total=10.0)
WAIT: Final = ""
STEPS: Final = (
    *("oms", "logistics", "client", WAIT),
    *("client", "oms", "logistics", WAIT),
    *("client", "wms"),
    *(WAIT, "oms", "client") * 5,
)
"""Whom to call, or to wait for the next webhook: confirmation, PGI, five statuses."""


_sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}
"""One for each event loop: a peer may run its steps in another one than its inlet."""


async def call(stub_url: str, order: dict[str, Any]) -> int:
    """One call to the stub partner, by the library that our own worker sends with; a status is all that is kept."""
    async with _session().post(f"{stub_url}/bench", json=order, timeout=TEN_SECONDS) as answer:
        answer.raise_for_status()
        return answer.status


def _session() -> aiohttp.ClientSession:
    loop = asyncio.get_running_loop()
    if loop not in _sessions:
        _sessions[loop] = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200), trust_env=False)
    return _sessions[loop]
