"""Run a command that dies with the process that started it: `python -m starter.stack.tether PARENT_PID COMMAND …`.

The command takes the place of this process (same process id). Linux kills it when its parent dies, however that dies
(prctl PR_SET_PDEATHSIG, kept over exec); elsewhere it is only started.
"""

import ctypes
import os
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def main(arguments: list[str]) -> int:
    """Tie ourselves to the parent, then become the command."""
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == int(parent):  # else it died before we were tied to it
        os.execvp(command[0], command)  # noqa: S606  no shell is wanted
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
