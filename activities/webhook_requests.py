"""One client webhook as an HTTP request: Standard Webhooks headers, ours, and what each answer means."""

import uuid
from datetime import UTC, datetime
from typing import Final

from pydantic import SecretStr
from standardwebhooks import Webhook

from activities.http import Outgoing
from interline.contracts.client_platform import shipper_auth, webhook_bytes
from interline.domain.calls import SendWebhook
from interline.errors import PartnerCallError, UnknownError, WaitError, from_status
from interline.names import Partner
from interline.runtime.accounts import Destination
from interline.runtime.clients import Client, WebhookKind

GONE: Final = 410
KEPT_BYTES: Final = 1024
TAKEN: Final = range(200, 300)
_WHO: Final = Partner.CLIENT_PLATFORM.value


def webhook_request(call: SendWebhook, client: Client, to: Destination, *, public_only: bool) -> Outgoing:
    """The request of one try: the id is the same in each, time and signatures are of now."""
    key = client.shipper_auth_key if to.kind is WebhookKind.LOGISTICS else None
    body = webhook_bytes(call.body, auth=shipper_auth(key.get_secret_value(), to.url) if key else None)
    headers = {
        "content-type": "application/json",
        **signed(call.webhook_id, body, to.secrets, at=datetime.now(UTC)),
        "x-interline-event": call.event,
        **_place(call),
        **({"x-interline-replay": "true"} if call.replay else {}),
    }
    return Outgoing(_WHO, "POST", to.url, headers, body, KEPT_BYTES, cut_answer=True, public_only=public_only)


def signed(webhook_id: str, body: bytes, secrets: list[SecretStr], *, at: datetime) -> dict[str, str]:
    """Standard Webhooks headers, one signature for each secret (several during a rotation)."""
    signatures = [Webhook(secret.get_secret_value()).sign(webhook_id, at, body.decode()) for secret in secrets]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def refused(status: int, wait_seconds: float | None) -> PartnerCallError | None:
    """What an answer but 2xx means. Receivers deploy bugs, so other refusals are tried again too."""
    if status in TAKEN:
        return None
    failure = from_status(status, who=_WHO, wait_seconds=wait_seconds)
    if isinstance(failure, WaitError):
        return failure
    return UnknownError(f"{_WHO} answered {status}", status=status)


def new_webhook_id() -> str:
    """For a webhook that belongs to no order."""
    return f"msg_{uuid.uuid4().hex}"


def _place(call: SendWebhook) -> dict[str, str]:
    """Where in which order it stands; a ping or a notice belongs to none."""
    if not call.order_number:
        return {}
    sequence = {} if call.sequence is None else {"x-interline-sequence": str(call.sequence)}
    return {
        **sequence,
        "x-interline-order": call.order_number,
        "x-interline-step": call.step,
    }
