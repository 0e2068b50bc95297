"""One thing that `interline doctor` examined."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing examined."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
