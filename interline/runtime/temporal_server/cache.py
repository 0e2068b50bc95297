"""Where a downloaded or built server is kept, and the lock that lets two starts make it once."""

import fcntl
import os
import pwd
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO

from interline.runtime.temporal_server.binary import UnavailableError, check
from interline.runtime.temporal_server.pins import pins_digest
from interline.runtime.temporal_server.search import Search


def cache_dir(environ: Mapping[str, str]) -> Path:
    """`$XDG_CACHE_HOME/interline`, else `~/.cache/interline`; made when missing.

    A relative or empty XDG_CACHE_HOME counts as unset (XDG Base Directory Specification).
    """
    base = Path(environ.get("XDG_CACHE_HOME", ""))
    cache = (base if base.is_absolute() else home_dir(environ) / ".cache") / "interline"
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def home_dir(environ: Mapping[str, str]) -> Path:
    """`$HOME`, else what the user database says (an empty HOME is unset)."""
    if home := environ.get("HOME"):
        return Path(home)
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError as error:
        raise UnavailableError("no cache folder: neither XDG_CACHE_HOME nor HOME is set") from error


def built_path(cache: Path) -> Path:
    """Our own build; a changed pin is another name, hence a new build."""
    return cache / f"temporal-{pins_digest()}"


def downloaded_path(cache: Path) -> Path:
    """The SDK's download: each SDK version names the server it wants."""
    return cache / f"temporal-sdk-{version('temporalio')}"


def cached(search: Search) -> Path:
    """A server made earlier; one that no longer runs (a full disk, another libc) is removed."""
    cache = cache_dir(search.environ)
    reason = f"nothing in {cache}"
    for binary in filter(Path.exists, (built_path(cache), downloaded_path(cache))):
        try:
            check(binary)
        except UnavailableError as error:
            reason = str(error)
            binary.unlink(missing_ok=True)
        else:
            return binary
    raise UnavailableError(reason)


@contextmanager
def locked(search: Search) -> Iterator[bool]:
    """One start at a time; yields whether it had to wait. The lock ends with its process, however that dies."""
    with (cache_dir(search.environ) / "temporal.lock").open("w") as lock:
        begun, pause, had_to_wait = time.monotonic(), threading.Event(), False
        while not _try_lock(lock):
            had_to_wait = True
            waited = f"{time.monotonic() - begun:.0f} s"
            search.progress(f"waiting for another start that prepares the Temporal server, {waited} so far")
            pause.wait(search.every_seconds)
        yield had_to_wait


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
