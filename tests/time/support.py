"""What clients command, and what became of it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from interline.domain.base import JsonObject
from starter.demo.bodies import WAREHOUSE
from tests.flows.support import PATIENCE_SECONDS, Flow
from tests.stack.driver import OUTBOUND, Stack

REPEATS = 40
PAUSE_SECONDS = 0.25
HASTY = """
[clients.deadlines_by_service_type.hasty]
confirmation = [{ after_seconds = 0.4, act = "warn" }, { after_seconds = 0.8, act = "escalate" }, \
{ after_seconds = 1.2, act = "attention" }]
goods = [{ after_seconds = 0.4, act = "warn" }, { after_seconds = 0.8, act = "escalate" }, \
{ after_seconds = 1.2, act = "attention" }]
pickup = [{ after_seconds = 0.3, act = "escalate" }, { after_seconds = 0.5, act = "attention" }]
delivery = [{ after_seconds = 0.7, act = "warn" }, { after_seconds = 1.0, act = "escalate" }, \
{ after_seconds = 1.3, act = "attention" }]
ask_again_seconds = 0.5

[[clients]]"""


OWN_DEADLINES = """
[clients.deadlines]
confirmation = [{ after_seconds = 0.5, act = "escalate" }]

[clients.deadlines_by_service_type.patient]
confirmation = [{ after_seconds = 7200, act = "escalate" }]
"""


def make_hasty(stack: Stack) -> str:
    """Give the first client a service type of which everything is overdue within a second or so; its name."""
    file = stack.state / "clients.toml"
    first, second, rest = file.read_text().partition("\n[[clients]]")
    assert second
    file.write_text(f"{first}{HASTY}{rest}")
    return "hasty"


@contextmanager
def own_deadlines(stack: Stack) -> Iterator[None]:
    """The second client is told at once of what is late, but not for its service type *patient*."""
    file = stack.state / "clients.toml"
    before = file.read_text()
    file.write_text(f"{before}{OWN_DEADLINES}")
    try:
        yield
    finally:
        file.write_text(before)


async def cancel(flow: Flow, number: str, *, reason: str = "changed their mind", client: int = 0) -> httpx.Response:
    """`PATCH .../cancel`, repeated while there is no outcome yet, as a client does."""
    body: JsonObject = {"order_no": number, "warehouse_id": WAREHOUSE, "cancel_reason": reason}
    return await insist(flow, f"{OUTBOUND}/cancel", {"data": {"cancellation": body}}, client=client)


async def amend(flow: Flow, number: str, **changes: object) -> httpx.Response:
    """`PATCH .../{order_no}`."""
    amendment = {"warehouse_id": WAREHOUSE, "amend_reason": "the buyer moved", **changes}
    return await insist(flow, f"{OUTBOUND}/{number}", {"data": {"amendment": amendment}})


async def insist(flow: Flow, path: str, body: object, *, client: int = 0) -> httpx.Response:
    """Repeat the very same request after each 503."""
    for _ in range(REPEATS):
        answer = await patch(flow, path, body, client=client)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            return answer
        assert answer.headers["retry-after"]
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError(f"no outcome: {answer.text}")


async def patch(
    flow: Flow, path: str, body: object, *, client: int = 0, headers: dict[str, str] | None = None
) -> httpx.Response:
    """One request."""
    manifest = flow.stack.manifest
    named = {"X-API-Key": manifest.clients[client].api_key, **(headers or {})}
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        return await http.patch(f"{manifest.gateway}{path}", json=body, headers=named)


async def until(flow: Flow, number: str, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The order's view, once this holds of it (timers of the dev server are late by up to a second)."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds(view := await flow.view(number)):  # noqa: ASYNC110  the server can only be asked
            await asyncio.sleep(PAUSE_SECONDS)
    await flow.quiet(number)
    return view


def said(answer: httpx.Response) -> str:
    """The message of a refusal."""
    return str(answer.json()["metadata"]["errors"][0]["message"])


def state(answer: httpx.Response) -> str:
    """Where the order of a refused command stands."""
    return str(answer.json()["data"]["order_status"])


def undone(flow: Flow, number: str) -> list[tuple[str, str]]:
    """The calls that took something back, in the order of arrival: step and method."""
    calls = [item for item in flow.stack.ledger(number) if (item.step or "").startswith("undo")]
    return [(str(item.step), item.method) for item in calls if item.method != "GET"]
