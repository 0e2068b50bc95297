"""A tiny disk for Temporal's store, which can be filled and emptied."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SIZE_MEGABYTES = 64
PIECE = b"\0" * 65_536


@dataclass(frozen=True)
class Disk:
    """A mounted file system."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """To the last byte."""
        with self._ballast.open("ab", buffering=0) as file:
            for piece in (PIECE, PIECE[:4096], PIECE[:1]):
                try:
                    while file.write(piece):
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        """Room again."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """Mounted at `folder`; the test is skipped, visibly, where this may not be done."""
    folder.mkdir()
    options = ("-t", "tmpfs", "-o", f"size={SIZE_MEGABYTES}m,mode=700,uid={os.getuid()}")
    command = ["mount", *options, "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a full disk needs the right to mount a small one: {mounted.stderr.strip()}")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607  as above
