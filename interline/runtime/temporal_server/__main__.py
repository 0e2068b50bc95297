"""What `make setup` runs: have a Temporal server ready, telling what happens line by line."""

import os
import signal
import sys

from interline.runtime.temporal_server.finder import NoTemporalServerError, find_or_build

INTERRUPTED = 130
"""Exit code of a command that was stopped (128 + SIGINT)."""


def main() -> int:
    """Exit code 0 when a server is at hand, 1 with everything tried on stderr when not."""
    if address := os.environ.get("TEMPORAL_ADDRESS"):
        _tell(f"Temporal server: {address} (TEMPORAL_ADDRESS is set, so none is started here)")
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that a running build ends with us
    try:
        find_or_build(_tell)
    except NoTemporalServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
