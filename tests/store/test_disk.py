"""The disk of Temporal's store is full in the middle of orders: what cannot be kept is not acknowledged."""

from pathlib import Path

import httpx
import pytest

from interline.domain.base import JsonObject
from starter.stack.places import StackDir
from tests.builders import an_outbound, number_of
from tests.placed import Placed, place, placed_at_last
from tests.stack.driver import OUTBOUND, NotInTimeError, Stack, wait_until
from tests.store.disk import small_disk

FULL_SECONDS = 6.0


@pytest.mark.stack
@pytest.mark.timeout(300)
def test_a_full_disk_acknowledges_nothing_it_loses(tmp_path: Path, environ: dict[str, str]) -> None:
    with small_disk(tmp_path / "small") as disk:
        state = StackDir(tmp_path / "own")
        state.create()
        state.database.symlink_to(disk.folder / "temporal.db")
        with Stack(state.root, environ, "--pace", "0.2") as stack:
            orders = [place(stack, client=client) for client in (0, 1)]
            orders[0].until_called("red 7")
            orders += [place(stack, client=client) for client in (0, 1)]
            orders[-1].until_called("red 3")
            disk.fill()
            refused = refused_order(stack, orders)
            with pytest.raises(NotInTimeError):  # nor does it work now and then
                wait_until("taken", lambda: taken(stack, refused), timeout_seconds=FULL_SECONDS)
            disk.free()
            orders.append(placed_at_last(stack, refused))
            for order in orders:
                order.until_complete()


def refused_order(stack: Stack, orders: list[Placed]) -> JsonObject:
    """Place more of them until one is refused: the store may have a little room of its own left."""
    bodies: list[JsonObject] = []

    def is_refused() -> bool:
        bodies.append(body := an_outbound())
        answer = stack.post(OUTBOUND, body)
        if answer.status_code == httpx.codes.ACCEPTED:
            orders.append(Placed(stack, number_of(body)))
        return answer.status_code == httpx.codes.SERVICE_UNAVAILABLE

    wait_until("an order is refused", is_refused)
    return bodies[-1]


def taken(stack: Stack, body: JsonObject) -> bool:
    """It must be 202 or 503, nothing else."""
    answer = stack.post(OUTBOUND, body)
    assert answer.status_code in {httpx.codes.ACCEPTED, httpx.codes.SERVICE_UNAVAILABLE}, answer.text
    assert answer.is_success or int(answer.headers["retry-after"]) > 0
    return answer.is_success
