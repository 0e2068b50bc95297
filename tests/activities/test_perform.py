"""One call over its tries: the three kinds of partner after an unknown outcome, and what Temporal is told (REL-07)."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.calling import CREATE, READ, Effect, PartnerCalls
from interline.domain.calls import CallInput, FailedTry, TryRecord
from interline.domain.policy import Keys, OrderPolicy
from interline.errors import (
    HeldError,
    NotSentError,
    Outcome,
    PartnerCallError,
    RefusedError,
    UnaskableError,
    UnknownError,
    WaitError,
)
from tests.activities.conftest import PartnersAt
from workflows.policies import delivery_window

SCHEDULE = [5.0, 300.0]


def a_call(**changes: object) -> CallInput:
    known = {"client_id": "demo-shop", "order_number": "SO-1", "step": "red 3", "key": "il-1", "durable": True}
    return CallInput.model_validate({**known, **changes})


class Partner:
    """Records what reaches it and answers in turn; what is left unsaid is a success."""

    def __init__(self, *outcomes: PartnerCallError | str | None) -> None:
        self.outcomes = list(outcomes)
        self.heard: list[str] = []

    async def send(self) -> str:
        self.heard.append("create")
        return self._next() or "created"

    async def look_up(self) -> str | None:
        self.heard.append("look up")
        return self._next()

    def _next(self) -> str | None:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if isinstance(outcome, PartnerCallError):
            raise outcome
        return outcome


@dataclasses.dataclass
class Engine:
    """The engine's part: attempts, and heartbeat details that survive them."""

    calls: PartnerCalls
    call: CallInput
    partner: Partner
    effect: Effect = CREATE
    attempt: int = 0
    details: list[Any] = dataclasses.field(default_factory=list)

    async def try_once(self) -> str:
        self.attempt += 1
        environment = ActivityEnvironment()
        environment.info = dataclasses.replace(
            environment.info, attempt=self.attempt, heartbeat_details=list(self.details)
        )
        environment.on_heartbeat = self._beat
        return await environment.run(self._perform)

    async def fail_once(self) -> ApplicationError:
        with pytest.raises(ApplicationError) as caught:
            await self.try_once()
        return caught.value

    async def killed(self) -> None:
        """A try whose worker died with it: it left no detail."""
        self.attempt += 1

    def _beat(self, *details: object) -> None:
        self.details = [item.model_dump(mode="json") if isinstance(item, TryRecord) else item for item in details]

    async def _perform(self) -> str:
        return await self.calls.perform(self.call, self.effect, self.partner.send, self.partner.look_up)


Start = Callable[..., Engine]


@pytest.fixture
def start(partners_at: PartnersAt) -> Start:
    """A call about to be made; each gets a worker without memory of others."""

    def build(partner: Partner, effect: Effect = CREATE, **changes: object) -> Engine:
        return Engine(partners_at("http://127.0.0.1:1"), a_call(**changes), partner, effect)

    return build


async def test_the_first_durable_attempt_only_repeats_the_local_failure(start: Start) -> None:
    after = FailedTry(outcome="Wait", message="oms answered 429", wait_seconds=90.0)
    engine = start(Partner(), after=after)
    error = await engine.fail_once()
    assert (error.type, error.message, engine.partner.heard) == ("Wait", "oms answered 429", [])
    assert error.next_retry_delay is not None
    assert error.next_retry_delay.total_seconds() == 90.0
    assert not error.non_retryable


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [(None, 4.0, 6.0), (2.0, 4.0, 6.0), (90.0, 90.0, 90.0)],
    ids=["schedule", "less than the schedule", "more than the schedule"],
)
async def test_the_next_time_is_the_larger_of_retry_after_and_schedule(
    start: Start, asked: float | None, least: float, most: float
) -> None:
    local = start(
        Partner(), after=FailedTry(outcome="Wait", message="m", wait_seconds=asked), schedule_seconds=SCHEDULE
    )
    durable = start(Partner(WaitError("m", wait_seconds=asked)), schedule_seconds=SCHEDULE)
    for engine in (local, durable):
        pause = (await engine.fail_once()).next_retry_delay
        assert pause is not None
        assert least <= pause.total_seconds() <= most


