"""Orders from red 1 to their end, one test per way an order can go (DESIGN §1, §2)."""

import asyncio
from collections import Counter

import pytest

from interline.names import Update
from tests.builders import a_return
from tests.flows import scenarios
from tests.flows.support import STATUSES, Flow, counted

pytestmark = pytest.mark.stack

WHOLE = ["logistics.priced", "order.confirmed", "order.goods_issued", *["logistics.status"] * len(STATUSES)]
"""What a client hears of a complete outbound order."""


async def test_a_confirmation_in_the_answer_needs_no_webhook(flow: Flow) -> None:
    number = await scenarios.confirmed_in_the_answer(flow)
    assert sorted(flow.told(number)) == sorted(WHOLE)
    assert "order_confirmed" not in [item.event for item in flow.stack.sent(number)]
    assert (await flow.ended(number))["steps"]["red 4"]["state"] == "done"


async def test_the_client_hears_of_no_confirmation_before_the_oms_gave_it(flow: Flow) -> None:
    number = flow.order()
    await flow.quiet(number)
    await flow.event("goods_issued", number)
    await flow.quiet(number)
    steps = (await flow.view(number))["steps"]
    assert (steps["red 3"]["state"], steps["red 5"]["state"]) == ("done", "pending")
    assert "order.confirmed" not in flow.told(number)
    assert flow.stack.ledger(number, step="red 5") == []
    await flow.event("order_confirmed", number)
    await flow.quiet(number)
    assert flow.told(number).count("order.confirmed") == 1


async def test_a_rejected_order_ends_and_nothing_follows_it(flow: Flow) -> None:
    number = await scenarios.rejected(flow)
    view = await flow.ended(number)
    assert (view["order_status"], view["next"]) == ("rejected", "Nothing, it has ended.")
    assert "order.rejected" in flow.told(number)
    assert {item.step for item in flow.stack.ledger(number)} <= {"red 3", "blue 2", "blue 4", "red 5"}


async def test_a_return_goes_by_the_inbound_and_ends_with_the_goods_receipt(flow: Flow) -> None:
    number = await scenarios.returned(flow)
    view = await flow.ended(number)
    assert (view["kind"], view["order_status"]) == ("return", "completed")
    assert [item.path for item in flow.stack.ledger(number, step="red 3")] == ["/oms/v3/fulfillment/inbound"]
    assert [item.path for item in flow.stack.ledger(number, step="red 7")] == ["/wms/v1/goods-receipts"]
    assert Counter(flow.told(number)) == Counter(name.replace("goods_issued", "goods_received") for name in WHOLE)


async def test_delivered_before_the_pgi_is_kept_forwarded_and_flagged_and_red_7_ends_the_order(flow: Flow) -> None:
    number = flow.order()
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    await flow.statuses(number, 2000)
    early = await flow.view(number)
    assert early["logistics_status"] == "delivered"
    assert early["flags"] == ["delivered before the goods moved"]
    assert early["order_status"] == "confirmed", "open: red 7 is missing"
    assert flow.told(number)[-1] == "logistics.status"
    await flow.event("goods_issued", number)
    view = await flow.ended(number)
    assert (view["order_status"], view["steps"]["red 7"]["state"]) == ("completed", "done")


async def test_copies_change_nothing(flow: Flow) -> None:
    number = flow.order()
    await flow.quiet(number)
    said = {"shipment_status": {"code": 1160}, "goods_issued": {"pgi_date": "2026-11-23 10:00:00"}}
    for name in ("order_confirmed", "shipment_status", "goods_issued"):
        same = {"event_id": f"{name}-{number}", "data": said.get(name, {})}
        await flow.event(name, number, copies=4, **same)
        before = counted(await flow.history(number))
        await flow.event(name, number, copies=2, **same)
        after = counted(await flow.history(number))
        assert after["core_local_activity"] == before["core_local_activity"], "no effect"
    assert Counter(item.event for item in flow.webhooks(number)) == Counter(WHOLE[:4])
    assert {item.step: 1 for item in flow.stack.ledger(number)} == Counter(
        item.step for item in flow.stack.ledger(number)
    )
    await flow.statuses(number, 2000)
    assert (await flow.ended(number))["order_status"] == "completed"


async def test_an_early_event_waits_for_its_order(flow: Flow) -> None:
    number = await scenarios.early(flow)
    assert (await flow.view(number))["logistics_status"] == "in_transit"
    for name in ("order_confirmed", "goods_issued"):
        await flow.event(name, number)
    await flow.statuses(number, 2000)
    assert (await flow.ended(number))["order_status"] == "completed"


async def test_a_partner_that_fails_once_is_called_durably(flow: Flow) -> None:
    number = await scenarios.fallback(flow)
    kinds = counted(await flow.history(number))
    assert kinds["ACTIVITY_TASK_SCHEDULED"] == 2, "red 3 at an OMS without keys, and red 7"
    calls = flow.stack.ledger(number, step="red 7")
    assert len({call.idempotency_key for call in calls}) == 1
    assert len({call.effect_id for call in calls if call.effect_id}) == 1


async def test_a_refused_step_waits_for_an_operator_who_skips_it(flow: Flow) -> None:
    number = await scenarios.skipped(flow)
    view = await flow.ended(number)
    assert (view["order_status"], view["steps"]["red 7"]["state"]) == ("completed", "skipped")
    assert "order.attention" in flow.told(number)
    assert len(flow.stack.ledger(number, partner="wms", step="red 7")) == 1, "a clear no is never repeated by itself"


async def test_a_refused_step_waits_for_an_operator_who_retries_it(flow: Flow) -> None:
    flow.stack.trouble("oms", "red 3", "status:422", count=1)
    number = flow.order()
    await flow.quiet(number)
    view = await flow.view(number)
    assert view["steps"]["red 3"]["state"] == "attention"
    assert view["problems"][0]["acts"] == ["retry_step", "skip_step"]
    await scenarios.decide(flow, number, Update.RETRY_STEP, "red 3")
    assert (await flow.view(number))["steps"]["red 3"]["state"] == "done"


async def test_no_order_waits_for_another(flow: Flow) -> None:
    flow.stack.trouble("client_platform", "red 5", "status:500")
    stuck = flow.order()
    await flow.quiet(stuck)
    await asyncio.to_thread(flow.stack.send_event, "order_confirmed", stuck)
    flow.stack.no_troubles()
    other = flow.order(a_return())
    await flow.quiet(other)
    await flow.event("order_confirmed", other)
    assert "order.confirmed" in flow.told(other)
    await flow.quiet(stuck)
    assert "order.confirmed" in flow.told(stuck), "told later, in its place"
