"""What an order costs: events, state transitions, calls (DESIGN §2, *History stays small*)."""

from collections import Counter

import pytest

from interline.names import quote_workflow_id
from tests.conftest import Figure
from tests.flows import scenarios
from tests.flows.support import Flow, by_formula, counted

pytestmark = pytest.mark.stack

CALLS = {
    "red 3": 1,
    "red 5": 1,
    "red 6": 1,
    "red 7": 1,
    "blue 2": 1,
    "blue 4": 1,
    "blue 5": 1,
    "blue 6": 1,
    "blue 7": 5,
    "blue 8": 5,
}
"""The eighteen calls of a complete order with five statuses and no quote named."""


@pytest.mark.parametrize(("keys", "events"), [("lookup", 65), ("honoured", 60)])
async def test_a_complete_order_stays_within_its_budget(flow: Flow, figure: Figure, keys: str, events: int) -> None:
    number = await scenarios.outbound(flow, keys=keys)
    assert (await flow.ended(number))["order_status"] == "completed"

    kinds, transitions = counted(await flow.history(number)), await flow.transitions(number)
    figure(f"oms {keys}: {kinds.total()} events, {transitions} state transitions, {dict(kinds)}")
    assert kinds.total() == by_formula(kinds)
    assert (kinds["core_local_activity"], kinds["ACTIVITY_TASK_SCHEDULED"]) == (
        (18, 0) if keys == "honoured" else (17, 1)
    )
    assert (kinds["WORKFLOW_EXECUTION_SIGNALED"], kinds["TIMER_STARTED"], kinds["TIMER_CANCELED"]) == (7, 3, 3)
    assert kinds.total() == events
    assert transitions <= 30
    assert Counter(item.step for item in flow.stack.ledger(number)) == CALLS
    effects = [item.effect_id for item in flow.stack.ledger(number) if item.effect_id]
    assert len(effects) == len(set(effects))


async def test_a_quote_alone_is_six_events(flow: Flow) -> None:
    handle = flow.temporal.get_workflow_handle(quote_workflow_id(flow.client_id, await scenarios.quoted(flow)))
    kinds = counted(await handle.fetch_history())
    assert (kinds.total(), kinds["core_local_activity"]) == (6, 1)
    assert kinds.total() == by_formula(kinds)
