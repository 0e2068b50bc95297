"""Processes of a benchmark: started together, killed together, and asked what CPU and memory they used (/proc)."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
LOOK_SECONDS: Final = 0.1


class Process:
    """One child."""

    def __init__(
        self, name: str, argv: Sequence[str | Path], *, environ: Mapping[str, str], log: Path, user: str | None = None
    ) -> None:
        self.name = name
        with log.open("ab") as out:
            self._child = subprocess.Popen(  # noqa: S603  our own programs
                [*map(str, argv)],
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    @property
    def cpu_seconds(self) -> float:
        """User and system time so far of all its threads and of its children, the ended ones included."""
        ticks, parents = _processes()
        tree = {self.pid}
        while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
            tree |= more
        return sum(ticks.get(pid, 0) for pid in tree) / TICKS_PER_SECOND

    @property
    def rss_bytes(self) -> int:
        """Resident memory now."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * PAGE_BYTES

    @property
    def is_running(self) -> bool:
        """It has not ended."""
        return self._child.poll() is None

    def stop(self, number: signal.Signals = signal.SIGTERM, *, within_seconds: float = 40.0) -> float:
        """End it; how many seconds that took."""
        begun = time.monotonic()
        if self.is_running:
            self._child.send_signal(number)
        try:
            self._child.wait(within_seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        return time.monotonic() - begun


def _processes() -> tuple[dict[int, int], dict[int, int]]:
    """Of every process its ticks (its own and those of the children it has waited for) and its parent."""
    ticks, parents = {}, {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = file.read_text().rsplit(")", 1)[1].split()
            pid = int(file.parent.name)
            parents[pid], ticks[pid] = int(fields[1]), sum(map(int, fields[11:15]))
    return ticks, parents


class Cpu:
    """CPU seconds of several processes between two moments, by what each is, and of ourselves."""

    def __init__(self, processes: Mapping[str, Process]) -> None:
        self._processes = processes
        self._begun: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._begun = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = {name: used - self._begun[name] for name, used in self._now().items()}

    def _now(self) -> dict[str, float]:
        own = os.times()
        return {
            **{what: process.cpu_seconds for what, process in self._processes.items()},
            "generator": own.user + own.system,
        }


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: str, check: Callable[[], bool], *, within_seconds: float = 60.0) -> None:
    """Look again and again.

    Raises:
        TimeoutError: it did not happen.
    """
    deadline = time.monotonic() + within_seconds
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within_seconds:g} s: {what}")
        signal.sigtimedwait([], LOOK_SECONDS)


def listens(port: int) -> bool:
    """Somebody answers on this port."""
    with socket.socket() as probe:
        probe.settimeout(LOOK_SECONDS)
        return probe.connect_ex(("127.0.0.1", port)) == 0
