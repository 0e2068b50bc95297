"""The server the Temporal SDK downloads for its own test environment.

The SDK has no call that only downloads, so a child process starts that environment once and stops it again; a child,
because the SDK's download has no timeout of its own and a child can always be ended.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from interline.runtime.temporal_server import sdk_fetch
from interline.runtime.temporal_server.binary import UnavailableError, install
from interline.runtime.temporal_server.cache import cache_dir, downloaded_path
from interline.runtime.temporal_server.process import run
from interline.runtime.temporal_server.search import Search

MEGABYTE: Final = 1_000_000

LONGEST_SECONDS: Final = 900.0
"""A download that trickles on past this is slower than the build."""


def download(search: Search) -> Path:
    """Fetch it into the cache; given up when nothing arrives during one `every_seconds` (10 s)."""
    cache = cache_dir(search.environ)
    search.progress("asking the Temporal SDK to download the server")
    folder = Path(tempfile.mkdtemp(prefix="download-", dir=cache))
    try:
        run(
            [sys.executable, "-P", sdk_fetch.__file__, folder],
            search,
            log=cache / "temporal-download.log",
            tick=_Arrivals(search, folder).check,
        )
        return install(next(folder.glob("temporal-*")), downloaded_path(cache))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Arrivals:
    """Tells a slow download from a dead one."""

    def __init__(self, search: Search, folder: Path) -> None:
        self._search, self._folder, self._seen_bytes = search, folder, 0

    def check(self, elapsed_seconds: float) -> None:
        arrived_bytes = sum(file.stat().st_size for file in self._folder.iterdir())
        if arrived_bytes <= self._seen_bytes or elapsed_seconds > LONGEST_SECONDS:
            raise UnavailableError(f"nothing more arrived ({arrived_bytes} bytes after {elapsed_seconds:.0f} s)")
        self._seen_bytes = arrived_bytes
        self._search.progress(
            f"downloading the Temporal server, {arrived_bytes // MEGABYTE} MB after {elapsed_seconds:.0f} s"
        )
