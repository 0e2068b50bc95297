"""One supervisor per state directory, and no process left over from the one before."""

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import orjson

from starter.stack.errors import StackError
from starter.stack.parts import OWNER_VARIABLE
from starter.stack.places import StackDir


@contextlib.contextmanager
def owned(stack: StackDir) -> Iterator[None]:
    """Hold the directory while the stack runs. The lock ends with its process, however that dies.

    Raises:
        StackError: a stack runs there already.
    """
    with stack.lock.open("a+") as lock:
        if not _try_lock(lock):
            raise StackError(
                f"a stack runs on {stack.root} already (process {_holder(stack)}): stop it with Ctrl-C"
                f" or `kill {_holder(stack)}`, or choose another --state DIR"
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        stop_leftovers(stack)
        yield


def supervisor_pid(stack: StackDir) -> int | None:
    """The process that runs this stack now, if any."""
    if not stack.lock.is_file():
        return None
    with stack.lock.open() as lock:
        if _try_lock(lock):
            return None
    return int(_holder(stack)) if _holder(stack).isdecimal() else None


def stop_leftovers(stack: StackDir) -> None:
    """Kill what an earlier supervisor of this directory left running: recorded in its manifest, and still ours."""
    try:
        pids = orjson.loads(stack.manifest.read_bytes())["pids"].values()
    except (FileNotFoundError, orjson.JSONDecodeError, KeyError):
        return
    for pid in pids:
        if _is_ours(pid, stack):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _is_ours(pid: int, stack: StackDir) -> bool:
    """A process id may have been given to somebody else since; only Linux tells, and only there is anything killed."""
    try:
        environ = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return f"{OWNER_VARIABLE}={stack.root}".encode() in environ.split(b"\0")


def _holder(stack: StackDir) -> str:
    return stack.lock.read_text().strip()


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
