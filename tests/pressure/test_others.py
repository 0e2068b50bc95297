"""One client's dead partner or dead endpoint, as everybody else's orders feel it: their p99 as a ratio."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from time import monotonic

import httpx
import pytest

from tests.builders import an_outbound, number_of
from tests.conftest import Figure, NewStack
from tests.placed import Placed
from tests.stack.driver import OUTBOUND, Stack

pytestmark = [pytest.mark.stack, pytest.mark.full, pytest.mark.timeout(400)]

ILL, OTHERS = 0, 1
"""The clients' places in the stack."""
TICKS, TICK_SECONDS, ILL_ORDERS = 30, 2.0, 120


@pytest.mark.parametrize("path", ["/logistics", "/client/{client}/webhooks/fulfillment"], ids=["partner", "endpoint"])
def test_nobody_is_starved_by_another_clients_dead_address(new_stack: NewStack, figure: Figure, path: str) -> None:
    """The ratios are told, not asserted: beside other work on the machine they say more about that work."""
    stack = new_stack()
    usual = measured(stack)
    with a_black_hole() as nowhere, pointed(stack, path.format(client=stack.manifest.clients[ILL].client_id), nowhere):
        beside = measured(stack)
    for share in (0.5, 0.99):
        ratio = at(share, beside) / at(share, usual)
        seconds = f"{at(share, usual):.3f} s, {at(share, beside):.3f} s beside a dead {path}"
        figure(f"p{share * 100:.0f} of the others: {seconds}: {ratio:.2f}x")


def measured(stack: Stack) -> list[float]:
    """The others' seconds from acceptance to OMS and from goods issue to WMS, beside 120 orders of the ill client."""
    others: list[Placed] = []
    ill: list[Placed] = []
    begun = monotonic()
    for tick in range(1, TICKS + 1):
        ill += [accepted(stack, ILL) for _ in range(ILL_ORDERS // TICKS)]
        others.append(accepted(stack, OTHERS))
        threading.Event().wait(max(0.0, begun + tick * TICK_SECONDS - monotonic()))
    for order in [*others, *ill]:
        order.until_called("red 7")
    return [seconds for order in others for seconds in waits(order)]


def accepted(stack: Stack, client: int) -> Placed:
    """Red 1 as a client sends it: the same again when the gateway asks for that."""
    body = an_outbound()
    answers = (stack.post(OUTBOUND, body, client=client).status_code for _ in range(20))
    assert next(status for status in answers if status != httpx.codes.SERVICE_UNAVAILABLE) == httpx.codes.ACCEPTED
    return Placed(stack, number_of(body), client)


def waits(order: Placed) -> tuple[float, float]:
    """How long red 3 and red 7 took to reach their partners."""
    created, forwarded = (order.calls(step)[0].at for step in ("red 3", "red 7"))
    taken = [sent.taken_at for sent in order.stack.sent(order.number) if sent.event == "goods_issued"]
    assert taken[0]
    taken_up = order.view()["accepted_at"]
    return (created - type(created).fromisoformat(taken_up)).total_seconds(), (forwarded - taken[0]).total_seconds()


def at(share: float, seconds: list[float]) -> float:
    """The percentile."""
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


@contextlib.contextmanager
def a_black_hole() -> Iterator[str]:
    """An address that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextlib.contextmanager
def pointed(stack: Stack, path: str, nowhere: str) -> Iterator[None]:
    """The ill client's address with this path leads nowhere for a while."""
    file = stack.state / "clients.toml"
    right = file.read_text()
    address = f'"{stack.manifest.sandbox}{path}"'
    assert address in right
    file.write_text(right.replace(address, f'"{nowhere}{path}"', 1))
    yield
    file.write_text(right)
