"""`interline client add`."""

import os
import re
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from interline.runtime.settings import Settings
from starter.cli.errors import CliError
from starter.cli.target import JsonOption, StateOption, Target
from starter.stack.clients import Surroundings, api_key, enroll, read_clients
from starter.stack.manifest import ClientEntry
from starter.stack.ownership import supervisor_pid

client_app = typer.Typer(help="Clients of this installation.", no_args_is_help=True)

LONGEST_ID = 40


@client_app.callback()
def client() -> None:
    """Clients of this installation."""


@client_app.command("add")
def add(  # noqa: PLR0913  each is one option
    name: Annotated[str, typer.Argument(help="For people, like 'Toko Baru'; the client id is made of it.")],
    *,
    oms: Annotated[str | None, typer.Option(help="Address of its OMS.")] = None,
    wms: Annotated[str | None, typer.Option(help="Address of its WMS.")] = None,
    logistics: Annotated[str | None, typer.Option(help="Address of its logistics provider.")] = None,
    webhook: Annotated[str | None, typer.Option(help="Its webhooks; /fulfillment and /logistics follow.")] = None,
    state: StateOption = None,
    json: JsonOption = False,
) -> None:
    """Enroll a client: makes its key and secrets, prints them once with the addresses to register."""
    target = Target.find(state)
    client_id = _client_id(name)
    around = _around(target, client_id, oms=oms, wms=wms, logistics=logistics, webhook=webhook)
    enroll(target.clients_file, client_id=client_id, name=name, around=around)
    if target.stack and (pid := supervisor_pid(target.stack)):
        os.kill(pid, signal.SIGUSR1)  # the sandbox learns the client's keys when it starts
    entry = _entry(target.clients_file, client_id)
    typer.echo(entry.model_dump_json()) if json else _print(entry, target.clients_file)


def _client_id(name: str) -> str:
    client_id = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST_ID].strip("-")
    if not client_id:
        raise CliError("a client's name needs a letter a-z or a digit")
    return client_id


def _around(  # noqa: PLR0913  keyword-only, one address each
    target: Target,
    client_id: str,
    *,
    oms: str | None,
    wms: str | None,
    logistics: str | None,
    webhook: str | None,
) -> Surroundings:
    if target.manifest:
        sandbox = target.manifest.sandbox
        base = Surroundings.in_sandbox(client_id, gateway=target.manifest.gateway, sandbox=sandbox)
        return Surroundings(
            gateway=base.gateway,
            oms=oms or base.oms,
            wms=wms or base.wms,
            logistics=logistics or base.logistics,
            webhook=webhook or base.webhook,
        )
    if not (oms and wms and logistics and webhook):
        raise CliError("without a stack, say where the partners are: --oms, --wms, --logistics and --webhook")
    return Surroundings(gateway=Settings().outside_url, oms=oms, wms=wms, logistics=logistics, webhook=webhook)


def _entry(file: Path, client_id: str) -> ClientEntry:
    found = next(client for client in read_clients(file) if client.client_id == client_id)
    return ClientEntry.of(found, api_key(file, client_id) or "")


def _print(entry: ClientEntry, file: Path) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"Client [bold]{entry.client_id}[/] is in {file}. Keep these, they are shown once:\n")
    console.print(f"  X-API-Key       {entry.api_key}", markup=False)
    for kind, secret in entry.webhook_secrets.items():
        console.print(f"  webhook secret  {secret}  (signs what goes to its {kind} endpoint)", markup=False)
    console.print("\nRegister these addresses with the partners:\n")
    for event, webhook in entry.webhooks_in.items():
        console.print(f"  {event:16} {webhook.url}\n{'':19}{webhook.verifier} {webhook.secret}", markup=False)
    keys = file.parent / "secrets" / entry.client_id
    console.print(f"\nWhere a partner gave you a key of its own, put it into {keys}/<partner>_api_key.", markup=False)
