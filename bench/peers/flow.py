"""The order every peer carries: the same eighteen HTTP calls with the whole order, the same seven waits for a webhook.

One after the other, which is the cheapest form: what the partners see is what they see of ours, call for call.
"""

from typing import Any, Final

import httpx

WAIT: Final = ""
STEPS: Final = (
    *("oms", "logistics", "client", WAIT),
    *("client", "oms", "logistics", WAIT),
    *("client", "wms"),
    *(WAIT, "oms", "client") * 5,
)
"""Whom to call, or to wait for the next webhook: confirmation, PGI, five statuses."""


def client() -> httpx.AsyncClient:
    """As many connections as our own worker has."""
    return httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=200, max_keepalive_connections=200))


async def call(http: httpx.AsyncClient, stub_url: str, order: dict[str, Any]) -> int:
    """One call to the stub partner; a status is all that is kept of its answer."""
    answer = await http.post(f"{stub_url}/bench", json=order, timeout=10.0)
    return answer.raise_for_status().status_code
