"""Two orders in attention, released by `retry_step`: one from the Temporal UI, one from the terminal (`make screenshots`)."""  # noqa: INP001, E501  a script

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

import orjson
from playwright.async_api import Page

from interline.domain.base import JsonObject
from interline.steps import Step
from starter.stack.manifest import Manifest

PARKED, PARKED_TOO = "SO-PARKED", "SO-PARKED-TOO"
DECISION: Final[JsonObject] = {
    "step": Step.RED_3.value,
    "actor": "Rani",
    "reason": "the OMS knows this warehouse now",
}
SETTLE_SECONDS: Final = 1.0
WIDTH: Final = 1080


async def send_update(page: Page, picture: Path) -> None:
    """On an order's page: *More Actions*, *Send an Update*, `retry_step`; a picture of what is about to be sent."""
    await page.get_by_role("button", name="More Actions").first.click()
    await page.get_by_role("menuitem", name="Send an Update").click()
    dialog = page.locator("dialog[open]").last
    await dialog.get_by_test_id("update-select-button").click()
    await dialog.get_by_role("option").filter(has_text="retry_step").click()
    await dialog.locator("[contenteditable=true]").click()
    await page.keyboard.insert_text(orjson.dumps(DECISION).decode())
    await dialog.locator("[contenteditable=true]").blur()  # the editor sets its text out, and the buttons move
    await asyncio.sleep(SETTLE_SECONDS)
    await dialog.screenshot(path=picture)
    await dialog.get_by_role("button", name="Submit").click()


async def in_terminal(page: Page, manifest: Manifest, state: Path, picture: Path) -> None:
    """The queue before, the same decision on the other order, the queue after, as the terminal shows them."""
    decide = ["order", "retry", PARKED_TOO, "--step", str(DECISION["step"]), "--reason", str(DECISION["reason"])]
    told = [await _run(state, *command) for command in (["attention"], decide, ["attention"])]
    text = "\n".join(told).replace(manifest.clients[0].api_key, "…")
    await page.set_viewport_size({"width": WIDTH, "height": 160})
    await page.set_content("<pre style='margin:16px;font:13px monospace'></pre>")
    await page.locator("pre").evaluate("(shown, text) => { shown.textContent = text }", text)
    await page.screenshot(path=picture, full_page=True)


async def _run(state: Path, *arguments: str) -> str:
    environ = {**os.environ, "COLUMNS": "130", "NO_COLOR": "1", "INTERLINE_STATE": str(state)}
    command = (sys.executable, "-P", "-m", "starter.cli", *arguments)
    process = await asyncio.create_subprocess_exec(
        *command, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    said = " ".join(f"'{part}'" if " " in part else part for part in arguments)
    return f"$ interline {said}\n{out.decode().rstrip()}\n"
