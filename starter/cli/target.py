"""Which server and which clients a command means."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

import typer
from pydantic import ValidationError
from temporalio.client import Client
from temporalio.service import RPCError

from interline.runtime.settings import Settings
from interline.runtime.temporal import DATA_CONVERTER, connect
from starter.cli.errors import CliError
from starter.stack.clients import read_clients
from starter.stack.manifest import Manifest
from starter.stack.ownership import supervisor_pid
from starter.stack.places import StackDir, last_stack
from starter.stack.readiness import serves_namespace

StateOption = Annotated[
    Path | None,
    typer.Option("--state", envvar="INTERLINE_STATE", help="State directory of a stack.", show_envvar=True),
]
ClientOption = Annotated[str | None, typer.Option("--client", help="Client id, when several have that order number.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@dataclass(frozen=True)
class Target:
    """A local stack, or (with `stack` None) what the environment says."""

    stack: StackDir | None
    manifest: Manifest | None

    @classmethod
    def find(cls, state: Path | None) -> Self:
        """The stack asked for, else the one started last if it runs, else the Temporal environment (DESIGN §11).

        Raises:
            CliError: the state directory asked for holds no stack.
        """
        if state is not None:
            return cls._of(StackDir(state.absolute()))
        last = last_stack(os.environ)
        if last and last.manifest.is_file() and supervisor_pid(last) is not None:
            return cls._of(last)
        return cls(stack=None, manifest=None)

    @classmethod
    def _of(cls, stack: StackDir) -> Self:
        try:
            return cls(stack=stack, manifest=Manifest.model_validate_json(stack.manifest.read_bytes()))
        except FileNotFoundError:
            raise CliError(f"{stack.root} holds no stack: start one with `interline up --state {stack.root}`") from None
        except ValidationError:
            raise CliError(f"{stack.manifest} cannot be read: start the stack again with `interline up`") from None

    @property
    def clients_file(self) -> Path:
        """The clients' settings."""
        return self.stack.clients if self.stack else Settings().clients_file

    def client_ids(self) -> list[str]:
        """Every client, in the file's order."""
        return [client.client_id for client in read_clients(self.clients_file)]

    async def connect(self) -> Client:
        """A client of this Temporal server, known to answer.

        Raises:
            CliError: it does not.
        """
        if self.manifest:
            client = await Client.connect(
                self.manifest.temporal, namespace=self.manifest.namespace, data_converter=DATA_CONVERTER, lazy=True
            )
        else:
            client = await connect(lazy=True)
        if not await serves_namespace(client):
            raise CliError(f"Temporal at {client.service_client.config.target_host} does not answer. {self._fix()}")
        return client

    def _fix(self) -> str:
        if self.stack:
            return f"Start the stack with `interline up --state {self.stack.root}`."
        return "Start a stack with `interline up`, or set TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE."


def explain(error: RPCError) -> CliError:
    """Temporal's own words, for a refusal we have no better ones for."""
    return CliError(f"Temporal answered: {error.message}")
