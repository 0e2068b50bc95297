"""Run a long command with signs of life, and leave nothing of it behind when the wait ends early."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from interline.runtime.temporal_server.binary import UnavailableError
from interline.runtime.temporal_server.search import Search

SHOWN_CHARACTERS: Final = 300
"""How much of a failed command's last line a reason carries."""


def run(
    argv: Sequence[str | Path],
    search: Search,
    *,
    log: Path,
    tick: Callable[[float], None],
    cwd: Path | None = None,
) -> None:
    """Run to the end, output to `log`; `tick` gets the seconds so far and may raise to stop it.

    Raises:
        UnavailableError: it could not be started, or failed: its last line and where to read the rest.
    """
    with log.open("wb") as output:
        try:
            # In a session of its own, so that its children end with it.
            process = subprocess.Popen(  # noqa: S603  commands of this package only
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(search.environ),
                cwd=cwd,
                start_new_session=True,
            )
        except OSError as error:
            raise UnavailableError(f"{argv[0]} does not start: {error.strerror}") from error
        exit_code = _watch(process, search.every_seconds, tick)
    if exit_code != 0:
        raise UnavailableError(f"{_last_line(log)} (all of it in {log})")


def _watch(process: subprocess.Popen[bytes], every_seconds: float, tick: Callable[[float], None]) -> int:
    begun = time.monotonic()
    try:
        while True:
            try:
                return process.wait(every_seconds)
            except subprocess.TimeoutExpired:
                tick(time.monotonic() - begun)
    except BaseException:  # also Ctrl-C
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    written = [line.strip() for line in lines if line.strip()]
    return written[-1][:SHOWN_CHARACTERS] if written else "it failed without a word"
