"""`interline setup-namespace` and `interline version`."""

import asyncio
from importlib.metadata import version

import typer
from temporalio.service import RPCError

from interline.runtime.settings import Settings
from interline.runtime.temporal import prepare_namespace
from starter.cli.target import StateOption, Target, explain


def setup_namespace(*, state: StateOption = None) -> None:
    """Register the search attributes and raise the retention of the namespace; safe to repeat."""
    asyncio.run(_prepare(Target.find(state)))


async def _prepare(target: Target) -> None:
    client = await target.connect()
    days = Settings().retention_days
    try:
        await prepare_namespace(client, retention_days=days)
    except RPCError as error:
        raise explain(error) from None
    typer.echo(f"Namespace {client.namespace} is ready: our search attributes, closed orders kept {days} days or more.")


def print_version() -> None:
    """Print the version."""
    typer.echo(version("interline"))
