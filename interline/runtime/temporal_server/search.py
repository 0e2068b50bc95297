"""What every way to a server is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Search:
    """One search for a server: whom to tell, and the world it looks at."""

    progress: Callable[[str], None]
    """Gets a line at each step and at least every `every_seconds` while one takes long."""

    environ: Mapping[str, str]

    every_seconds: float = 10.0
