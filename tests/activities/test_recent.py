"""What a worker sent a moment ago is not sent again (DESIGN §2: a local call runs again when its task fails)."""

import asyncio

import pytest

from activities import recent
from activities.recent import KEPT_SECONDS, RecentResults


class Partner:
    """Counts what reaches it; answers when told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.may_answer = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.calls += 1
        await self.may_answer.wait()
        if self.error:
            raise self.error
        return self.calls


@pytest.fixture
def partner() -> Partner:
    answering = Partner()
    answering.may_answer.set()
    return answering


async def test_a_repeat_gets_the_remembered_result_and_sends_nothing(partner: Partner) -> None:
    results = RecentResults()
    assert [await results.once("k1", partner) for _ in range(3)] == [1, 1, 1]
    assert await results.once("k2", partner) == 2


async def test_a_repeat_joins_the_call_in_flight(partner: Partner) -> None:
    partner.may_answer.clear()
    results = RecentResults()
    both = [asyncio.create_task(results.once("k1", partner)) for _ in range(2)]
    await asyncio.sleep(0)
    partner.may_answer.set()
    assert await asyncio.gather(*both) == [1, 1]


async def test_what_was_sent_is_remembered_although_its_caller_was_cancelled(partner: Partner) -> None:
    partner.may_answer.clear()
    results = RecentResults()
    cancelled = asyncio.create_task(results.once("k1", partner))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    partner.may_answer.set()
    assert await results.once("k1", partner) == 1


async def test_a_failure_is_not_remembered(partner: Partner) -> None:
    results = RecentResults()
    partner.error = ConnectionError()
    with pytest.raises(ConnectionError):
        await results.once("k1", partner)
    partner.error = None
    assert await results.once("k1", partner) == 2


async def test_a_failure_that_nobody_waits_for_any_more_is_silent(partner: Partner) -> None:
    partner.may_answer.clear()
    partner.error = ConnectionError()
    results = RecentResults()
    cancelled = asyncio.create_task(results.once("k1", partner))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    partner.may_answer.set()
    with pytest.raises(ConnectionError):
        await results.once("k1", partner)
    assert partner.calls == 1


async def test_results_are_forgotten_after_their_time(partner: Partner) -> None:
    now = 0.0
    results = RecentResults(clock=lambda: now)
    await results.once("k1", partner)
    now = KEPT_SECONDS - 1
    assert await results.once("k1", partner) == 1
    now = KEPT_SECONDS
    assert await results.once("k1", partner) == 2


async def test_the_memory_is_bounded(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "KEPT", 3)
    results = RecentResults()
    for number in range(5):
        await results.once(f"k{number}", partner)
    assert await results.once("k4", partner) == 5, "the newest is kept"
    assert await results.once("k0", partner) == 6, "the oldest is not"
