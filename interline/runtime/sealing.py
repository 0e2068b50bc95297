"""Secrets of clients at rest: AES-256-GCM with a key from the settings, bound to whose secret it is.

Several keys may be known: the first seals, each opens what it once sealed (its id stands with the box), so that a key
is changed without touching any history.
"""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from interline.domain.account import SealedSecret
from interline.runtime.secrets import resolve

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class SealError(ValueError):
    """A key is missing or a box cannot be opened. The text names ids, never a secret."""


class Sealer:
    """Seals with the newest key, opens with any."""

    def __init__(self, keys: list[SecretStr]) -> None:
        self._keys = {_id_of(raw): AESGCM(raw) for raw in map(_raw, keys)}
        self._newest = next(iter(self._keys), "")

    @classmethod
    def of(cls, references: str, *, base: Path, environ: Mapping[str, str] = os.environ) -> "Sealer":
        """The keys that `INTERLINE_SECRETS_KEY` names, newest first, with spaces between the references."""
        return cls([resolve(reference, base=base, environ=environ) for reference in references.split()])

    def seal(self, secret: SecretStr, *, client_id: str, kind: str) -> SealedSecret:
        """Encrypt one secret of one endpoint.

        Raises:
            SealError: no key is configured.
        """
        if not self._newest:
            raise SealError("set INTERLINE_SECRETS_KEY: without it no webhook secret can be kept")
        nonce = os.urandom(_NONCE_BYTES)
        box = nonce + self._keys[self._newest].encrypt(
            nonce, secret.get_secret_value().encode(), _bound(client_id, kind)
        )
        return SealedSecret(
            id="whs_" + hashlib.sha256(secret.get_secret_value().encode()).hexdigest()[:12],
            key_id=self._newest,
            box=base64.b64encode(box).decode(),
            made_at=datetime.now(UTC),
        )

    def open(self, sealed: SealedSecret, *, client_id: str, kind: str) -> SecretStr:
        """Decrypt one secret.

        Raises:
            SealError: its key is not known here, or the box is not this endpoint's.
        """
        if sealed.key_id not in self._keys:
            raise SealError(
                f"secret {sealed.id} was sealed with key {sealed.key_id}, which INTERLINE_SECRETS_KEY lacks"
            )
        box = base64.b64decode(sealed.box)
        try:
            text = self._keys[sealed.key_id].decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], _bound(client_id, kind))
        except InvalidTag:
            raise SealError(f"secret {sealed.id} cannot be opened for {client_id} {kind}") from None
        return SecretStr(text.decode())


def new_key() -> str:
    """A key for the settings."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def new_webhook_secret() -> SecretStr:
    """A Standard Webhooks secret of 32 random bytes."""
    return SecretStr("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())


def _raw(key: SecretStr) -> bytes:
    try:
        raw = base64.b64decode(key.get_secret_value(), validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise SealError("INTERLINE_SECRETS_KEY must lead to 32 bytes in base64: `openssl rand -base64 32` makes one")
    return raw


def _id_of(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:8]


def _bound(client_id: str, kind: str) -> bytes:
    return f"{client_id}\x1f{kind}".encode()
