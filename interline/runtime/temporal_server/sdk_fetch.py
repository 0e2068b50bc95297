"""Script run by `sdk_download` in a process of its own: `python sdk_fetch.py FOLDER` leaves the server in FOLDER."""

import asyncio
import re
import sys

from temporalio.testing import WorkflowEnvironment


async def fetch(folder: str) -> None:
    """The first start downloads; that it starts also shows that it runs here."""
    environment = await WorkflowEnvironment.start_local(download_dest_dir=folder)
    await environment.shutdown()


if __name__ == "__main__":
    try:
        asyncio.run(fetch(sys.argv[1]))
    except RuntimeError as error:  # the SDK's bridge raises no narrower one
        sys.exit(re.sub(r"\?[^)]*", "", str(error)))  # the address without its long query
