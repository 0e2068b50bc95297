"""Script run by `sdk_download` in a process of its own: `python sdk_fetch.py FOLDER` leaves the server in FOLDER."""

import asyncio
import os
import re
import sys

from temporalio.testing import WorkflowEnvironment


async def fetch(folder: str) -> None:
    """The first start downloads; that it starts also shows that it runs here."""
    environment = await WorkflowEnvironment.start_local(download_dest_dir=folder)
    await environment.shutdown()


def main() -> int:
    """0 when the server is there; the reason goes to standard error."""
    try:
        asyncio.run(fetch(sys.argv[1]))
    except RuntimeError as error:  # the SDK's bridge raises no narrower one
        sys.stderr.write(re.sub(r"\?[^)]*", "", str(error)) + "\n")  # the address without its long query
        sys.stderr.flush()
        return 1
    return 0


if __name__ == "__main__":
    os._exit(main())  # the interpreter's own end can abort in the SDK's threads, and hide the reason
