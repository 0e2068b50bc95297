"""The clients (tenants) and their settings: `clients.toml`, read again when the file changes."""

import hashlib
import hmac
import os
import time
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import structlog
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from interline.domain.base import JsonObject
from interline.domain.policy import Keys, PriceRule
from interline.domain.shipment import RateType
from interline.names import Partner, Signal
from interline.runtime.business_days import BusinessDays, Ladders
from interline.runtime.secrets import resolve

_log = structlog.get_logger("clients")

YOUNG_NANOSECONDS: Final = 100_000_000
"""Within one tick of the kernel's clock, some milliseconds, a file may change twice and show one time of change: a file
that was changed just now is read again with the next use."""


class Frozen(BaseModel):
    """Settings are read once per change and never edited."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _resolve_secrets(cls, value: object, info: ValidationInfo) -> object:
        base = (info.context or {}).get("base", Path())
        annotation = cls.model_fields[info.field_name or ""].annotation
        if value is not None and annotation in (SecretStr, SecretStr | None):
            return resolve(str(value), base=base)
        if annotation == list[SecretStr] and isinstance(value, list):
            return [resolve(str(item), base=base) for item in value]
        return value


class Expiring(Frozen):
    """What proves who somebody is, for a time."""

    expires_at: AwareDatetime | None = None
    """Until when it is honoured: a rotation adds the new key and lets the old one end."""

    def holds(self, at: datetime) -> bool:
        """Is it honoured at this time?"""
        return self.expires_at is None or at < self.expires_at


class ApiKey(Expiring):
    """One key of a client, stored as SHA-256 (the key itself has 256 random bits, so no slow hash is needed)."""

    id: str
    sha256: Annotated[str, Field(pattern=r"[0-9a-f]{64}")]


class PartnerSecret(Expiring):
    """One secret of a partner's webhooks. Without an end its reference alone may stand in the file."""

    value: SecretStr

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, sent: object) -> object:
        return {"value": sent} if isinstance(sent, str) else sent


class WebhookKind(StrEnum):
    """The two kinds of webhooks a client platform must have active (seed: *activate webhooks for both*)."""

    FULFILLMENT = "fulfillment"
    LOGISTICS = "logistics"


class Endpoint(Frozen):
    """Where a client receives one kind of webhook. `events` empty means all."""

    url: str
    active: bool = True
    events: list[str] = []
    secrets: list[SecretStr]
    """Standard Webhooks secrets (`whsec_…`); more than one during a rotation, the newest first."""


class PartnerAccount(Frozen):
    """How this client's partner is called. Budgets in seconds."""

    url: str
    api_key: SecretStr
    keys: Keys = Keys.HONOURED
    budget_seconds: float = 10.0
    local_budget_seconds: float = 2.0
    rate_per_second: float | None = None
    registration: Annotated[str, Field(pattern="api|by_hand")] = "api"
    checks_tracking: bool = False


class Verifier(StrEnum):
    """How a partner proves that a webhook is its own."""

    SHIPPER_AUTH = "shipper_auth"
    """Body field `auth` = md5(key + registered URL + "json") (official page *payload*)."""
    X_API_KEY = "x_api_key"
    STANDARD_WEBHOOKS = "standard_webhooks"


class Inbound(Frozen):
    """One webhook route of one client."""

    verifier: Verifier
    secrets: list[PartnerSecret]
    """Each of them proves while it holds; the newest first."""
    registered_url: str = ""
    """Exactly as the partner has it: Shipper's `auth` is made from it."""

    def live(self, at: datetime) -> list[str]:
        """The secrets that prove at this time, in the clear."""
        return [secret.value.get_secret_value() for secret in self.secrets if secret.holds(at)]


class Sku(Frozen):
    """A product's weight and size, for orders that do not bring their own."""

    weight_kg: Decimal
    length_cm: int
    width_cm: int
    height_cm: int


def _zone(name: str) -> str:
    ZoneInfo(name)
    return name