async def test_without_a_schedule_pauses_double_up_to_a_minute(start: Start) -> None:
    engine = start(Partner(*[UnknownError("m")] * 12), READ)
    for planned in (1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60):
        pause = (await engine.fail_once()).next_retry_delay
        assert pause is not None
        assert planned / 2 <= pause.total_seconds() <= planned


UNKNOWN_THEN = [
    pytest.param(Keys.HONOURED, ["create", "create"], id="honoured: same key again"),
    pytest.param(Keys.LOOKUP, ["create", "look up", "create"], id="lookup: not there, so again"),
    pytest.param(Keys.NONE, ["create"], id="none: a human"),
]


@pytest.mark.parametrize(("keys", "heard"), UNKNOWN_THEN)
async def test_after_an_unknown_outcome(start: Start, keys: Keys, heard: list[str]) -> None:
    engine = start(Partner(UnknownError("no answer")), keys=keys)
    assert (await engine.fail_once()).type == Outcome.UNKNOWN
    if keys is Keys.NONE:
        error = await engine.fail_once()
        assert (error.type, error.non_retryable) == (Outcome.UNASKABLE, True)
    else:
        assert await engine.try_once() == "created"
    assert engine.partner.heard == heard


async def test_what_a_look_up_finds_is_the_result_and_nothing_is_created(start: Start) -> None:
    engine = start(Partner(UnknownError("no answer"), "found"), keys=Keys.LOOKUP)
    await engine.fail_once()
    assert await engine.try_once() == "found"
    assert engine.partner.heard == ["create", "look up"]


@pytest.mark.parametrize("keys", [Keys.LOOKUP, Keys.NONE])
async def test_what_was_certainly_not_sent_is_sent_again_without_asking(start: Start, keys: Keys) -> None:
    engine = start(Partner(NotSentError("refused"), NotSentError("refused")), keys=keys)
    assert [(await engine.fail_once()).type for _ in range(2)] == [Outcome.NOT_SENT] * 2
    assert engine.details[-1]["maybe_sent"] is False
    assert await engine.try_once() == "created"
    assert engine.partner.heard == ["create"] * 3


async def test_a_look_up_that_did_not_get_through_proves_nothing_about_the_try_before_it(start: Start) -> None:
    engine = start(Partner(UnknownError("no answer"), NotSentError("refused"), "found"), keys=Keys.LOOKUP)
    await engine.fail_once()
    assert (await engine.fail_once()).type == Outcome.NOT_SENT
    assert await engine.try_once() == "found"
    assert engine.partner.heard == ["create", "look up", "look up"]


@pytest.mark.parametrize("keys", [Keys.LOOKUP, Keys.NONE])
async def test_a_try_whose_worker_was_killed_may_have_been_sent(start: Start, keys: Keys) -> None:
    engine = start(Partner("found"), keys=keys)
    await engine.killed()
    if keys is Keys.NONE:
        assert (await engine.fail_once()).type == Outcome.UNASKABLE
        assert engine.partner.heard == []
    else:
        assert await engine.try_once() == "found"
        assert engine.partner.heard == ["look up"]


@pytest.mark.parametrize(
    ("outcome", "heard"), [(Outcome.BUSY, ["create"]), (Outcome.NOT_SENT, ["create"]), (Outcome.UNKNOWN, ["look up"])]
)
async def test_the_local_try_counts_as_the_try_before(start: Start, outcome: Outcome, heard: list[str]) -> None:
    engine = start(Partner("done"), keys=Keys.LOOKUP, after=FailedTry(outcome=outcome.value, message="m"))
    await engine.fail_once()
    assert await engine.try_once() == "done"
    assert engine.partner.heard == heard


