"""`python -m tests.full.shifted_temporal` (once; minutes, 2 GB): a Temporal server whose clock can be set off.

The same pinned sources with one line of Go's `time.Now` more. Days pass for it while it is down: started again on its
file with another shift, its timers are due and its retention has run, as after a long stop.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from interline.runtime.temporal_server.cache import cache_dir
from interline.runtime.temporal_server.go_build import PACKAGE
from interline.runtime.temporal_server.pins import pins_digest, pins_dir

SHIFT: Final = "TEMPORAL_TEST_SHIFT_SECONDS"
"""Whole seconds that its clock is ahead."""

_NOW: Final = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
_IMPORT: Final = "import (\n"
_SHIFT: Final = """
var shiftSeconds = shiftOf("%s")

func shiftOf(name string) (seconds int64) {
	text, _ := syscall.Getenv(name)
	for _, digit := range []byte(text) {
		seconds = seconds*10 + int64(digit-'0')
	}
	return
}
"""


def binary() -> Path:
    """Where it is, if it was built."""
    return cache_dir(os.environ) / f"temporal-shifted-{pins_digest()}"


def build() -> None:
    """Build it with the Go on PATH."""
    with tempfile.TemporaryDirectory(prefix="shifted-") as folder:
        work = Path(folder)
        go = {f"GO{name}": str(work / name.lower()) for name in ("PATH", "MODCACHE", "CACHE")}
        flags = {"GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false -trimpath", "GOTOOLCHAIN": "local"}
        environ = {**os.environ, **go, **flags, "GOWORK": "off", "CGO_ENABLED": "0"}
        options = ["-overlay", str(_overlay(work)), "-ldflags", "-s -w", "-o", str(binary())]
        subprocess.run(["go", "build", *options, PACKAGE], cwd=pins_dir(), env=environ, check=True)  # noqa: S607  the one on PATH


def _overlay(work: Path) -> Path:
    root = subprocess.run(["go", "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S607  as above
    original, shifted, overlay = Path(root) / "src/time/time.go", work / "time.go", work / "overlay.json"
    source = original.read_text()
    if _NOW not in source:
        raise SystemExit("this Go reads its clock in another way: look at time.Now and change _NOW")
    source = source.replace(_NOW, f"{_NOW}\tsec += shiftSeconds\n").replace(_IMPORT, f'{_IMPORT}\t"syscall"\n', 1)
    shifted.write_text(source + _SHIFT % SHIFT)
    overlay.write_text(json.dumps({"Replace": {str(original): str(shifted)}}))
    return overlay


if __name__ == "__main__":
    if not binary().exists():
        build()
    sys.stdout.write(f"{binary()}\n")
