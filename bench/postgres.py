"""A PostgreSQL of our own for a benchmark: Debian's programs, a fresh folder, loopback, every commit flushed."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bench.processes import Process, free_port, listens, until

PROGRAMS: Final = Path("/usr/lib/postgresql")
USER: Final = "postgres"
"""Who owns the data when this is root: PostgreSQL refuses to run as root."""

SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
}
"""Everything else is the default: fsync and synchronous_commit are on."""


class NoPostgres(Exception):  # noqa: N818  the rows that need it are left out
    """Not installed, and not to be had."""


@dataclass
class Postgres:
    """One running cluster."""

    process: Process
    port: int
    start: Callable[[], Process]

    def kill(self) -> None:
        """All of its processes at once, as the loss of its machine would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.stop()

    def restart(self) -> None:
        """On the same data and port, until it takes connections."""
        self.process = self.start()
        until("the database listens again", partial(listens, self.port))

    def url(self, database: str) -> str:
        """As most libraries want it."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """An empty database; its address."""
        _run([programs() / "createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, database])
        return self.url(database)


def programs() -> Path:
    """The newest version's folder.

    Raises:
        NoPostgres: there is none, and Debian's package cannot be installed.
    """
    if not PROGRAMS.is_dir():
        with_apt = subprocess.run(["sh", "deploy/debian.sh", "postgres", "postgresql"], check=False)  # noqa: S607
        if with_apt.returncode:
            raise NoPostgres("PostgreSQL is not installed: on Debian or Ubuntu, sudo apt-get install postgresql")
    return max(PROGRAMS.glob("*/bin"), key=lambda folder: float(folder.parent.name))


@contextmanager
def postgres(name: str) -> Iterator[Postgres]:
    """A fresh cluster; gone at the end."""
    folder, user = Path(tempfile.mkdtemp(prefix=f"interline-bench-{name}-")), None
    if os.geteuid() == 0:
        user = USER
        shutil.chown(folder, USER, USER)
    data, port = folder / "data", free_port()
    _run([programs() / "initdb", "-D", data, "-U", USER, "--auth=trust", "--no-instructions"], user=user)
    settings = [part for key, value in SETTINGS.items() for part in ("-c", f"{key}={value}")]
    argv = [programs() / "postgres", "-D", data, "-p", str(port), *settings]
    start = partial(Process, name, argv, environ=os.environ, log=folder / "log", user=user)
    running = Postgres(start(), port, start)
    try:
        until(f"{name} listens", partial(listens, port))
        yield running
    finally:
        running.process.stop(signal.SIGINT)
        shutil.rmtree(folder, ignore_errors=True)


def _run(argv: list[str | Path], *, user: str | None = None) -> None:
    groups = None if user is None else list[int]()
    subprocess.run(  # noqa: S603  our own arguments
        [*map(str, argv)], check=True, capture_output=True, user=user, group=user, extra_groups=groups, cwd="/"
    )