async def test_tries_before_a_continued_history_count_too(start: Start) -> None:
    records = [
        TryRecord(number=number, at=datetime.now(UTC), outcome="NotSent", maybe_sent=True) for number in (1, 2, 3)
    ]
    after = FailedTry(outcome="NotSent", message="refused", resume_seconds=7.0)
    engine = start(Partner("found"), keys=Keys.LOOKUP, after=after, tries_before=3, records=records)
    pause = (await engine.fail_once()).next_retry_delay
    assert pause is not None
    assert pause.total_seconds() == 7.0
    assert await engine.try_once() == "found"
    assert engine.partner.heard == ["look up"]


@pytest.mark.parametrize("keys", list(Keys))
async def test_a_read_is_simply_repeated(start: Start, keys: Keys) -> None:
    engine = start(Partner(UnknownError("no answer")), READ, keys=keys)
    await engine.fail_once()
    assert await engine.try_once() == "created"
    assert engine.partner.heard == ["create", "create"]


async def test_a_clear_no_is_final(start: Start) -> None:
    error = await start(Partner(RefusedError("oms answered 422")), keys=Keys.LOOKUP).fail_once()
    assert (error.type, error.non_retryable) == (Outcome.REFUSED, True)


EXISTS = RefusedError("wms answered 409", status=409)
ASKED = [Keys.HONOURED, Keys.LOOKUP]


@pytest.mark.parametrize("keys", ASKED)
async def test_it_exists_already_and_is_ours_so_it_is_done(start: Start, keys: Keys) -> None:
    engine = start(Partner(EXISTS, "found"), keys=keys)
    assert await engine.try_once() == "found"
    assert engine.partner.heard == ["create", "look up"]


@pytest.mark.parametrize("keys", ASKED)
@pytest.mark.parametrize(
    ("answer", "told"),
    [(None, Outcome.REFUSED), (UnaskableError("wms cannot be asked"), Outcome.UNASKABLE)],
    ids=["not ours", "cannot be asked"],
)
async def test_it_exists_already_and_is_not_shown_to_be_ours_so_a_human_looks(
    start: Start, keys: Keys, answer: PartnerCallError | None, told: Outcome
) -> None:
    engine = start(Partner(EXISTS, answer), keys=keys)
    error = await engine.fail_once()
    assert (error.type, error.non_retryable) == (told, True)
    assert engine.partner.heard == ["create", "look up"]


async def test_who_cannot_be_asked_is_not_asked_what_exists(start: Start) -> None:
    engine = start(Partner(EXISTS, "found"), keys=Keys.NONE)
    assert (await engine.fail_once()).type == Outcome.REFUSED
    assert engine.partner.heard == ["create"]


@pytest.mark.parametrize("keys", ASKED)
async def test_a_look_up_of_what_exists_is_made_again_when_it_fails(start: Start, keys: Keys) -> None:
    again = [EXISTS] if keys is Keys.HONOURED else []
    engine = start(Partner(EXISTS, UnknownError("no answer"), *again, "found"), keys=keys)
    assert not (await engine.fail_once()).non_retryable
    assert await engine.try_once() == "found"


async def test_when_the_schedule_is_used_up_a_human_decides(start: Start) -> None:
    engine = start(Partner(*[UnknownError("client_platform answered 500")] * 3), READ, schedule_seconds=SCHEDULE)
    errors = [await engine.fail_once() for _ in range(3)]
    assert [error.type for error in errors] == [Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.EXHAUSTED]
    assert [error.non_retryable for error in errors] == [False, False, True]


async def test_a_client_webhook_has_ten_tries_in_three_days(start: Start) -> None:
    schedule = OrderPolicy().delivery_schedule_seconds
    assert schedule == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    local = FailedTry(outcome=Outcome.UNKNOWN, message="client_platform answered 500")
    engine = start(
        Partner(*[UnknownError("client_platform answered 500")] * 9), READ, schedule_seconds=schedule, after=local
    )
    errors = [await engine.fail_once() for _ in range(10)]
    assert [error.type for error in errors] == [Outcome.UNKNOWN] * 9 + [Outcome.EXHAUSTED]
    assert len(engine.partner.heard) == 9, "the local try was the first of the ten"
    for planned, error in zip(schedule, errors, strict=False):
        assert error.next_retry_delay
        assert 0.8 * planned <= error.next_retry_delay.total_seconds() <= 1.2 * planned
    assert [record["number"] for record in engine.details] == list(range(1, 11))


