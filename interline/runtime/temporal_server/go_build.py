"""The last way to a server: build it with Go from the module proxy (DESIGN §10, "the build that works")."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from interline.runtime.temporal_server.binary import install
from interline.runtime.temporal_server.cache import built_path, cache_dir
from interline.runtime.temporal_server.go_toolchain import find_go
from interline.runtime.temporal_server.pins import pins_dir
from interline.runtime.temporal_server.process import run
from interline.runtime.temporal_server.search import Search

PACKAGE: Final = "github.com/temporalio/cli/cmd/temporal"

EXPECTED: Final = "about 4 minutes in all"
"""On two cores."""

FOR_OTHER_BUILDS: Final = frozenset({"GOOS", "GOARCH", "GOROOT", "GOEXPERIMENT", "GOBIN"})
"""Go settings of the caller that would make a server for another machine or with another Go."""


def build(search: Search) -> Path:
    """Build into the cache.

    A build that fails or is stopped leaves its folder, so that the next try goes on from there; a good one removes it,
    because Go's caches take about 2 GB.
    """
    cache = cache_dir(search.environ)
    work = cache / "build"
    (work / "tmp").mkdir(parents=True, exist_ok=True)
    with_go = replace(search, environ=_go_environ(search.environ, work))
    go = find_go(with_go, work)
    search.progress("building the Temporal server with Go from the module proxy: about 4 minutes, only this once")
    fresh = work / f"temporal-{os.getpid()}"
    run(
        [go, "build", "-o", fresh, "-ldflags", "-s -w", PACKAGE],
        with_go,
        cwd=pins_dir(),
        log=cache / "temporal-build.log",
        tick=lambda seconds: search.progress(
            f"building the Temporal server with Go, {seconds:.0f} s so far, {EXPECTED}"
        ),
    )
    binary = install(fresh, built_path(cache))
    shutil.rmtree(work, ignore_errors=True)
    return binary


def _go_environ(environ: Mapping[str, str], work: Path) -> dict[str, str]:
    """All of Go's files under `work`, this very toolchain, the committed pins, and the caller's proxy settings."""
    return {
        **{name: value for name, value in environ.items() if name not in FOR_OTHER_BUILDS},
        "HOME": environ.get("HOME") or str(work),
        "GOPATH": str(work / "gopath"),
        "GOMODCACHE": str(work / "modules"),
        "GOCACHE": str(work / "objects"),
        "GOTMPDIR": str(work / "tmp"),
        "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false -trimpath",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "GO111MODULE": "on",
        "CGO_ENABLED": "0",
    }
