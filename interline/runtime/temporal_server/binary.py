"""Is this file a Temporal server that runs here, and how it gets into the cache whole or not at all."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final

MINIMUM_SERVER: Final = (1, 31)
"""The oldest server we run against in our tests; older command lines lack flags we pass."""

VERSION_TIMEOUT_SECONDS: Final = 30


class UnavailableError(Exception):
    """One way to a Temporal server does not work here. The message is the reason, in one line."""


def check(binary: Path) -> str:
    """What `binary --version` says.

    Raises:
        UnavailableError: it is missing, does not run, is no Temporal CLI, or carries a server that is too old.
    """
    text = _version_text(binary)
    found = re.search(r"Server (\d+)\.(\d+)", text)
    if not found:
        raise UnavailableError(f"{binary} does not say which Temporal server it carries")
    if (int(found[1]), int(found[2])) < MINIMUM_SERVER:
        wanted = ".".join(map(str, MINIMUM_SERVER))
        raise UnavailableError(f"{binary} carries server {found[1]}.{found[2]}, older than {wanted}")
    return text


def install(source: Path, target: Path) -> Path:
    """Move a fresh binary to its name in the cache, after it has shown that it runs. `source` is gone either way."""
    try:
        source.chmod(0o755)
        check(source)
        return source.replace(target)
    finally:
        source.unlink(missing_ok=True)


def _version_text(binary: Path) -> str:
    if not binary.is_file():
        raise UnavailableError(f"{binary} is not there")
    if not os.access(binary, os.X_OK):
        raise UnavailableError(f"{binary} is not executable")
    try:
        shown = subprocess.run(  # noqa: S603  the file the user named, or our own
            [binary, "--version"], capture_output=True, text=True, check=True, timeout=VERSION_TIMEOUT_SECONDS
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        raise UnavailableError(f"{binary} does not run ({type(error).__name__})") from error
    return shown.stdout.strip()
