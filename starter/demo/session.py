"""A stack of the demo's own, started and stopped as a person would: `interline up` in a process of its own."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Final

from starter.stack.errors import StackError
from starter.stack.manifest import Manifest

PACE_SECONDS: Final = 0.5
STOP_SECONDS: Final = 45.0
"""Worker and gateway may take 30 of them."""


@contextlib.asynccontextmanager
async def stack(
    state: Path, *, tell: Callable[[str], None], environ: Mapping[str, str] | None = None
) -> AsyncIterator[Manifest]:
    """A running stack on this directory; `tell` gets its progress lines, `environ` is set beside what is.

    Raises:
        StackError: it did not start, in the stack's own words.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "starter.stack.tether", str(os.getpid())),
        *(sys.executable, "-P", "-m", "starter.cli"),
        *("up", "--json", "--state", str(state), "--pace", str(PACE_SECONDS)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**20,
        start_new_session=True,
        env={**os.environ, **(environ or {})},
    )
    progress = asyncio.create_task(_relay(process, tell))
    try:
        yield await _manifest(process, progress)
    finally:
        await _stop(process)
        await progress


async def _manifest(process: asyncio.subprocess.Process, progress: asyncio.Task[str]) -> Manifest:
    line = await process.stdout.readline() if process.stdout else b""
    if not line:
        raise StackError((await progress).removeprefix("interline: "))
    return Manifest.model_validate_json(line)


async def _relay(process: asyncio.subprocess.Process, tell: Callable[[str], None]) -> str:
    """Pass each line on; returns the last one."""
    last = "the stack ended without a word"
    while process.stderr and (line := await process.stderr.readline()):
        last = line.decode(errors="replace").rstrip()
        tell(last)
    return last


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
