"""Which proof a client's partner owes on a webhook, and whether this one carries it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from pydantic import JsonValue

from interline.contracts.problems import RequestError
from interline.contracts.strict_json import parse
from interline.runtime.clients import Inbound, Verifier
from interline.webhooks import HeaderValues, proven_webhook_id, proves_api_key, proves_shipper_auth


@dataclass(frozen=True)
class Sent:
    """The bytes of a webhook, and what they say, which is read when it is first asked for and once only."""

    body: bytes

    def said(self) -> JsonValue:
        """The JSON value.

        Raises:
            RequestError: there is none.
        """
        if isinstance(self._read, RequestError):
            raise self._read
        return self._read

    @cached_property
    def _read(self) -> JsonValue | RequestError:
        try:
            return parse(self.body)
        except RequestError as error:
            return error


@dataclass(frozen=True, slots=True)
class Proof:
    """The sender is who it should be. `sender_id` is its own event id, where the proof covers one."""

    sender_id: str | None = None
    drift_seconds: float = 0.0
    """How far the sender's clock is from ours, where the proof has a time."""


def proof_of(inbound: Inbound, headers: HeaderValues, sent: Sent, *, registered_url: str) -> Proof | None:
    """None when the proof is missing or wrong. Never raises."""
    now = datetime.now(UTC)
    secrets = inbound.live(now)
    if inbound.verifier is Verifier.STANDARD_WEBHOOKS:
        webhook_id = proven_webhook_id(headers, sent.body, secrets=secrets, now=now)
        return Proof(webhook_id, now.timestamp() - int(headers("webhook-timestamp")[0])) if webhook_id else None
    if inbound.verifier is Verifier.X_API_KEY:
        return Proof() if proves_api_key(headers, secrets=secrets) else None
    proven = proves_shipper_auth(_auth(sent), secrets=secrets, registered_url=registered_url)
    return Proof() if proven else None


def _auth(sent: Sent) -> JsonValue:
    """Shipper's proof stands inside the body, so only there the strict reader goes first."""
    try:
        document = sent.said()
    except RequestError:
        return None
    return document.get("auth") if isinstance(document, dict) else None
