"""The order in which a server is looked for, and what is said when there is none."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from interline.runtime.temporal_server.binary import UnavailableError, check
from interline.runtime.temporal_server.cache import cached, locked
from interline.runtime.temporal_server.go_build import build
from interline.runtime.temporal_server.sdk_download import download
from interline.runtime.temporal_server.search import Search

Ways: TypeAlias = Mapping[str, Callable[[Search], Path]]
"""Each way's name for people, and the way: it returns a server that runs or raises `UnavailableError` or `OSError`."""

FIXES: Final = """Three ways to fix it:
  1. use a server that runs already: set TEMPORAL_ADDRESS=HOST:PORT
  2. install the Temporal CLI with server 1.31 or newer: on PATH, or named by TEMPORAL_CLI_PATH=/path/to/temporal
  3. let this machine reach the Python package index and the Go module proxy (pip's settings and GOPROXY hold)"""


class NoTemporalServerError(Exception):
    """Nothing gave a server. The message lists each way tried with its reason, and the three ways to fix it."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        tried = "\n".join(f"  {way}: {reason}" for way, reason in reasons.items())
        super().__init__(f"No Temporal server. Tried, in this order:\n{tried}\n{FIXES}")


def _named(search: Search) -> Path:
    binary = Path(search.environ["TEMPORAL_CLI_PATH"])
    check(binary)
    return binary


def _on_path(search: Search) -> Path:
    found = shutil.which("temporal", path=search.environ.get("PATH", ""))
    if found is None:
        raise UnavailableError("not there")
    check(Path(found))
    return Path(found)


NAMED: Final[Ways] = {"TEMPORAL_CLI_PATH": _named}
READY: Final[Ways] = {"temporal on PATH": _on_path, "the cache": cached}
MAKERS: Final[Ways] = {"download by the Temporal SDK": download, "build with Go": build}


def find_or_build(
    progress: Callable[[str], None],
    *,
    environ: Mapping[str, str] | None = None,
    makers: Ways = MAKERS,
    every_seconds: float = 10.0,
) -> Path:
    """A `temporal` binary that runs here: TEMPORAL_CLI_PATH, PATH, the cache, the SDK's download, a build (DESIGN §10).

    `progress` gets a line for each step and at least every `every_seconds` during a long one. A TEMPORAL_CLI_PATH that
    does not work ends the search: an explicit wish is never passed over in silence.

    Raises:
        NoTemporalServerError: no way worked.
    """
    search = Search(progress=progress, environ=os.environ if environ is None else environ, every_seconds=every_seconds)
    reasons: dict[str, str] = {}
    binary = _find(search, makers, reasons)
    if binary is None:
        raise NoTemporalServerError(reasons)
    progress(f"Temporal server: {binary}")
    return binary


def _find(search: Search, makers: Ways, reasons: dict[str, str]) -> Path | None:
    if search.environ.get("TEMPORAL_CLI_PATH"):
        return _first(NAMED, search, reasons)
    return _first(READY, search, reasons) or _made(search, makers, reasons)


def _made(search: Search, makers: Ways, reasons: dict[str, str]) -> Path | None:
    """Says why it has to be made, then makes it, one start at a time."""
    for way, reason in reasons.items():
        search.progress(f"{way}: {reason}")
    try:
        with locked(search) as had_to_wait:
            # Whoever we waited for has probably made it.
            return _first({"the cache": cached, **makers} if had_to_wait else makers, search, reasons, tell=True)
    except OSError as error:
        reasons["the cache"] = _reason(error)
        return None


def _first(ways: Ways, search: Search, reasons: dict[str, str], *, tell: bool = False) -> Path | None:
    """The first way that works; why each one before it did not is added to `reasons`, and told at once if so wished."""
    for name, way in ways.items():
        try:
            return way(search)
        except (UnavailableError, OSError) as error:
            reasons[name] = _reason(error)
            if tell:
                search.progress(f"{name}: {reasons[name]}")
    return None


def _reason(error: UnavailableError | OSError) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
