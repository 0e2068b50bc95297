"""Keeps one process running."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from starter.stack.errors import StackError
from starter.stack.parts import Part
from starter.stack.readiness import Check, until

READY_SECONDS: Final = 60.0
STEADY_SECONDS: Final = 5.0
"""A process that lived shorter died at once: the next start waits, each time longer."""
LONGEST_PAUSE_SECONDS: Final = 30.0
SHOWN_CHARACTERS: Final = 300


class Keeper:
    """Starts one part, starts it again when it dies, and stops it.

    The part runs in a session of its own, so that Ctrl-C reaches the supervisor alone, and is tied to our life.
    """

    def __init__(self, part: Part, *, ready: Check) -> None:
        self.part = part
        self._ready = ready
        self._process: asyncio.subprocess.Process | None = None
        self._deaths_at_once = 0

    @property
    def pid(self) -> int:
        """Process id of the last start."""
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        """Start it and wait until it is ready.

        Raises:
            StackError: it ended, or was not ready in time. Names the log and its last line.
        """
        process = await self._spawn()
        died = asyncio.create_task(process.wait())
        ready = asyncio.create_task(until(self._ready, timeout_seconds=READY_SECONDS))
        try:
            await asyncio.wait({died, ready}, return_when=asyncio.FIRST_COMPLETED)
            if not (ready.done() and ready.result()):
                how = f"ended with code {process.returncode}" if died.done() else "was not ready in time"
                raise StackError(f"{self.part.name} {how}: {_last_line(self.part.log)} (all of it in {self.part.log})")
        finally:
            died.cancel()
            ready.cancel()

    async def keep(self, on_restart: Callable[[str], Awaitable[None]]) -> None:
        """Start it again whenever it dies; `on_restart` is told how it ended, once the new process runs."""
        while self._process:
            code, lived_seconds = await self._outlive(self._process)
            self._deaths_at_once = 0 if lived_seconds > STEADY_SECONDS else self._deaths_at_once + 1
            if self._deaths_at_once:
                await asyncio.sleep(min(2.0 ** (self._deaths_at_once - 2), LONGEST_PAUSE_SECONDS))
            await self._spawn()
            await on_restart(f"{self.part.name} ended (code {code}) and was started again")

    def terminate(self) -> None:
        """Ask it to end; whoever keeps it starts it again."""
        if self._process and self._process.returncode is None:
            self._process.terminate()

    async def stop(self) -> None:
        """Ask it to end, and kill it when its grace is over."""
        if self._process is None or self._process.returncode is not None:
            return
        self.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), self.part.grace_seconds)
        except TimeoutError:
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        """End it at once."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _spawn(self) -> asyncio.subprocess.Process:
        with self.part.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "starter.stack.tether", str(os.getpid())),
                *self.part.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.part.environ),
                cwd=self.part.cwd,
                start_new_session=True,
            )
        return self._process

    @staticmethod
    async def _outlive(process: asyncio.subprocess.Process) -> tuple[int, float]:
        begun = asyncio.get_running_loop().time()
        code = await process.wait()
        return code, asyncio.get_running_loop().time() - begun


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:SHOWN_CHARACTERS] if lines else "it said nothing"
