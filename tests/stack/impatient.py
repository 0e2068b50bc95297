"""A stack on a Temporal server that suggests a new history very soon, so that every order is continued as new."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from socket import socket
from typing import Final

from interline.runtime.temporal_server import find_or_build, start_command
from tests.stack.driver import Stack, wait_until

EVENTS: Final = 15
"""The server suggests a new history after so many; a whole order has about sixty."""


@contextmanager
def impatient_stack(root: Path, environ: Mapping[str, str]) -> Iterator[Stack]:
    """Server and stack, with their data in `root`."""
    port = _free_port()
    with subprocess.Popen(_server(root, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_until("the server listens", lambda: _listens(port))
            address = {"TEMPORAL_ADDRESS": f"127.0.0.1:{port}", "TEMPORAL_NAMESPACE": "default"}
            with Stack(root / "own", {**environ, **address}, "--pace", "0.2") as stack:
                yield stack
        finally:
            server.terminate()


def _server(root: Path, port: int) -> list[str]:
    command = start_command(find_or_build(lambda _: None), port=port, db_file=root / "temporal.db")
    return [*command, "--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={EVENTS}"]


def _free_port() -> int:
    with closing(socket()) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with closing(socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
