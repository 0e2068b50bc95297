"""Settings of our own processes, from `INTERLINE_*` variables. Read once, in the composition roots."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from interline.domain.account import HealthPolicy
from interline.domain.policy import DELIVERY_SCHEDULE_SECONDS, HOLD_SECONDS, Deadlines, deadlines_by_rate_type
from interline.runtime.business_days import BusinessDays, Ladders


class Settings(BaseSettings):
    """Every setting with its default. The connection to Temporal has its own (`TEMPORAL_ADDRESS`, … by envconfig)."""

    model_config = SettingsConfigDict(env_prefix="INTERLINE_", frozen=True, extra="forbid", env_nested_delimiter="__")

    clients_file: Path = Path("clients.toml")
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    """Where partners reach the gateway from outside; empty means http://host:port."""
    log_file: Path | None = None
    """One JSON line per event; empty means standard error."""
    log_level: str = "INFO"
    worker_metrics: str = ""
    """Where the worker serves its own metrics as Prometheus text, HOST:PORT; empty: nowhere."""
    quote_valid_seconds: float = 900.0
    retention_days: int = 40
    """Least memory of duplicates that start-up accepts from the namespace."""
    delivery_schedule_seconds: list[float] = Field(default_factory=lambda: list(DELIVERY_SCHEDULE_SECONDS))
    delivery_hold_seconds: float = HOLD_SECONDS
    deadlines: Ladders = Field(default_factory=Deadlines)
    """Ladders of the waits; a client, its rate types and its service types change them, in this order."""
    deadlines_by_rate_type: dict[str, Ladders] = Field(default_factory=deadlines_by_rate_type)
    business_days: BusinessDays = Field(default_factory=BusinessDays)
    """For rungs that count working days."""
    allow_private_webhooks: bool = False
    """Let client webhooks go to loopback and private addresses (demo and tests only)."""
    secrets_key: str = ""
    """References (`env:NAME`, `file:PATH`) to the keys that encrypt clients' webhook secrets: 32 bytes in base64,
    newest first, with spaces between. A relative file is looked up beside the clients' file."""
    endpoint_health: HealthPolicy = Field(default_factory=HealthPolicy)
    reconcile_every_seconds: float = 0.0
    """How often all open orders are compared with their partners, by a Temporal Schedule; 0: never."""
    max_cached_workflows: int = 1000
    max_requests: int = 100
    """Requests the gateway works on at a time; the next one is answered 503. Probes always pass."""
    failed_auth_per_minute: int = 100
    """Wrong keys and signatures of one address; then they are answered 429. What is right always passes."""

    @property
    def outside_url(self) -> str:
        """The gateway's address as partners see it, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
