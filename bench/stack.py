"""`interline up` as a process of ours, on a state directory of our choice: what chaos and benchmark run against."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starter.stack.manifest import Manifest
from starter.stack.places import StackDir

START_SECONDS: Final = 120.0
STOP_SECONDS: Final = 60.0


@dataclass(frozen=True)
class RunningStack:
    """A stack and where it lives. Process ids and clients are read anew each time: parts come and go."""

    directory: StackDir

    @property
    def manifest(self) -> Manifest:
        """`stack.json` as it is now."""
        return Manifest.model_validate_json(self.directory.manifest.read_bytes())

    def kill(self, part: str) -> bool:
        """Kill -9 one part; False when it was dead already."""
        try:
            os.kill(self.manifest.pids[part], signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def logs(self) -> list[Path]:
        """The log of every part."""
        return sorted(self.directory.log("any").parent.glob("*.log"))


@asynccontextmanager
async def running(root: Path, *options: str, environ: Mapping[str, str] = os.environ) -> AsyncIterator[RunningStack]:
    """Start a stack in `root`, wait until it is ready, and stop all of it at the end.

    Raises:
        RuntimeError: it did not come up; the text is the end of what it said.
    """
    StackDir(root).create()
    kept = {name: value for name, value in environ.items() if name not in {"TEMPORAL_ADDRESS", "INTERLINE_STATE"}}
    with (root / "up.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "starter.cli", "up", "--json", "--state", str(root), *options),
            env={**kept, "XDG_STATE_HOME": str(root / "home")},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            limit=1024 * 1024,
        )
    try:
        await _ready(process, root)
        yield RunningStack(StackDir(root))
    finally:
        await _stop(process)


async def _ready(process: asyncio.subprocess.Process, root: Path) -> None:
    if process.stdout is None:
        raise RuntimeError("the stack has no output")
    line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
    if not line:
        raise RuntimeError((root / "up.log").read_text()[-2000:])


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