@pytest.mark.parametrize(("hours", "ends"), [(90, False), (92, True)])
async def test_a_webhook_that_is_made_due_again_and_again_ends_after_the_same_three_days(
    start: Start, hours: int, *, ends: bool
) -> None:
    """Each time its schedule starts over, so the schedule alone would never end."""
    schedule = OrderPolicy().delivery_schedule_seconds
    engine = start(Partner(*[UnknownError("client_platform answered 500")] * 11), READ, schedule_seconds=schedule)
    for _ in range(10):
        engine.attempt = 0
        await engine.fail_once()
        for record in engine.details:
            record["place"] = 0
    engine.details[0]["at"] = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
    error = await engine.fail_once()
    assert (error.type == Outcome.EXHAUSTED) == ends


@pytest.mark.parametrize(("days", "ends"), [(29, False), (31, True)])
async def test_a_held_webhook_waits_thirty_days_and_is_then_a_dead_letter_with_its_log(
    start: Start, days: int, *, ends: bool
) -> None:
    paused = HeldError("the logistics webhook is paused by ops", wait_seconds=1800.0)
    engine = start(Partner(*[paused] * 3), READ, schedule_seconds=SCHEDULE)
    await engine.fail_once()
    await engine.fail_once()
    (waiting,) = engine.details
    waiting["at"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    error = await engine.fail_once()
    assert (error.type == Outcome.EXHAUSTED, error.non_retryable) == (ends, ends)
    assert ("; held since 20" in error.message, len(error.details) > 1) == (ends, ends)


async def test_the_last_look_of_a_held_webhook_is_at_the_end_of_the_thirty_days(start: Start) -> None:
    engine = start(Partner(*[HeldError("paused", wait_seconds=1800.0)] * 2), READ, schedule_seconds=SCHEDULE)
    await engine.fail_once()
    engine.details[0]["at"] = (datetime.now(UTC) - timedelta(days=30, minutes=-5)).isoformat()
    error = await engine.fail_once()
    assert error.next_retry_delay
    assert error.next_retry_delay.total_seconds() == pytest.approx(300, abs=5)


def test_it_is_the_webhook_that_ends_its_waiting_and_never_the_engine() -> None:
    policy = OrderPolicy()
    longest = timedelta(days=30 + 1) * 10 + timedelta(hours=63 * 1.2)
    assert policy.delivery_hold_seconds == timedelta(days=30).total_seconds()
    assert delivery_window(policy.delivery_schedule_seconds, policy.delivery_hold_seconds) > longest


async def test_the_details_are_the_log_of_tries(start: Start) -> None:
    engine = start(Partner(NotSentError("refused"), WaitError("429", wait_seconds=40.0)), schedule_seconds=SCHEDULE)
    for _ in range(2):
        await engine.fail_once()
    assert [(item["number"], item["outcome"], item["message"]) for item in engine.details] == [
        (1, "NotSent", "refused"),
        (2, "Wait", "429"),
    ]
    assert engine.details[1]["next_seconds"] >= 40.0


async def test_details_of_a_stranger_are_no_proof(start: Start) -> None:
    engine = start(Partner("found"), keys=Keys.LOOKUP)
    engine.attempt, engine.details = 1, ["something else"]
    assert await engine.try_once() == "found"
    assert engine.partner.heard == ["look up"]


async def test_the_same_key_on_the_same_worker_is_sent_once(start: Start) -> None:
    engine = start(Partner(), keys=Keys.LOOKUP, durable=False)
    assert await engine.try_once() == "created"
    engine.attempt = 0
    assert await engine.try_once() == "created"
    assert engine.partner.heard == ["create"]
