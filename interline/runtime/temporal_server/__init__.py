"""A local Temporal server without installing one by hand (DESIGN §10).

`find_or_build` looks for a `temporal` binary and makes one when there is none; `start_command` says how to run it.
Whoever has `TEMPORAL_ADDRESS` set uses that server and needs neither.
"""

from interline.runtime.temporal_server.command import start_command
from interline.runtime.temporal_server.finder import NoTemporalServerError, find_or_build

__all__ = ["NoTemporalServerError", "find_or_build", "start_command"]
