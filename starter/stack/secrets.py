"""The secrets of a stack's clients: made once, one private file each."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from interline.runtime.sealing import new_key

SEALING_KEY: Final = "sealing_key"


def _token() -> str:
    return secrets.token_urlsafe(32)


def _standard_webhooks_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


MAKERS: Final[Mapping[str, Callable[[], str]]] = {
    "api_key": _token,
    "webhook_secret": _standard_webhooks_secret,
    "webhook_secret_logistics": _standard_webhooks_secret,
    "shipper_auth_key": _token,
    "oms_api_key": _token,
    "wms_api_key": _token,
    "logistics_api_key": _token,
    "oms_webhook_secret": _token,
    "fulfillment_webhook_secret": _token,
    "logistics_webhook_secret": _token,
}
"""`api_key` opens our API; `*_api_key` is what we show a partner; `*_webhook_secret` is how a partner proves itself;
`webhook_secret…` is how we prove ourselves to the client platform."""


def ensure_secrets(folder: Path) -> dict[str, str]:
    """All secrets of one client, by name; the missing ones are made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {name: _ensure(folder / name, make) for name, make in MAKERS.items()}


def ensure_sealing_key(folder: Path) -> None:
    """The key that encrypts what clients set up by API; one per stack, kept."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _ensure(folder / SEALING_KEY, new_key)


def _ensure(path: Path, make: Callable[[], str]) -> str:
    if not path.is_file():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
    return path.read_text()
