"""The logs as an oracle (PRF-08): lines that must not be there, whatever the figures say."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

FORBIDDEN: Final = {
    "traceback": re.compile(r"Traceback \(most recent call last\)"),
    "non-determinism": re.compile(r"TMPRL1100|[Nn]on-?determinis"),
    "deadlock detector": re.compile(r"TMPRL1101|[Dd]eadlock"),
    "panic": re.compile(r"\bpanic(ked)?\b", re.IGNORECASE),
    "assertion": re.compile(r"AssertionError|failed assertion"),
    "unhandled": re.compile(r"[Uu]nhandled (exception|error)|was never retrieved|was never awaited"),
}
EXPECTED: Final = re.compile(r"Completing activity as failed")
"""The SDK's own line for each failed try of a call, with its traceback: troubles are what the run is made of."""
EXCERPT_CHARACTERS: Final = 300


def forbidden_lines(logs: Iterable[Path]) -> Iterator[str]:
    """Each hit as `log:line: kind: text`."""
    for log in logs:
        with log.open(errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                for kind, pattern in FORBIDDEN.items():
                    if pattern.search(line) and not EXPECTED.search(line):
                        yield f"{log.name}:{number}: {kind}: {line.strip()[:EXCERPT_CHARACTERS]}"
