"""The client platform: red 5, red 6, blue 4 and blue 8, all through one signed webhook call."""

from datetime import UTC, datetime
from time import monotonic

from standardwebhooks import Webhook
from temporalio import activity

from activities.calling import UPSERT, PartnerCalls
from activities.http import Outgoing
from interline.contracts.client_platform import shipper_auth, webhook_bytes
from interline.domain.calls import Delivered, SendWebhook
from interline.errors import PartnerCallError, RefusedError, UnknownError, WaitError, from_status
from interline.names import Activity, Partner
from interline.runtime.clients import Client, Endpoint, WebhookKind

GONE = 410
KEPT_BYTES = 1024
DELIVERED = range(200, 300)


class ClientPlatform:
    """Standard Webhooks: the id stays the same over all tries, so a receiver drops what it has; hence an upsert."""

    def __init__(self, calls: PartnerCalls) -> None:
        self._calls = calls

    @activity.defn(name=Activity.CLIENT_SEND_WEBHOOK)
    async def send_webhook(self, call: SendWebhook) -> Delivered:
        """Send one webhook of an order. Each 2xx is a delivery, 410 means never again, anything else is tried again."""
        return await self._calls.perform(call, UPSERT, lambda: self._send(call))

    async def _send(self, call: SendWebhook) -> Delivered:
        client = self._calls.client(call)
        endpoint = client.webhooks.get(WebhookKind(call.kind))
        if endpoint is None or not endpoint.active:
            raise UnknownError(f"the client has no active {call.kind} webhook: activate it in its settings")
        started = monotonic()
        answer = await self._calls.send(call, _request(call, client, endpoint))
        failure = None if answer.status in DELIVERED else _failure(answer.status, answer.retry_after_seconds)
        if failure:
            raise failure
        return Delivered(status=answer.status, milliseconds=round((monotonic() - started) * 1000))


def _request(call: SendWebhook, client: Client, endpoint: Endpoint) -> Outgoing:
    key = client.shipper_auth_key if call.kind == WebhookKind.LOGISTICS else None
    body = webhook_bytes(call.body, auth=shipper_auth(key.get_secret_value(), endpoint.url) if key else None)
    headers = {
        "content-type": "application/json",
        **_signed(call.webhook_id, body, endpoint),
        "x-interline-event": call.event,
        "x-interline-sequence": str(call.sequence),
        "x-interline-order": call.order_number,
        "x-interline-step": call.step,
    }
    return Outgoing(Partner.CLIENT_PLATFORM.value, "POST", endpoint.url, headers, body, KEPT_BYTES, cut_answer=True)


def _signed(webhook_id: str, body: bytes, endpoint: Endpoint) -> dict[str, str]:
    now = datetime.now(UTC)
    signatures = [
        Webhook(secret.get_secret_value()).sign(webhook_id, now, body.decode()) for secret in endpoint.secrets
    ]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _failure(status: int, wait_seconds: float | None) -> PartnerCallError:
    """Receivers deploy bugs, so other refusals are tried again too (Standard Webhooks: only 410 is for good)."""
    who = Partner.CLIENT_PLATFORM.value
    if status == GONE:
        return RefusedError(f"{who} answered 410: it wants no more webhooks here")
    failure = from_status(status, who=who, wait_seconds=wait_seconds)
    return (
        failure
        if isinstance(failure, WaitError)
        else UnknownError(f"{who} answered {status}", wait_seconds=wait_seconds)
    )
