"""What a client set up for its webhooks and how its endpoints fare: the state and the messages of `ClientAccount`.

The rules stand in `account_rules`; the gateway and the delivery activity only read.
"""

from datetime import datetime
from typing import Final

from pydantic import Field

from interline.domain.base import Durable

KINDS: Final = ("fulfillment", "logistics")
LONGEST_OVERLAP_HOURS: Final = 168.0


class SealedSecret(Durable):
    """A Standard Webhooks secret, encrypted before it came near any history. `id` is what people call it by."""

    id: str
    key_id: str
    box: str
    made_at: datetime
    ends_at: datetime | None = None
    """During a rotation the older secret signs until then."""


class EndpointSettings(Durable):
    """One kind of webhooks as the client configured it. `events` empty means all."""

    url: str
    active: bool = True
    events: list[str] = Field(default_factory=list)
    rate_per_second: float | None = None


class Standing(Durable):
    """How an endpoint fares. While it is paused or disabled its webhooks are held, not dropped."""

    paused: str = ""
    """Who paused it, and why."""
    disabled: str = ""
    """Why we stopped sending: it answered 410, or failed for too long."""
    failing_since: datetime | None = None
    notices: int = 0
    well_at: datetime | None = None
    """When a row of failures ended; what failed before that is no sign of a new one."""

    @property
    def held(self) -> str:
        """Why nothing is sent now, or nothing."""
        if self.disabled:
            return f"disabled: {self.disabled}"
        return f"paused by {self.paused}" if self.paused else ""


class Account(Durable):
    """The current configuration: what the memo holds. All three by kind; a kind may have a standing only."""

    endpoints: dict[str, EndpointSettings] = Field(default_factory=dict)
    secrets: dict[str, list[SealedSecret]] = Field(default_factory=dict)
    """Newest first."""
    standings: dict[str, Standing] = Field(default_factory=dict)

    def standing(self, kind: str) -> Standing:
        """How this endpoint fares; to be changed in place."""
        return self.standings.setdefault(kind, Standing())


class Change(Durable):
    """Who changed what, and when."""

    at: datetime
    who: str
    what: str


class HealthPolicy(Durable):
    """When a failing endpoint is told about, and disabled (reliability WH-04)."""

    second_notice_seconds: float = 96 * 3600.0
    disable_seconds: float = 120 * 3600.0


class AccountState(Durable):
    """Everything `ClientAccount` knows."""

    account: Account = Field(default_factory=Account)
    changes: list[Change] = Field(default_factory=list)
    due: list[str] = Field(default_factory=list)
    """Kinds whose waiting deliveries are to be made due."""


class AccountInput(Durable):
    """The start of `ClientAccount`."""

    client_id: str
    policy: HealthPolicy = Field(default_factory=HealthPolicy)
    carried: AccountState | None = None


class Adopted(Durable):
    """A kind that the account does not know yet: from the clients' file, or new."""

    settings: EndpointSettings
    secrets: list[SealedSecret]


class AccountCommand(Durable):
    """What every command brings: who, and what the account may take over first where it knows nothing yet."""

    actor: str
    adopt: dict[str, Adopted] = Field(default_factory=dict)


class ConfigureWebhooks(AccountCommand):
    """Set one kind or both."""

    endpoints: dict[str, EndpointSettings]


class KindCommand(AccountCommand):
    """Pause, resume, test or recover one kind."""

    kind: str
    reason: str = ""


class ChooseEvents(AccountCommand):
    """Send only these events of one kind; none named means all."""

    kind: str
    events: list[str]


class RotateSecret(AccountCommand):
    """Sign with a new secret; the old one signs as well for the overlap."""

    kind: str
    secret: SealedSecret
    overlap_hours: float = 24.0


class EndpointHealth(Durable):
    """What a delivery saw: `failing`, `well` or `gone`. `since` is the first failure of a row of failures."""

    kind: str
    state: str
    since: datetime | None = None


class MakeDue(Durable):
    """Make the waiting deliveries of one kind due now."""

    client_id: str
    kind: str


class MadeDue(Durable):
    """How many waiting deliveries of how many orders were made due."""

    orders: int = 0
    deliveries: int = 0


class PingResult(Durable):
    """How the receiver answered a test. `answer` is the beginning of its body."""

    ok: bool
    status: int | None = None
    milliseconds: int = 0
    answer: str = ""
    problem: str = ""
    webhook_id: str = ""
