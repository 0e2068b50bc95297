"""The bodies of the webhook routes: what a client sets up, and how its account is shown. No secret is shown twice."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import Field, JsonValue

from interline.contracts.checking import check
from interline.contracts.fields import Settings
from interline.contracts.problems import ErrorCode, Problem
from interline.domain.account import KINDS, LONGEST_OVERLAP_HOURS, Account, EndpointSettings, PingResult, SealedSecret
from interline.domain.base import JsonObject
from interline.domain.statuses import ClientEvent

HIGHEST_RATE: Final = 1000.0
LOWEST_RATE: Final = 0.1

Rate = Annotated[float, Field(ge=LOWEST_RATE, le=HIGHEST_RATE)]
Events = Annotated[list[str], Field(max_length=50)]


class EndpointBody(Settings):
    """One kind. What is left out stays as it is; the first time `url` is needed."""

    url: str | None = None
    active: bool | None = None
    events: Events | None = None
    rate_per_second: Rate | None = None


class WebhooksBody(Settings):
    """Both kinds, or one."""

    fulfillment: EndpointBody | None = None
    logistics: EndpointBody | None = None


class KindBody(Settings):
    """Which kind a test or a recovery is for; without one, both."""

    kind: str | None = None


class RotateBody(Settings):
    """How long the old secret signs as well."""

    overlap_hours: Annotated[float, Field(ge=0, le=LONGEST_OVERLAP_HOURS)] = 24.0


class PauseBody(Settings):
    """Why, for the record."""

    reason: Annotated[str, Field(max_length=200)] = ""


class EventsBody(Settings):
    """The chosen events; none means all."""

    events: Events


def read_settings(
    body: JsonObject, known: Mapping[str, EndpointSettings]
) -> tuple[dict[str, EndpointSettings], list[Problem]]:
    """The settings of the kinds that the body names, on top of what is known; and every problem with its pointer.

    Addresses are for the caller to check: `sent_addresses`.
    """
    read, problems = check(WebhooksBody, body, "")
    problems += [problem for kind, sent in _sent_kinds(body) for problem in _problems(kind, sent, known)]
    if read is None or problems:
        return {}, problems
    asked = {kind: one for kind in KINDS if (one := getattr(read, kind))}
    if not asked:
        return {}, [Problem(ErrorCode.REQUIRED, f"name at least one kind: {', '.join(KINDS)}", "")]
    return {kind: _merged(one, known.get(kind)) for kind, one in asked.items()}, []


def sent_addresses(body: JsonObject) -> dict[str, str]:
    """The addresses that the body sends, by kind, whatever else is wrong with it."""
    return {kind: url for kind, sent in _sent_kinds(body) if isinstance(url := sent.get("url"), str)}


def check_events(kind: str, events: Sequence[object], prefix: str) -> list[Problem]:
    """Events that this kind does not have."""
    allowed = events_of(kind)
    text = f"one of {', '.join(allowed)}"
    return [
        Problem(ErrorCode.UNKNOWN_VALUE, text, f"{prefix}/events/{index}")
        for index, event in enumerate(events)
        if isinstance(event, str) and event not in allowed
    ]


def events_of(kind: str) -> list[str]:
    """What can be chosen of this kind."""
    return [event.value for event in ClientEvent if event.kind == kind]


def shown(
    account: Account, settings: Mapping[str, EndpointSettings], *, new_secrets: Mapping[str, str] | None = None
) -> JsonObject:
    """Both kinds as the API shows them. `new_secrets`: by id, to be shown this once."""
    return {
        kind: _kind(account, kind, settings.get(kind), new_secrets or {}) if kind in settings else None
        for kind in KINDS
    }


def shown_ping(result: PingResult) -> JsonObject:
    """How the receiver answered."""
    answered: dict[str, JsonValue] = result.model_dump(mode="json")
    return answered


def _sent_kinds(body: JsonObject) -> list[tuple[str, JsonObject]]:
    return [(kind, sent) for kind in KINDS if isinstance(sent := body.get(kind), dict)]


def _problems(kind: str, sent: JsonObject, known: Mapping[str, EndpointSettings]) -> list[Problem]:
    missing = sent.get("url") is None and kind not in known
    needs = [Problem(ErrorCode.REQUIRED, "add the address of your endpoint", f"/{kind}/url")] if missing else []
    events = sent.get("events")
    return [*needs, *(check_events(kind, events, f"/{kind}") if isinstance(events, list) else [])]


def _merged(asked: EndpointBody, known: EndpointSettings | None) -> EndpointSettings:
    given = asked.model_dump(exclude_none=True)
    return EndpointSettings.model_validate({**(known.model_dump() if known else {}), **given})


def _kind(account: Account, kind: str, settings: EndpointSettings | None, new_secrets: Mapping[str, str]) -> JsonObject:
    standing = account.standings.get(kind)
    secrets = [_secret(sealed, new_secrets) for sealed in account.secrets.get(kind, []) if _signs(sealed)]
    return {
        **(settings.model_dump(mode="json") if settings else {}),
        "available_events": [*events_of(kind)],
        "state": _state(account, kind, settings),
        "held_because": standing.held if standing else "",
        "failing_since": standing.failing_since.isoformat() if standing and standing.failing_since else None,
        "secrets": [*secrets],
        "set_by": "api" if kind in account.endpoints else "operator",
    }


def _state(account: Account, kind: str, settings: EndpointSettings | None) -> str:
    standing = account.standings.get(kind)
    if settings is None or not settings.active:
        return "not_active"
    if standing and standing.disabled:
        return "disabled"
    if standing and standing.paused:
        return "paused"
    return "failing" if standing and standing.failing_since else "sending"


def _signs(sealed: SealedSecret) -> bool:
    return sealed.ends_at is None or sealed.ends_at > datetime.now(UTC)


def _secret(sealed: SealedSecret, new_secrets: Mapping[str, str]) -> JsonObject:
    row: JsonObject = {
        "id": sealed.id,
        "made_at": sealed.made_at.isoformat(),
        "ends_at": sealed.ends_at.isoformat() if sealed.ends_at else None,
    }
    return {**row, "secret": new_secrets[sealed.id]} if sealed.id in new_secrets else row
