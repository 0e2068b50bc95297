"""A partner that is down is left in peace, and found again by three probes (OUT-06, OUT-10)."""

import socket

import httpx
import pytest

from activities.breaker import FEWEST_CALLS, OPEN_SECONDS, PROBES, WINDOW_SECONDS, Breaker, open_gauge
from interline.errors import BreakerOpenError, NotSentError, PartnerCallError, RefusedError, UnknownError, WaitError
from interline.runtime.temporal import measured
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


def test_what_is_held_back_says_since_when_and_why_until_it_closes(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    with pytest.raises(
        BreakerOpenError, match=r"breaker open since \d{4}-.* UTC \(20 of 20 calls failed\), next"
    ) as first:
        breaker.admit()
    clock.now = OPEN_SECONDS
    called(breaker, DOWN)
    with pytest.raises(BreakerOpenError) as later:
        breaker.admit()
    assert str(later.value).split(",")[0] == str(first.value).split(",")[0], "a failed probe is no new outage"


def test_an_operator_sees_it_among_the_workers_metrics(clock: Clock) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    runtime = measured(address)
    assert runtime
    breaker = Breaker("http://oms.test", clock=clock, gauge=open_gauge(runtime.metric_meter))
    line = 'interline_breaker_open{destination="http://oms.test"'
    called(breaker, DOWN, FEWEST_CALLS)
    assert figure(address, line) == "1"
    clock.now = OPEN_SECONDS
    called(breaker, None, PROBES)
    assert figure(address, line) == "0"


def figure(address: str, line: str) -> str:
    """The value of one line of a worker's metrics."""
    text = httpx.get(f"http://{address}/metrics", trust_env=False).text
    return next(found.rsplit(" ", 1)[1] for found in text.splitlines() if found.startswith(line))


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
