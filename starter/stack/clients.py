"""The clients of a stack: enrolled in `clients.toml`, with their secrets beside it."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pydantic import ValidationError

from interline.names import Signal
from interline.runtime.clients import Client, Verifier, WebhookKind, parse_clients
from interline.runtime.secrets import SecretMissingError
from starter.stack.errors import StackError
from starter.stack.places import write_whole
from starter.stack.secrets import ensure_secrets

DEMO_CLIENTS: Final = {"demo-shop": "Demo Shop", "demo-market": "Demo Market"}

ROUTES_IN: Final[Mapping[Signal, tuple[str, str]]] = {
    Signal.ORDER_CONFIRMED: ("oms", "oms/confirmation"),
    Signal.ORDER_STATUS: ("oms", "oms/status"),
    Signal.GOODS_ISSUED: ("fulfillment", "fulfillment/pgi"),
    Signal.GOODS_RECEIVED: ("fulfillment", "fulfillment/grn"),
    Signal.AWB_ASSIGNED: ("fulfillment", "fulfillment/awb"),
    Signal.SHIPMENT_STATUS: ("logistics", "logistics/status"),
}
"""Each event's sender and the tail of its address (DESIGN §6)."""

WEBHOOK_SECRETS: Final[Mapping[WebhookKind, str]] = {
    WebhookKind.FULFILLMENT: "webhook_secret",
    WebhookKind.LOGISTICS: "webhook_secret_logistics",
}
"""The file of each endpoint's own secret (reliability WH-01)."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The systems around one client. `webhook` is the client platform's address without the kind at its end."""

    gateway: str
    oms: str
    wms: str
    logistics: str
    webhook: str

    @classmethod
    def in_sandbox(cls, client_id: str, *, gateway: str, sandbox: str) -> Self:
        """All partners, and the client platform, played by the sandbox."""
        return cls(
            gateway=gateway,
            oms=f"{sandbox}/oms",
            wms=f"{sandbox}/wms",
            logistics=f"{sandbox}/logistics",
            webhook=f"{sandbox}/client/{client_id}/webhooks",
        )


def read_clients(file: Path) -> list[Client]:
    """All clients of a settings file.

    Raises:
        StackError: the file is missing or not a clients file. The text names places in it, never values.
    """
    try:
        return parse_clients(tomllib.loads(file.read_text(encoding="utf-8")), base=file.parent).clients
    except FileNotFoundError:
        raise StackError(f"{file} is missing: set INTERLINE_CLIENTS_FILE, or start a stack") from None
    except (tomllib.TOMLDecodeError, SecretMissingError) as error:
        raise StackError(f"{file}: {error}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise StackError(f"{file}: {wrong}") from None


def api_key(file: Path, client_id: str) -> str | None:
    """The client's key to our API, when it was made here (the settings hold only its hash)."""
    path = file.parent / "secrets" / client_id / "api_key"
    return path.read_text() if path.is_file() else None


def enroll(file: Path, *, client_id: str, name: str, around: Surroundings, one_webhook_secret: bool = False) -> None:
    """Make a client's secrets and append it to the settings file; running processes notice by themselves.

    `one_webhook_secret`: for both kinds, as whoever reads `webhook_secret` in `stack.json` relies on.

    Raises:
        StackError: there is a client of this id.
    """
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if text and any(client.client_id == client_id for client in read_clients(file)):
        raise StackError(f"client {client_id} is in {file.name} already: choose another name")
    secrets = ensure_secrets(file.parent / "secrets" / client_id)
    webhook_secrets = dict.fromkeys(WebhookKind, "webhook_secret") if one_webhook_secret else WEBHOOK_SECRETS
    table = _table(
        client_id=client_id, name=name, api_key=secrets["api_key"], around=around, webhook_secrets=webhook_secrets
    )
    write_whole(file, f"{text}\n{table}" if text else table)


def _table(
    *, client_id: str, name: str, api_key: str, around: Surroundings, webhook_secrets: Mapping[WebhookKind, str]
) -> str:
    lines = [
        "[[clients]]",
        f"client_id = {_quoted(client_id)}",
        f"name = {_quoted(name)}",
        f'api_keys = [{{ id = "first", sha256 = "{hashlib.sha256(api_key.encode()).hexdigest()}" }}]',
        f"shipper_auth_key = {_secret(client_id, 'shipper_auth_key')}",
        *_webhooks(client_id, around, webhook_secrets),
        *_partners(client_id, around),
        *_webhooks_in(client_id, around),
    ]
    return "\n".join(lines) + "\n"


def _webhooks(client_id: str, around: Surroundings, secrets: Mapping[WebhookKind, str]) -> list[str]:
    return [
        line
        for kind, secret in secrets.items()
        for line in (
            "",
            f"[clients.webhooks.{kind.value}]",
            f"url = {_quoted(f'{around.webhook}/{kind.value}')}",
            f"secrets = [{_secret(client_id, secret)}]",
        )
    ]


def _partners(client_id: str, around: Surroundings) -> list[str]:
    declared = {
        "oms": (around.oms, "lookup"),
        "wms": (around.wms, "honoured"),
        "logistics": (around.logistics, "honoured"),
    }
    return [
        line
        for partner, (url, keys) in declared.items()
        for line in (
            "",
            f"[clients.partners.{partner}]",
            f"url = {_quoted(url)}",
            f"api_key = {_secret(client_id, f'{partner}_api_key')}",
            f'keys = "{keys}"',
        )
    ]


def _webhooks_in(client_id: str, around: Surroundings) -> list[str]:
    return [
        line
        for signal, (sender, path) in ROUTES_IN.items()
        for line in (
            "",
            f"[clients.webhooks_in.{signal.value}]",
            f'verifier = "{_verifier(sender).value}"',
            f"secrets = [{_secret(client_id, f'{sender}_webhook_secret')}]",
            f"registered_url = {_quoted(f'{around.gateway}/webhooks/{client_id}/{path}')}",
        )
    ]


def _verifier(sender: str) -> Verifier:
    """Shipper signs its logistics webhooks inside the body; the other senders show a key."""
    return Verifier.SHIPPER_AUTH if sender == "logistics" else Verifier.X_API_KEY


def _secret(client_id: str, name: str) -> str:
    return _quoted(f"file:secrets/{client_id}/{name}")


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False)
