"""Pictures of running, waiting, parked and completed orders in the Temporal UI (`make screenshots`)."""  # noqa: INP001  a script

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import httpx
from playwright.async_api import Error, Page, async_playwright
from screenshots_release import PARKED, PARKED_TOO, in_terminal, send_update

from interline.domain.base import JsonObject
from interline.names import order_workflow_id
from interline.steps import Step, summary
from starter.demo import bodies
from starter.demo.session import stack
from starter.links import ui_link
from starter.stack.manifest import Manifest

PICTURES: Final = Path(__file__).parent / "pictures"
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PATIENCE_SECONDS: Final = 30.0
PAUSE_SECONDS: Final = 0.2
SETTLE_SECONDS: Final = 1.0
"""Labels of the timeline slide into their places."""

RUNNING, WAITING, COMPLETED = "SO-RUNNING", "SO-WAITING", "SO-COMPLETED"


class NotShownError(Exception):
    """The UI does not show what an operator has to read."""


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture: a tab of an order's page, and the texts that must be readable on it. Sizes in pixels."""

    name: str
    order: str
    tab: str
    texts: tuple[str, ...]
    width: int = 1440
    height: int = 900


IN_ATTENTION: Final = Shot(
    name="parked-status-card",
    order=PARKED,
    tab="user-metadata",
    texts=("It needs a human", "red 3 · create outbound in OMS: oms answered 422", "Next:"),
)
RELEASED: Final = Shot(
    name="released-status-card",
    order=PARKED,
    tab="user-metadata",
    texts=("order registered", "red 3 ✓", "Next:"),
)
SHOTS: Final = (
    Shot(
        name="running-timeline",
        order=RUNNING,
        tab="timeline",
        texts=("Running", "red 3 · create outbound in OMS", "red 6 · goods issue from the warehouse"),
        height=1250,
    ),
    Shot(
        name="running-status-card",
        order=RUNNING,
        tab="user-metadata",
        texts=(f"outbound {RUNNING} · demo-shop · regular 2.4 kg", "order confirmed", "Why:", "Next:", "red 5 ✓"),
    ),
    Shot(
        name="waiting-timeline",
        order=WAITING,
        tab="timeline",
        texts=("Running", "Attempt", summary(Step.RED_7)),
        height=1250,
    ),
    Shot(
        name="waiting-status-card",
        order=WAITING,
        tab="user-metadata",
        texts=("order goods_issued", summary(Step.RED_7), "wms answered 503", "Next:"),
    ),
    Shot(
        name="completed-history",
        order=COMPLETED,
        tab="history",
        texts=(
            "Completed",
            summary(Step.RED_7),
            summary(Step.BLUE_5),
            summary(Step.BLUE_6),
            "blue 7 · update shipment status in OMS (2000)",
            "blue 8 · send logistics.status",
        ),
        width=1800,
        height=2900,
    ),
)


