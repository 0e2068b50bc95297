"""The one client that a webhook command means, and the ways to it."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from temporalio.client import Client as Temporal
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from interline.contracts.event_reading import moment
from interline.runtime.accounts import Accounts
from interline.runtime.clients import Client
from interline.runtime.sealing import Sealer, SealError
from interline.runtime.settings import Settings
from starter.cli.errors import CliError
from starter.cli.target import Target, explain
from starter.stack.clients import read_clients
from starter.stack.secrets import SEALING_KEY
from starter.webhooks.accounts import AccountCommands, CommandRefusedError

Result = TypeVar("Result")


class Shop:
    """One client and the ways to it."""

    def __init__(self, temporal: Temporal, client: Client, *, sealer: Sealer, allow_private: bool) -> None:
        self.temporal = temporal
        self.client = client
        self.allow_private = allow_private
        self.commands = AccountCommands(
            temporal=temporal,
            accounts=Accounts(temporal, sealer),
            sealer=sealer,
            client=client,
            actor=f"{getpass.getuser()} (CLI)",
            health=Settings().endpoint_health,
        )

    def time(self, text: str | None) -> datetime | None:
        """A time of an option; without a zone it is the warehouse's."""
        read = moment(text, ZoneInfo(self.client.warehouse_zone)) if text else None
        if text and read is None:
            raise CliError("a time looks like 2026-11-23T09:00:00Z")
        return read


def with_shop(state: Path | None, client_id: str | None, work: Callable[[Shop], Awaitable[Result]]) -> Result:
    """Run one command on the client that is meant; say refusals as sentences."""
    target = Target.find(state)
    client = _client(target, client_id)

    async def run() -> Result:
        return await work(shop_of(await target.connect(), client, target))

    try:
        return asyncio.run(run())
    except (CommandRefusedError, SealError) as error:
        raise CliError(str(error)) from None
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise CliError("no worker answered in time: start one with `interline worker`") from None
    except RPCError as error:
        raise explain(error) from None


def _client(target: Target, client_id: str | None) -> Client:
    known = {client.client_id: client for client in read_clients(target.clients_file)}
    if client_id is None and len(known) == 1:
        return next(iter(known.values()))
    if client_id not in known:
        raise CliError(f"name one of the clients with --client: {', '.join(known)}")
    return known[client_id]


def shop_of(temporal: Temporal, client: Client, target: Target) -> Shop:
    """This client of this installation."""
    if target.stack:
        sealer = Sealer.of(f"file:secrets/{SEALING_KEY}", base=target.stack.root)
        return Shop(temporal, client, sealer=sealer, allow_private=True)
    settings = Settings()
    sealer = Sealer.of(settings.secrets_key, base=settings.clients_file.parent)
    return Shop(temporal, client, sealer=sealer, allow_private=settings.allow_private_webhooks)
