"""How many requests Temporal is given at a time, by a clock moved by hand, and who waits for a turn."""

import asyncio

from starter.gateway import turns
from starter.gateway.turns import FIRST, GOAL_SECONDS, LEAST, Turns, Waiting
from tests.clock import Clock

SLOW, QUICK = 2 * GOAL_SECONDS, GOAL_SECONDS / 2


async def _all_taken(known: Turns) -> int:
    """Everybody in, up to the limit."""
    before = known.limit
    for _ in range(before):
        assert await known.taken()
    return before


async def test_slow_answers_let_in_fewer_once_for_all_who_began_together() -> None:
    clock = Clock()
    known = Turns(100, clock)
    for _ in range(await _all_taken(known)):
        clock.now += 0.001
        known.give_back(SLOW)
    assert FIRST * 0.7 < known.limit < FIRST
    for _ in range(100):
        clock.now += SLOW + 0.01
        assert await known.taken()
        known.give_back(SLOW)
    assert known.limit == LEAST, "a few always may"


async def test_quick_answers_let_in_more_while_all_turns_are_taken() -> None:
    known = Turns(40)
    for _ in range(1000):
        assert await known.taken()
        known.give_back(QUICK)
    assert known.limit == FIRST, "more than were asked for prove nothing"
    await _all_taken(known)
    for _ in range(200):
        known.give_back(QUICK)
        assert await known.taken()
    assert FIRST < known.limit <= 40


async def test_a_burst_is_waited_for_and_a_crowd_is_sent_away_soon() -> None:
    clock = Clock()
    known = Turns(1, clock)
    assert await known.taken()
    waiting = asyncio.create_task(known.taken())
    await asyncio.sleep(turns.HASTY_SECONDS * 2)
    assert not waiting.done()
    known.give_back(QUICK)
    assert await waiting
    assert not await known.taken(), "nobody gave one back"
    async with asyncio.timeout(turns.HASTY_SECONDS * 3):
        assert not await known.taken(), "others were sent away just now"


async def test_who_came_first_is_let_in_first_and_who_left_is_passed_over() -> None:
    room, let_in = [0], list[str]()
    line = Waiting()

    def enter() -> bool:
        if not room[0]:
            return False
        room[0] -= 1
        return True

    async def come(name: str, seconds: float) -> None:
        if await line.admitted(enter, within_seconds=seconds):
            let_in.append(name)

    async with asyncio.TaskGroup() as group:
        for name, seconds in (("a", 5.0), ("gone", 0.01), ("b", 5.0), ("c", 5.0)):
            group.create_task(come(name, seconds))
        await asyncio.sleep(0.05)
        room[0] = 1
        line.call()
        await asyncio.sleep(0)
        room[0] = 2
        line.call()
    assert let_in == ["a", "b", "c"]
    assert not line
