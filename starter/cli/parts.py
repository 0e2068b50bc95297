"""Single parts of a stack in the foreground: this process becomes the part."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from interline.runtime.temporal_server import NoTemporalServerError, find_or_build, start_command
from starter.cli.errors import CliError
from starter.cli.target import StateOption, Target
from starter.stack.addresses import Addresses, kept_ports
from starter.stack.parts import Site, environ, python_argv, temporal_part
from starter.stack.places import StackDir, state_home

DEFAULT_PORT = 7233
DEFAULT_UI_PORT = 8233


def worker(*, state: StateOption = None) -> None:
    """Run a worker (= python worker.py)."""
    _become("worker", state)


def gateway(*, state: StateOption = None) -> None:
    """Run the gateway: client API and partners' webhooks."""
    _become("gateway", state)


def sandbox(
    *,
    state: StateOption = None,
    config: Annotated[Path | None, typer.Option(help="Configuration file, instead of a stack's own.")] = None,
) -> None:
    """Run the sandbox that plays all partners."""
    if config:
        _exec([sys.executable, "-P", "-m", "sandbox", "--config", config.absolute()], os.environ)
    _become("sandbox", state)


def temporal(*, state: StateOption = None) -> None:
    """Run a local Temporal server; its data is kept in a file."""
    try:
        binary = find_or_build(lambda line: typer.echo(line, err=True))
    except NoTemporalServerError as error:
        raise CliError(str(error)) from None
    if state:
        part = temporal_part(binary, _site(StackDir(state.absolute())), os.environ)
        _exec(part.argv, os.environ)
    database = state_home(os.environ) / "temporal.db"
    database.parent.mkdir(parents=True, exist_ok=True)
    typer.echo(f"Temporal on 127.0.0.1:{DEFAULT_PORT}, UI on http://127.0.0.1:{DEFAULT_UI_PORT}", err=True)
    _exec(start_command(binary, port=DEFAULT_PORT, ui_port=DEFAULT_UI_PORT, db_file=database), os.environ)


def _become(name: str, state: Path | None) -> NoReturn:
    """A set TEMPORAL_ADDRESS means the part is on its own, unless a stack is asked for."""
    named = state is not None or "TEMPORAL_ADDRESS" not in os.environ
    stack = Target.find(state).stack if named else None
    if stack is None and name == "sandbox":
        raise CliError("the sandbox needs --config FILE, or --state DIR of a stack")
    site = _site(stack) if stack else None
    _exec(python_argv(name, stack), environ(site, os.environ) if site else os.environ)


def _site(stack: StackDir) -> Site:
    ports = kept_ports(stack, base=None)
    return Site(stack=stack, ports=ports, addresses=Addresses.of(ports))


def _exec(argv: Sequence[str | Path], variables: Mapping[str, str]) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execvpe(str(argv[0]), [str(part) for part in argv], dict(variables))  # noqa: S606  no shell is wanted
