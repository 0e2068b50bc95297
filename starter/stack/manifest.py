"""`stack.json`: what a running stack tells other people's tools (shape: DESIGN §11, a public contract)."""

from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from interline.names import Signal
from interline.runtime.clients import Client, Inbound, WebhookKind
from starter.stack.addresses import Addresses
from starter.stack.clients import ROUTES_IN


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class WebhookIn(_Shape):
    """Where a partner sends one kind of event, and how it proves itself."""

    url: str
    verifier: str
    secret: str

    @classmethod
    def of(cls, inbound: Inbound) -> Self:
        """The newest secret is the one to use."""
        return cls(
            url=inbound.registered_url,
            verifier=inbound.verifier.value,
            secret=inbound.secrets[0].value.get_secret_value(),
        )


def newest_secrets(client: Client) -> dict[str, str]:
    """Of each kind of webhooks, in the clear."""
    return {kind.value: endpoint.secrets[0].get_secret_value() for kind, endpoint in client.webhooks.items()}


class ClientEntry(_Shape):
    """One client. `webhook_url` receives its fulfillment webhooks; `webhooks_in`: where its partners reach us.

    `webhook_secret` signs what goes to `webhook_url`; `webhook_secrets` has that of each kind.
    """

    client_id: str
    api_key: str
    webhook_url: str
    webhook_secret: str
    webhook_secrets: dict[str, str] = Field(default_factory=dict)
    webhooks_in: dict[str, WebhookIn]

    @classmethod
    def of(cls, client: Client, api_key: str) -> Self:
        """Secrets in the clear: whoever reads this drives the demo."""
        endpoint = client.webhooks[WebhookKind.FULFILLMENT]
        return cls(
            client_id=client.client_id,
            api_key=api_key,
            webhook_url=endpoint.url,
            webhook_secret=endpoint.secrets[0].get_secret_value(),
            webhook_secrets=newest_secrets(client),
            webhooks_in={signal.value: WebhookIn.of(inbound) for signal, inbound in client.webhooks_in.items()},
        )


class PartnerEntry(_Shape):
    """One partner, with the webhooks it sends for the first client."""

    url: str
    webhooks: dict[str, WebhookIn]


class Manifest(_Shape):
    """A running stack."""

    gateway: str
    sandbox: str
    temporal: str
    ui: str
    namespace: str
    pids: dict[str, int]
    clients: list[ClientEntry]
    partners: dict[str, PartnerEntry]

    @classmethod
    def of(cls, addresses: Addresses, clients: Sequence[tuple[Client, str]], pids: Mapping[str, int]) -> Self:
        """`clients` come with their API keys; the first one stands for the partners' webhooks."""
        entries = [ClientEntry.of(client, key) for client, key in clients]
        return cls(
            gateway=addresses.gateway,
            sandbox=addresses.sandbox,
            temporal=addresses.temporal,
            ui=addresses.ui,
            namespace=addresses.namespace,
            pids=dict(pids),
            clients=entries,
            partners={
                sender: PartnerEntry(url=f"{addresses.sandbox}/{sender}", webhooks=_sent_by(sender, entries[0]))
                for sender in ("oms", "wms", "logistics", "fulfillment")
            },
        )


def _sent_by(sender: str, client: ClientEntry) -> dict[str, WebhookIn]:
    return {event: webhook for event, webhook in client.webhooks_in.items() if ROUTES_IN[Signal(event)][0] == sender}
