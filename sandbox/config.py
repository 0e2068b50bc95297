"""The configuration file of the sandbox: who the clients are, where events go, how the partners behave at first."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

EventName = Literal[
    "order_confirmed", "order_status", "goods_issued", "goods_received", "awb_assigned", "shipment_status"
]
KeyedPartner = Literal["oms", "wms", "logistics"]
Keys = Literal["honoured", "lookup", "none"]
"""What a partner makes of an `Idempotency-Key`: honoured; ignored but look-ups work; ignored and no look-ups."""
Confirmation = Literal["sync", "webhook", "none"]
"""How the OMS confirms: in the answer of the create call, later by webhook, or not by itself."""
Verifier = Literal["x_api_key", "shipper_auth", "standard_webhooks"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(_Frozen):
    """Where a partner sends one kind of event, and how it proves itself there."""

    url: str
    verifier: Verifier
    secret: SecretStr


class Client(_Frozen):
    """One client of Interline as the partners and its own platform know it.

    `partner_keys` are the `X-API-Key` values Interline sends; they identify the client at a partner.
    """

    client_id: str
    webhook_secrets: dict[Literal["fulfillment", "logistics"], SecretStr]
    shipper_auth_key: SecretStr
    partner_keys: dict[KeyedPartner, SecretStr]
    webhooks_in: dict[EventName, Target]


class SandboxConfig(_Frozen):
    """Everything the sandbox is told. `pace_seconds` lies between one thing a partner does and the next."""

    host: Literal["127.0.0.1"] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)]
    state_dir: Path
    gateway: str
    pace_seconds: Annotated[float, Field(ge=0)] = 1.0
    clients_file: Path | None = None
    webhooks_at: str = ""
    """Where the client platform is registered, if that is not `base_url`: its URL is part of Shipper's `auth`."""
    clients: Annotated[tuple[Client, ...], Field(min_length=1)]
    confirmation: Confirmation = "webhook"
    keys: dict[KeyedPartner, Keys] = {"oms": "lookup", "wms": "honoured", "logistics": "honoured"}
    statuses: tuple[int, ...] = (1030, 1160, 1180, 1190, 2000)

    @property
    def base_url(self) -> str:
        """The address the partners are called at."""
        return f"http://{self.host}:{self.port}"

    def client(self, client_id: str) -> Client | None:
        """The client of that id, if there is one."""
        return next((client for client in self.clients if client.client_id == client_id), None)
