"""What `interline doctor` examines of the clients' webhook endpoints, as they are now; nothing is sent."""

import asyncio
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from temporalio.service import RPCError

from interline.domain.account import Account, EndpointSettings, Standing
from interline.runtime.accounts import settings_of
from interline.runtime.clients import Client, WebhookKind
from starter.cli.errors import CliError
from starter.cli.finding import Finding
from starter.cli.shop import shop_of
from starter.cli.target import Target

CONNECT_SECONDS: Final = 3.0


async def webhook_findings(target: Target, clients: Sequence[Client]) -> list[Finding]:
    """Of both kinds of each client."""
    known = [(client, *await _settings(target, client)) for client in clients]
    return [
        await _endpoint(client.client_id, kind, settings.get(kind), account.standing(kind))
        for client, account, settings in known
        for kind in WebhookKind
    ]


async def _settings(target: Target, client: Client) -> tuple[Account, dict[str, EndpointSettings]]:
    """As the client set them since; where Temporal does not answer, as the clients' file says."""
    try:
        return await shop_of(await target.connect(), client, target).commands.settings()
    except (CliError, RPCError):
        return Account(), {kind.value: settings_of(endpoint) for kind, endpoint in client.webhooks.items()}


async def _endpoint(client_id: str, kind: WebhookKind, settings: EndpointSettings | None, fares: Standing) -> Finding:
    name, command = (
        f"{client_id}: {kind.value} webhook",
        "interline webhooks {} " + f"{kind.value} --client {client_id}",
    )
    if settings is None or not settings.active:
        address = "" if settings else " --url ADDRESS"
        return Finding(name, False, "not active", f"`{command.format('set')} --active{address}`")
    if fares.held:
        return Finding(name, False, fares.held, f"ask the client, then `{command.format('resume')}`")
    if not await _listens(settings.url):
        return Finding(
            name, False, f"nobody listens at {_shown(settings.url)}", "check its url and the client's server"
        )
    if fares.failing_since:
        failing = f"{_shown(settings.url)} is failing since {fares.failing_since:%Y-%m-%d %H:%M:%S} UTC"
        log = f"interline webhooks deliveries --status retrying --client {client_id}"
        return Finding(name, False, failing, f"`{log}` shows why; repaired, `{command.format('test')}`")
    return Finding(name, True, f"active, {_shown(settings.url)}")


async def _listens(url: str) -> bool:
    parts = urlsplit(url)
    try:
        port = parts.port or {"https": 443}.get(parts.scheme, 80)
        _, writer = await asyncio.wait_for(asyncio.open_connection(parts.hostname, port), timeout=CONNECT_SECONDS)
    except (OSError, ValueError):
        return False
    writer.close()
    return True


def _shown(url: str) -> str:
    """The rest of an address may hold a token of the receiver's."""
    return "/".join(url.split("/", 3)[:3])
