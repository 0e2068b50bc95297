"""How much of us one endpoint may take: places, and when those who found none look again."""

from contextlib import ExitStack

import pytest

from activities.webhook_room import AT_ONCE, LATEST_OF_FAILING_SECONDS, LATEST_SECONDS, SOONEST_SECONDS, Room
from interline.errors import HeldError
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def room(clock: Clock) -> Room:
    return Room(clock=clock)


def full(room: Room) -> ExitStack:
    """All places are taken."""
    calls = ExitStack()
    for _ in range(AT_ONCE):
        calls.enter_context(room.place())
    return calls


def refused(room: Room, *, failing: bool = False) -> float:
    """In how many seconds the one without a place looks again."""
    with pytest.raises(HeldError) as held, room.place(failing=failing):
        pass
    assert held.value.wait_seconds
    return held.value.wait_seconds


def test_there_are_twenty_places_and_each_is_free_after_its_call(room: Room) -> None:
    with full(room):
        refused(room)
    with full(room):
        refused(room)


def test_a_hundred_at_a_quick_endpoint_look_again_at_once(room: Room, clock: Clock) -> None:
    with full(room):
        clock.now += 0.05
    with full(room):
        assert max(refused(room) for _ in range(80)) <= SOONEST_SECONDS + 0.01


@pytest.mark.parametrize(("failing", "latest"), [(False, LATEST_SECONDS), (True, LATEST_OF_FAILING_SECONDS)])
def test_a_thousand_at_a_hanging_endpoint_queue_and_do_not_flood_us(
    room: Room, clock: Clock, *, failing: bool, latest: float
) -> None:
    with full(room):
        clock.now += 14.0
        waits = [refused(room, failing=failing) for _ in range(1000)]
    assert waits == sorted(waits)
    assert waits[9] == pytest.approx(10 * 14.0 / AT_ONCE)
    assert waits[-1] == latest


def test_one_quick_answer_ends_the_queue_of_a_hanging_endpoint(room: Room, clock: Clock) -> None:
    with full(room):
        clock.now += 15.0
        assert max(refused(room) for _ in range(1000)) == LATEST_SECONDS
    with room.place():
        clock.now += 0.01
    with full(room):
        assert refused(room) == SOONEST_SECONDS
