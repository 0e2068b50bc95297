"""The pinned module that builds the server: `go.mod`, `go.sum` and the Go toolchain's own lock."""

import hashlib
from pathlib import Path
from typing import Final

_RUNTIME: Final = Path(__file__).resolve().parents[1]


def pins_dir() -> Path:
    """`temporal_cli` beside this package in a wheel, `deploy/temporal-cli` in a checkout."""
    installed = _RUNTIME / "temporal_cli"
    return installed if installed.is_dir() else _RUNTIME.parents[1] / "deploy" / "temporal-cli"


def pins_digest() -> str:
    """Names what would be built."""
    pins = b"".join((pins_dir() / name).read_bytes() for name in ("go.mod", "go.sum"))
    return hashlib.sha256(pins).hexdigest()[:12]
