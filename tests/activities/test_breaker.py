"""A partner that is down is left in peace, and found again by three probes (OUT-06, OUT-10)."""

import pytest

from activities.breaker import FEWEST_CALLS, OPEN_SECONDS, PROBES, WINDOW_SECONDS, Breaker
from interline.errors import BreakerOpenError, NotSentError, PartnerCallError, RefusedError, UnknownError, WaitError
from tests.clock import Clock

DOWN = UnknownError("no answer")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("http://oms.test", clock=clock)


def called(breaker: Breaker, outcome: PartnerCallError | None, times: int = 1) -> None:
    for _ in range(times):
        breaker.admit()
        breaker.record(outcome)


def opened(breaker: Breaker) -> Breaker:
    called(breaker, DOWN, FEWEST_CALLS)
    assert breaker.state == "open"
    return breaker


def test_it_opens_when_half_of_at_least_twenty_calls_failed(breaker: Breaker) -> None:
    called(breaker, None, FEWEST_CALLS // 2)
    called(breaker, DOWN, FEWEST_CALLS // 2 - 1)
    assert breaker.state == "closed"
    called(breaker, NotSentError("refused"))
    assert breaker.state == "open"


def test_while_it_is_open_nothing_leaves_and_the_next_time_is_said(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now = 10.0
    with pytest.raises(BreakerOpenError) as caught:
        breaker.admit()
    assert caught.value.wait_seconds == OPEN_SECONDS - 10.0


def test_failures_of_long_ago_do_not_count(breaker: Breaker, clock: Clock) -> None:
    called(breaker, DOWN, FEWEST_CALLS - 1)
    clock.now = WINDOW_SECONDS + 1
    called(breaker, DOWN)
    assert breaker.state == "closed"


@pytest.mark.parametrize("answer", [RefusedError("422", status=422), WaitError("429", status=429)])
def test_a_clear_answer_is_no_failure(breaker: Breaker, answer: PartnerCallError) -> None:
    called(breaker, answer, 3 * FEWEST_CALLS)
    assert breaker.state == "closed"


@pytest.mark.parametrize("status", [401, 403])
def test_bad_credentials_open_it_at_once(breaker: Breaker, status: int) -> None:
    called(breaker, RefusedError("no", status=status))
    assert breaker.state == "open"


def test_three_good_probes_close_it(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now = OPEN_SECONDS
    assert breaker.state == "probing"
    called(breaker, None, PROBES)
    assert breaker.state == "closed"


def test_no_more_than_three_probes_fly_at_a_time(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now = OPEN_SECONDS
    for _ in range(PROBES):
        breaker.admit()
    with pytest.raises(BreakerOpenError):
        breaker.admit()


def test_a_failed_probe_opens_it_again(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now = OPEN_SECONDS
    called(breaker, DOWN)
    assert breaker.state == "open"
    clock.now = 2 * OPEN_SECONDS
    assert breaker.state == "probing"
