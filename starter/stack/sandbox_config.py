"""The configuration of the sandbox, derived from the clients' settings at each start."""

from collections.abc import Sequence

import orjson

from interline.domain.base import JsonObject
from interline.runtime.clients import Client
from starter.stack.addresses import HOST, Addresses, Ports
from starter.stack.manifest import WebhookIn, newest_secrets
from starter.stack.places import StackDir, write_whole


def write_sandbox_config(  # noqa: PLR0913  keyword-only, each is one setting
    stack: StackDir,
    *,
    ports: Ports,
    addresses: Addresses,
    clients: Sequence[Client],
    pace_seconds: float,
    webhooks_at: str = "",
) -> None:
    """The partners know each client by the key it shows them, and where its events go."""
    config = {
        "host": HOST,
        "port": ports.sandbox,
        "state_dir": str(stack.root / "sandbox"),
        "gateway": addresses.gateway,
        "pace_seconds": pace_seconds,
        "webhooks_at": webhooks_at,
        "clients_file": str(stack.clients),
        "clients": [_client(client) for client in clients],
        "keys": {partner.value: account.keys.value for partner, account in clients[0].partners.items()},
    }
    write_whole(stack.sandbox, orjson.dumps(config, option=orjson.OPT_INDENT_2).decode())


def _client(client: Client) -> JsonObject:
    return {
        "client_id": client.client_id,
        "webhook_secrets": {**newest_secrets(client)},
        "shipper_auth_key": client.shipper_auth_key.get_secret_value() if client.shipper_auth_key else "",
        "partner_keys": {name.value: account.api_key.get_secret_value() for name, account in client.partners.items()},
        "webhooks_in": {
            signal.value: WebhookIn.of(inbound).model_dump() for signal, inbound in client.webhooks_in.items()
        },
    }
