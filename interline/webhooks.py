"""Is this webhook the partner's own? Three ways of proving it; none of the checks ever raises.

Signing what we send stands with its sender (`activities.client_platform`), with the same recipes.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from interline.contracts.client_platform import shipper_auth

TOLERANCE_SECONDS: Final = 300
"""How far the sender's clock may be from ours (Standard Webhooks)."""
MOST_SIGNATURES: Final = 10
"""More are not looked at; a sender needs one for each secret of a rotation."""

HeaderValues = Callable[[str], Sequence[str]]
"""All values of one header, so that a header given twice is seen."""

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_SECONDS: Final = re.compile(r"[0-9]{1,12}", re.ASCII)


def proves_shipper_auth(claimed: object, *, secrets: Iterable[str], registered_url: str) -> bool:
    """Shipper's body field `auth`: md5 of key, registered URL and `json`, the same for all events (page *payload*)."""
    if not isinstance(claimed, str):
        return False
    expected = [shipper_auth(secret, registered_url) for secret in secrets]
    return _any_equal(claimed, expected)


def proves_api_key(headers: HeaderValues, *, secrets: Iterable[str]) -> bool:
    """The header `x-api-key`, given once."""
    sent = headers("x-api-key")
    return len(sent) == 1 and _any_equal(sent[0], secrets)


def proven_webhook_id(headers: HeaderValues, body: bytes, *, secrets: Iterable[str], now: datetime) -> str | None:
    """The `webhook-id` of a Standard Webhooks request whose signature is right and fresh, else None.

    Ids hold no dot, because the signed text joins id, time and body with dots.
    """
    parts = [headers(name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
    if any(len(values) != 1 for values in parts):
        return None
    webhook_id, timestamp, signatures = (values[0] for values in parts)
    if not _ID.fullmatch(webhook_id) or not _SECONDS.fullmatch(timestamp):
        return None
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    right = [_signature(secret, signed) for secret in secrets]
    proven = sum(_any_equal(sent, right) for sent in signatures.split(" ", MOST_SIGNATURES)[:MOST_SIGNATURES]) > 0
    fresh = abs(int(timestamp) - now.timestamp()) <= TOLERANCE_SECONDS
    return webhook_id if proven and fresh else None


def _signature(secret: str, signed: bytes) -> str:
    """`v1,<base64>`; a secret that cannot be read signs nothing."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_") + "==")
    except (binascii.Error, ValueError):
        return ""
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() if key else ""


def _any_equal(sent: str, expected: Iterable[str]) -> bool:
    """Compares with all of them (`sum` stops at none), in constant time, as bytes: text beyond ASCII would raise."""
    claimed = _bytes(sent)
    return sum(hmac.compare_digest(claimed, _bytes(one)) for one in expected if one) > 0


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
