"""The rules of a client's account, pure: `workflows.client_account` drives them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from interline.domain.account import (
    KINDS,
    LONGEST_OVERLAP_HOURS,
    AccountCommand,
    AccountState,
    Adopted,
    Change,
    ChooseEvents,
    ConfigureWebhooks,
    EndpointHealth,
    EndpointSettings,
    HealthPolicy,
    KindCommand,
    PingResult,
    RotateSecret,
    SealedSecret,
    Standing,
)

CHANGES_KEPT: Final = 50
SECRETS_KEPT: Final = 5


def refusal(state: AccountState, command: AccountCommand, kinds: Iterable[str]) -> str | None:
    """Why this command makes no sense, or None."""
    known = {*state.account.endpoints, *command.adopt}
    for kind in kinds:
        if kind not in KINDS:
            return f"there is no such kind; it is one of {', '.join(KINDS)}"
        if kind not in known:
            return f"no {kind} webhook is configured yet: set its url first"
    if isinstance(command, RotateSecret) and not 0 <= command.overlap_hours <= LONGEST_OVERLAP_HOURS:
        return f"the overlap lasts 0 to {LONGEST_OVERLAP_HOURS:g} hours"
    return None if command.actor.strip() else "the actor is recorded: fill it in"


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
            state.account.standings[kind] = Standing(paused=state.account.standing(kind).paused, well_at=at)
        state.account.endpoints[kind] = new
        note(state, at, command.actor, f"{kind}: set {', '.join(_differences(old, new)) or 'to the same'}")


def rotate(state: AccountState, command: RotateSecret, *, at: datetime) -> None:
    """The new secret signs first; those before sign as well until the overlap ends, or their own ends earlier.

    All of them: an answer that was lost is followed by another rotation, and the secret that the receiver really uses
    must survive that. No overlap means that from now on only the new one signs.
    """
    adopt(state, command.adopt, at=at, who=command.actor)
    last, *older = state.account.secrets[command.kind]
    ends_at = at + timedelta(hours=command.overlap_hours)
    known = [
        secret.model_copy(update={"ends_at": min(secret.ends_at or ends_at, ends_at)}) for secret in (last, *older)
    ]
    still = [secret for secret in known if secret.ends_at and secret.ends_at > at]
    state.account.secrets[command.kind] = [command.secret, *still][:SECRETS_KEPT]
    what = f"{command.kind}: secret {command.secret.id} in, {last.id} out after {command.overlap_hours:g} h"
    note(state, at, command.actor, what)


def choose(state: AccountState, command: ChooseEvents, *, at: datetime) -> None:
    """Only these events from now on."""
    adopt(state, command.adopt, at=at, who=command.actor)
    state.account.endpoints[command.kind].events = command.events
    note(state, at, command.actor, f"{command.kind}: events {', '.join(command.events) or 'all'}")


def pause(state: AccountState, command: KindCommand, *, at: datetime) -> None:
    """Hold what comes."""
    adopt(state, command.adopt, at=at, who=command.actor)
    state.account.standing(command.kind).paused = command.actor
    note(state, at, command.actor, f"{command.kind}: paused {command.reason}".rstrip())


def resume(state: AccountState, command: KindCommand, *, at: datetime) -> None:
    """Send again, whatever stopped it."""
    adopt(state, command.adopt, at=at, who=command.actor)
    state.account.standings[command.kind] = Standing(well_at=at)
    note(state, at, command.actor, f"{command.kind}: resumed {command.reason}".rstrip())


def tested(state: AccountState, kind: str, answered: PingResult, *, at: datetime, who: str) -> None:
    """A test that was taken ends a row of failures, and what waits is due."""
    note(state, at, who, f"{kind}: tested, {answered.status or answered.problem}")
    if answered.ok:
        heard(state, EndpointHealth(kind=kind, state="well"), at=at)
        _due(state, kind)


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
        standing.failing_since, standing.notices, standing.well_at = None, 0, at
        note(state, at, "deliveries", f"{health.kind}: well again")
        _due(state, health.kind)


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


def _due(state: AccountState, kind: str) -> None:
    state.due = [*dict.fromkeys([*state.due, kind])]


def _differences(old: EndpointSettings, new: EndpointSettings) -> list[str]:
    """Names of what changed; an address may hold a token of the receiver's, so values are not written."""
    return [name for name in EndpointSettings.model_fields if getattr(old, name) != getattr(new, name)]


def card(state: AccountState) -> str:
    """The status card in the Temporal UI. Only the host of an address: the rest may hold a token of the receiver's."""
    kinds = [_kind_line(state, kind) for kind in KINDS if kind in {*state.account.endpoints, *state.account.standings}]
    changes = [f"- {change.at:%Y-%m-%d %H:%M:%S} UTC · {change.who} · {change.what}" for change in state.changes[::-1]]
    return "\n\n".join([*kinds, "\n".join(["**Changes**, newest first", *changes])])


def _kind_line(state: AccountState, kind: str) -> str:
    settings, standing = state.account.endpoints.get(kind), state.account.standings.get(kind, Standing())
    failing = f"failing since {standing.failing_since:%Y-%m-%d %H:%M:%S} UTC" if standing.failing_since else "well"
    fares = standing.held or failing
    if settings is None:
        return f"**{kind}** as the clients' file says · {fares}"
    host = "/".join(settings.url.split("/", 3)[:3])
    what = f"{'active' if settings.active else 'not active'} · events {', '.join(settings.events) or 'all'}"
    secrets = ", ".join(_secret_name(secret) for secret in state.account.secrets[kind])
    return f"**{kind}** {host} · {what} · {secrets} · {fares}"


def _secret_name(secret: SealedSecret) -> str:
    return f"{secret.id} until {secret.ends_at:%Y-%m-%d %H:%M} UTC" if secret.ends_at else secret.id
