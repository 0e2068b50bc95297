"""How a sender proves itself and how the client platform checks it (shipper-api §4.2, Standard Webhooks)."""

import base64
import hashlib
from datetime import datetime, timedelta

from standardwebhooks import Webhook, WebhookVerificationError

from sandbox.config import Target
from sandbox.outbox import Event, Signature
from sandbox.wire import JsonObject, now

_STALE = timedelta(minutes=10)


def shipper_auth(api_key: str, url: str) -> str:
    """Shipper's `auth`: constant for all events to one registered URL."""
    return hashlib.md5(f"{api_key}{url}json".encode()).hexdigest()  # noqa: S324  the recipe is theirs


def sealed(body: JsonObject, target: Target, *, url: str, signature: Signature) -> JsonObject:
    """The body as it is sent: with `auth` where the verifier is Shipper's, which puts it inside."""
    if target.verifier != "shipper_auth":
        return body
    return {"auth": shipper_auth(_secret(target, signature), url), **body}


def proof_headers(event: Event, target: Target, text: str) -> dict[str, str]:
    """The headers of one try. The event id travels only where the verifier has a place for it."""
    if target.verifier == "shipper_auth":
        return {}
    if target.verifier == "x_api_key":
        return {"x-api-key": _secret(target, event.signature)}
    at = now() - _STALE if event.signature == "stale" else now()
    secret = target.secret.get_secret_value() if event.signature == "stale" else _secret(target, event.signature)
    return standard_headers(secret, event.event_id, at, text)


def standard_headers(secret: str, event_id: str, at: datetime, text: str) -> dict[str, str]:
    """Standard Webhooks headers over `text`."""
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, at, text),
    }


def verified(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    """The Standard Webhooks signature is right and fresh. Never raises, whatever came."""
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _secret(target: Target, signature: Signature) -> str:
    """The secret that signs: the true one, a retired one or a wrong one, the latter two in the same form."""
    secret = target.secret.get_secret_value()
    if signature == "good":
        return secret
    other = hashlib.sha256(f"{signature}:{secret}".encode()).digest()
    if target.verifier == "standard_webhooks":
        return "whsec_" + base64.b64encode(other).decode()
    return other.hex()
