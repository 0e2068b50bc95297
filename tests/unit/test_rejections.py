"""A webhook that did not prove its sender leaves a trace that an operator finds, and a flood of them only one."""

import pytest

from starter.gateway.rejections import PAUSE_SECONDS, TRACE_SECONDS, Rejections
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rejections(clock: Clock) -> Rejections:
    return Rejections(clock)


def test_a_flood_is_traced_once_in_ten_minutes(rejections: Rejections, clock: Clock) -> None:
    assert [rejections.note("shop", "oms/confirmation") for _ in range(50)] == [True, *[False] * 49]
    clock.now = PAUSE_SECONDS
    assert not rejections.note("shop", "oms/confirmation")
    clock.now = TRACE_SECONDS
    assert rejections.note("shop", "oms/confirmation")


def test_a_trace_that_could_not_be_kept_is_tried_again_with_the_next_line(rejections: Rejections, clock: Clock) -> None:
    assert rejections.note("shop", "oms/confirmation")
    rejections.untraced("shop", "oms/confirmation")
    assert not rejections.note("shop", "oms/confirmation"), "not for each of a flood"
    clock.now = PAUSE_SECONDS
    assert rejections.note("shop", "oms/confirmation")
