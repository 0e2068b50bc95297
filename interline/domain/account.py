"""What a client set up for its webhooks, and how its endpoints fare: the state of `ClientAccount`, and its rules.

Pure: `workflows.client_account` drives it, the gateway and the delivery activity only read it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from interline.domain.base import Durable

CHANGES_KEPT: Final = 50
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


def note(state: AccountState, at: datetime, who: str, what: str) -> None:
    """Record a change."""
    state.changes = [*state.changes, Change(at=at, who=who, what=what)][-CHANGES_KEPT:]


def adopt(state: AccountState, offered: Mapping[str, Adopted], *, at: datetime, who: str) -> None:
    """Take over the kinds that the account does not know yet."""
    for kind, known in offered.items():
        if kind not in state.account.endpoints:
            state.account.endpoints[kind] = known.settings
            state.account.secrets[kind] = known.secrets
            note(state, at, who, f"{kind}: taken over with secret {known.secrets[0].id}")


def configure(state: AccountState, command: ConfigureWebhooks, *, at: datetime) -> None:
    """New settings. Another address is another receiver, so a standing that was earned by the old one goes."""
    adopt(state, command.adopt, at=at, who=command.actor)
    for kind, new in command.endpoints.items():
        old = state.account.endpoints[kind]
        if new.url != old.url:
            standing = state.account.standing(kind)
            standing.disabled, standing.failing_since, standing.notices = "", None, 0
        state.account.endpoints[kind] = new
        note(state, at, command.actor, f"{kind}: set {', '.join(_differences(old, new)) or 'to the same'}")


def rotate(state: AccountState, command: RotateSecret, *, at: datetime) -> None:
    """The new secret signs first; the newest of the old ones signs as well until the overlap ends."""
    adopt(state, command.adopt, at=at, who=command.actor)
    last = state.account.secrets[command.kind][0]
    ends_at = at + timedelta(hours=command.overlap_hours)
    old = [last.model_copy(update={"ends_at": ends_at})] if command.overlap_hours else []
    state.account.secrets[command.kind] = [command.secret, *old]
    what = f"{command.kind}: secret {command.secret.id} in, {last.id} out after {command.overlap_hours:g} h"
    note(state, at, command.actor, what)


def resume(standing: Standing) -> None:
    """Send again, whatever stopped it."""
    standing.paused = standing.disabled = ""
    standing.failing_since, standing.notices = None, 0


def heard(state: AccountState, health: EndpointHealth, *, at: datetime) -> None:
    """A delivery's report: failures count from the first of a row, one success ends the row."""
    standing = state.account.standing(health.kind)
    if health.state == "gone" and not standing.disabled:
        standing.disabled = "it answered 410, it wants no more webhooks"
        note(state, at, "deliveries", f"{health.kind}: {standing.disabled}")
    elif health.state == "failing" and standing.failing_since is None:
        standing.failing_since = health.since or at
        note(state, at, "deliveries", f"{health.kind}: failing since {standing.failing_since:%Y-%m-%d %H:%M:%S} UTC")
    elif health.state == "well" and standing.failing_since is not None:
        standing.failing_since, standing.notices = None, 0
        note(state, at, "deliveries", f"{health.kind}: well again")


def next_act(standing: Standing, policy: HealthPolicy) -> tuple[str, datetime] | None:
    """What comes next for a failing endpoint, and when: first notice, last notice, disable."""
    since = standing.failing_since
    if since is None or standing.disabled:
        return None
    acts = (
        ("first notice", 0.0),
        ("last notice", policy.second_notice_seconds),
        ("disable", policy.disable_seconds),
    )
    act, after_seconds = acts[min(standing.notices, len(acts) - 1)]
    return act, since + timedelta(seconds=after_seconds)


def _differences(old: EndpointSettings, new: EndpointSettings) -> list[str]:
    """Names of what changed; an address may hold a token of the receiver's, so values are not written."""
    return [name for name in EndpointSettings.model_fields if getattr(old, name) != getattr(new, name)]