class Orders:
    """Brings three orders into the states to be pictured, through the handles of the stack."""

    def __init__(self, manifest: Manifest, http: httpx.AsyncClient) -> None:
        self._manifest = manifest
        self._http = http

    async def prepare(self) -> None:
        """One completed; then the partners act by hand: one confirmed, one with a WMS that answers 503."""
        await self._order(COMPLETED)
        await until(f"{COMPLETED} is completed", partial(self._is, COMPLETED, "completed"))
        await self._sandbox("_manual", {"on": True, "confirmation": "webhook"})
        await self._sandbox("_troubles", {"partner": "oms", "route": "red 3", "trouble": "status:422", "count": 2})
        for number in (PARKED, PARKED_TOO):
            await self._order(number)
            await until(f"{number} waits for a human", partial(self.needs_a_human, number))
        await self._sandbox("_troubles", {"partner": "wms", "route": "red 7", "trouble": "status:503"})
        for number in (RUNNING, WAITING):
            await self._order(number)
            await until(f"{number} is registered", partial(self._is, number, "registered"))
            await self._sandbox("_events", {"event": "order_confirmed", "order": number})
            await until(f"{number} is confirmed", partial(self._is, number, "confirmed"))
        await self._sandbox("_events", {"event": "goods_issued", "order": WAITING})
        await until("the WMS was asked twice", self._was_asked_twice)

    async def _order(self, number: str) -> None:
        headers = {"X-API-Key": self._manifest.clients[0].api_key}
        url = f"{self._manifest.gateway}/v3/fulfillment/outbound/oms"
        answer = await self._http.post(url, json=bodies.outbound(number, f"T-{number}"), headers=headers)
        answer.raise_for_status()

    async def needs_a_human(self, number: str) -> bool:
        """Is it in attention?"""
        return bool((await self._view(number))["problems"])

    async def _is(self, number: str, status: str) -> bool:
        return bool((await self._view(number))["order_status"] == status)

    async def _view(self, number: str) -> JsonObject:
        headers = {"X-API-Key": self._manifest.clients[0].api_key}
        path = f"/v3/fulfillment/warehouse/{bodies.WAREHOUSE}/outbound/oms/{number}"
        answer = await self._http.get(f"{self._manifest.gateway}{path}", headers=headers)
        seen: JsonObject = answer.json()["data"]["outbound"]["interline"]
        return seen

    async def _was_asked_twice(self) -> bool:
        wanted = {"order": WAITING, "step": Step.RED_7.value}
        ledger = await self._http.get(f"{self._manifest.sandbox}/_ledger", params=wanted)
        return len(ledger.json()["items"]) > 1

    async def _sandbox(self, handle: str, body: JsonObject) -> None:
        (await self._http.post(f"{self._manifest.sandbox}/{handle}", json=body)).raise_for_status()


async def until(what: str, check: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again until it holds."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while not await check():
        if asyncio.get_running_loop().time() > deadline:
            raise NotShownError(f"not within {PATIENCE_SECONDS:.0f} s: {what}")
        await asyncio.sleep(PAUSE_SECONDS)


async def take(page: Page, manifest: Manifest, shot: Shot) -> None:
    """Open the tab, wait for every text, write the picture."""
    await page.set_viewport_size({"width": shot.width, "height": shot.height})
    await page.goto(ui_link(manifest.ui, order_workflow_id("demo-shop", shot.order)))
    await page.wait_for_url("**/timeline*")
    await page.goto(f"{page.url.rsplit('/', 1)[0]}/{shot.tab}")
    for text in shot.texts:
        await until(f"{shot.name} shows {text!r}", partial(_shows, page, text))
    await asyncio.sleep(SETTLE_SECONDS)
    await page.screenshot(path=PICTURES / f"{shot.name}.png")
    say(f"wrote docs/pictures/{shot.name}.png")


async def _shows(page: Page, text: str) -> bool:
    """On the page or in one of its frames (the status card is one), whatever the line breaks."""
    try:
        shown = [await frame.locator("body").inner_text() for frame in page.frames]
    except Error:  # a frame was replaced while it was read
        return False
    return any(text in " ".join(body.split()) for body in shown)


async def main() -> None:
    """A stack of its own, three orders, all pictures."""
    PICTURES.mkdir(exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="interline-pictures-"))
    async with stack(state, tell=say) as manifest, httpx.AsyncClient(trust_env=False) as http:
        orders = Orders(manifest, http)
        await orders.prepare()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = await browser.new_page()
            for shot in SHOTS:
                await take(page, manifest, shot)
            await release(page, manifest, orders, state)
            await browser.close()


async def release(page: Page, manifest: Manifest, orders: Orders, state: Path) -> None:
    """Both parked orders go on by a human's word."""
    await take(page, manifest, IN_ATTENTION)
    await send_update(page, PICTURES / "parked-send-update.png")
    await until(f"{PARKED} is released from the UI", partial(_gone, orders, PARKED))
    await take(page, manifest, RELEASED)
    await in_terminal(page, manifest, state, PICTURES / "parked-terminal.png")
    await until(f"{PARKED_TOO} is released from the terminal", partial(_gone, orders, PARKED_TOO))
    say("released one order from the Temporal UI and one from the terminal")


async def _gone(orders: Orders, number: str) -> bool:
    return not await orders.needs_a_human(number)


def say(line: str) -> None:
    """Progress."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    asyncio.run(main())
