"""Red 1 to blue 8, each seen outside the workflow: in answers, in the ledger, in the inbox, in what partners sent."""

from collections.abc import Iterator

import pytest

from interline.steps import Step
from tests.flows import scenarios
from tests.flows.support import Flow

pytestmark = pytest.mark.stack

CALLED = (Step.RED_3, Step.RED_7, Step.BLUE_2, Step.BLUE_5, Step.BLUE_6, Step.BLUE_7)
TOLD = (Step.RED_5, Step.RED_6, Step.BLUE_4, Step.BLUE_8)
SENT = {"order_confirmed": Step.RED_4, "shipment_status": Step.BLUE_7}


async def test_each_arrow_of_an_outbound_is_seen_from_outside(flow: Flow) -> None:
    assert await scenarios.quoted(flow), "blue 1 was answered"
    number = await scenarios.outbound(flow)
    assert {*seen(flow, number, goods="goods_issued"), Step.BLUE_1} == set(Step)


async def test_each_arrow_of_a_return_is_seen_from_outside(flow: Flow) -> None:
    assert await scenarios.quoted(flow), "blue 1 was answered"
    number = await scenarios.returned(flow)
    assert {*seen(flow, number, goods="goods_received"), Step.BLUE_1} == set(Step)


def seen(flow: Flow, number: str, *, goods: str) -> Iterator[Step]:
    """The arrows that left a trace. An arrow counts when the other side took it."""
    yield from (Step.RED_1, Step.RED_2)  # `Flow.order` got 202
    called = {
        item.step for item in flow.stack.ledger(number) if item.partner != "client_platform" and item.status == 200
    }
    told = {item.headers.get("x-interline-step") for item in flow.webhooks(number) if item.verified}
    sent = {item.event for item in flow.stack.sent(number) if item.taken_at}
    yield from (step for step in CALLED if step in called)
    if Step.BLUE_2 in called:
        yield Step.BLUE_3  # its answer
    yield from (step for step in TOLD if step in told and (step is not Step.RED_6 or goods in sent))
    yield from (step for event, step in SENT.items() if event in sent and (step is Step.RED_4 or step in called))