class Client(Frozen):
    """One tenant."""

    client_id: Annotated[str, Field(pattern=r"[a-z0-9][a-z0-9-]{0,39}")]
    name: str
    api_keys: list[ApiKey]
    requests_per_second: Annotated[float, Field(gt=0)] = 200.0
    """To our API; twice as many may come at once."""
    shipper_auth_key: SecretStr | None = None
    """Makes the `auth` field of the logistics webhooks we send, as Shipper would."""
    warehouse_zone: Annotated[str, AfterValidator(_zone)] = "Asia/Jakarta"
    webhooks: dict[WebhookKind, Endpoint] = {}
    partners: dict[Partner, PartnerAccount]
    more_providers: dict[str, PartnerAccount] = {}
    """Further logistics providers, by name: their prices are compared with the main one's."""
    webhooks_in: dict[Signal, Inbound] = {}
    logistics_defaults: JsonObject = {}
    skus: dict[str, Sku] = {}
    cod_services: list[int | str] = []
    """Service types with which a courier collects cash; empty means all."""
    tells_wms: bool = True
    deadlines: Ladders | None = None
    deadlines_by_rate_type: dict[RateType, Ladders] = {}
    deadlines_by_service_type: dict[str, Ladders] = {}
    business_days: BusinessDays | None = None
    price_tolerance_percent: float = 0.0
    price_rule: PriceRule = PriceRule.ASK


class ClientsFile(Frozen):
    """The whole file."""

    clients: list[Client]


class UnknownClientError(LookupError):
    """No client of this id (any more)."""


class ClientRegistry:
    """All clients, by id and by API key. Looks at the file's change time on each use, so an edit holds at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._is_settled = False
        self._trouble: tuple[tuple[int, int] | None, str] | None = None
        self._clients: dict[str, Client] = {}
        self._by_key: dict[str, tuple[ApiKey, Client]] = {}
        self.reload()

    def reload(self) -> None:
        """Read the file again. A file that does not parse raises and leaves the old state."""
        stat = self._path.stat()
        parsed = parse_clients(tomllib.loads(self._path.read_text()), base=self._path.parent)
        self._clients = {client.client_id: client for client in parsed.clients}
        self._by_key = {key.sha256: (key, client) for client in parsed.clients for key in client.api_keys}
        self._saw(stat)

    def get(self, client_id: str) -> Client:
        """The client of this id.

        Raises:
            UnknownClientError: there is none.
        """
        self.refresh()
        try:
            return self._clients[client_id]
        except KeyError:
            raise UnknownClientError(f"client {client_id!r} is not in {self._path.name}") from None

    def by_api_key(self, key: str) -> tuple[ApiKey, Client] | None:
        """This key and the client that owns it, while it holds. Hashes are compared in constant time, all of them."""
        self.refresh()
        digest = hashlib.sha256(key.encode()).hexdigest()
        now = datetime.now(UTC)
        found = [pair for known, pair in self._by_key.items() if hmac.compare_digest(known, digest)]
        return next((pair for pair in found if pair[0].holds(now)), None)

    def all(self) -> list[Client]:
        """Every client, in the file's order."""
        self.refresh()
        return list(self._clients.values())

    def refresh(self, *, changed_only: bool = True) -> None:
        """Read a changed file. One that is gone or does not parse is said once, and the clients stay as they were.

        On SIGHUP it is read in any case: a secret beside it may have changed.
        """
        try:
            stat = self._path.stat()
            if changed_only and self._is_settled and _stamp(stat) == self._stamp:
                return
            self._saw(stat)
            self.reload()
        except (OSError, ValueError) as error:
            self._say(error)

    def _saw(self, stat: os.stat_result) -> None:
        """What was read just after its change may be half of it, also when it does not parse."""
        self._stamp = _stamp(stat)
        self._is_settled = not 0 <= time.time_ns() - stat.st_mtime_ns < YOUNG_NANOSECONDS

    def _say(self, error: Exception) -> None:
        if (trouble := (self._stamp, type(error).__name__)) != self._trouble:
            self._trouble = trouble
            _log.error("clients.unreadable", file=self._path.name, error=type(error).__name__)


def _stamp(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_mtime_ns, stat.st_ino


def parse_clients(document: dict[str, Any], *, base: Path) -> ClientsFile:
    """Check a parsed file; secrets are resolved relative to `base`."""
    return ClientsFile.model_validate(document, context={"base": base})
