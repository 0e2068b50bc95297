"""A client's account over virtual days: failing endpoints (reliability WH-04), secrets that rotate (WH-01)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from activities.endpoint_health import failing_since
from interline.domain import account_rules
from interline.domain.account import (
    Account,
    AccountState,
    EndpointHealth,
    EndpointSettings,
    HealthPolicy,
    PingResult,
    RotateSecret,
    SealedSecret,
)
from interline.domain.calls import TryRecord
from interline.errors import Outcome
from tests.shapes import NOON

KIND = "fulfillment"


def hears(state: AccountState, what: str, *, hours: float, since: datetime | None = None) -> None:
    at = NOON + timedelta(hours=hours)
    account_rules.heard(state, EndpointHealth(kind=KIND, state=what, since=since), at=at)


def acts(state: AccountState, *, until_hours: float) -> Iterator[tuple[str, float]]:
    """What the account does by itself, and after how many hours."""
    standing = state.account.standing(KIND)
    while coming := account_rules.next_act(standing, HealthPolicy()):
        act, at = coming
        if (hours := (at - NOON).total_seconds() / 3600) > until_hours:
            return
        yield act, hours
        standing.notices += 1
        standing.disabled = "it only failed" if act == "disable" else ""


def test_six_days_of_failures_are_two_notices_then_the_end() -> None:
    state = AccountState()
    hears(state, "failing", hours=0.6, since=NOON)
    assert list(acts(state, until_hours=144)) == [("first notice", 0), ("last notice", 96), ("disable", 120)]


def test_one_success_on_the_fifth_day_starts_the_count_anew_and_sends_what_waits() -> None:
    state = AccountState()
    hears(state, "failing", hours=0.6, since=NOON)
    assert list(acts(state, until_hours=119)) == [("first notice", 0), ("last notice", 96)]
    hears(state, "well", hours=119)
    assert state.due == [KIND]
    assert list(acts(state, until_hours=1000)) == []
    hears(state, "failing", hours=121, since=NOON + timedelta(hours=120))
    assert list(acts(state, until_hours=239)) == [("first notice", 120), ("last notice", 216)]


def failures(*hours: float, held: float | None = None) -> list[TryRecord]:
    known = [TryRecord(number=1, at=NOON + timedelta(hours=hour), outcome=Outcome.UNKNOWN) for hour in hours]
    return [*known, TryRecord(number=1, at=NOON + timedelta(hours=held), outcome=Outcome.HELD)] if held else known


@pytest.mark.parametrize(
    ("tries", "well", "since"),
    [
        (failures(0, 0.1), None, None),
        (failures(0, 0.1, 0.6), None, 0),
        (failures(0, 0.1, held=0.6), None, None),
        (failures(0, 0.1, 0.6), 0.05, None),
        (failures(0, 0.1, 0.6, 2.6, 7.6), 0.05, 0.1),
        (failures(0, 0.1, 0.6, 2.6, 7.6), 7, None),
    ],
    ids=["three", "four", "held is no failure", "one was taken meanwhile", "four since", "one since"],
)
def test_an_endpoint_is_failing_when_four_tries_failed_and_nothing_else_was_taken_meanwhile(
    tries: list[TryRecord], well: float | None, since: float | None
) -> None:
    well_at = None if well is None else NOON + timedelta(hours=well)
    assert failing_since(tries, well_at=well_at) == (None if since is None else NOON + timedelta(hours=since))


def test_a_test_that_was_taken_counts_as_a_success_and_one_that_was_not_does_not() -> None:
    state = AccountState()
    hears(state, "failing", hours=0.6, since=NOON)
    account_rules.tested(state, KIND, PingResult(ok=False, status=500), at=NOON, who="ops")
    assert state.account.standing(KIND).failing_since == NOON
    account_rules.tested(state, KIND, PingResult(ok=True, status=200), at=NOON, who="ops")
    assert state.account.standing(KIND).failing_since is None


@pytest.mark.parametrize(
    ("overlaps", "ends"),
    [
        ([24], {"s0": 24, "s1": None}),
        ([24, 24], {"s0": 24, "s1": 25, "s2": None}),
        ([24, 2], {"s0": 3, "s1": 3, "s2": None}),
        ([24, 0], {"s2": None}),
        ([0.5, 24], {"s1": 25, "s2": None}),
    ],
)
def test_secrets_sign_until_their_overlap_ends(overlaps: list[float], ends: dict[str, float | None]) -> None:
    """One rotation an hour."""
    endpoint = EndpointSettings(url="https://shop.example/")
    state = AccountState(account=Account(endpoints={KIND: endpoint}, secrets={KIND: [sealed("s0")]}))
    for hour, overlap in enumerate(overlaps):
        command = RotateSecret(actor="ops", kind=KIND, secret=sealed(f"s{hour + 1}"), overlap_hours=overlap)
        account_rules.rotate(state, command, at=NOON + timedelta(hours=hour))
    known = {secret.id: secret.ends_at for secret in state.account.secrets[KIND]}
    assert known == {name: None if hours is None else NOON + timedelta(hours=hours) for name, hours in ends.items()}


def sealed(name: str) -> SealedSecret:
    return SealedSecret(id=name, key_id="k", box="", made_at=NOON)
