"""Cancelling in every phase of an order: the OMS decides, what really happened is undone in reverse, or nothing is."""

import asyncio
from contextlib import suppress
from typing import Any

import httpx
import pytest
from temporalio.service import RPCError

from interline.names import Update, stray_workflow_id
from starter.demo.bodies import WAREHOUSE
from tests.builders import a_return, an_outbound, unique
from tests.flows import scenarios
from tests.flows.support import PATIENCE_SECONDS, Flow
from tests.stack.driver import OUTBOUND
from tests.time.support import PAUSE_SECONDS, amend, cancel, insist, patch, said, state, undone, until

pytestmark = pytest.mark.stack

RACES = 8
SPREAD = (0.7, 1.0, 1.4)


async def confirmed(flow: Flow) -> str:
    number = flow.order()
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    return number


async def test_before_the_confirmation_only_the_oms_and_the_shipment_are_taken_back(flow: Flow) -> None:
    number = flow.order()
    await flow.quiet(number)
    answer = await cancel(flow, number)
    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "cancelled")
    view = await flow.ended(number)
    assert view["order_status"] == "cancelled"
    assert undone(flow, number) == [("undo red 3", "PATCH"), ("undo shipment", "DELETE")]
    assert list(view["undo"]) == ["undo shipment"]
    assert flow.told(number)[-1] == "order.cancelled"
    assert not flow.stack.ledger(number, step="blue 5")


async def test_the_order_sent_again_after_it_was_cancelled_is_a_conflict_with_its_state(flow: Flow) -> None:
    body = an_outbound()
    number = flow.order(body)
    await flow.quiet(number)
    await cancel(flow, number)
    await flow.ended(number)
    again = flow.stack.post(OUTBOUND, body)
    assert (again.status_code, again.json()["metadata"]["errors"][0]["error"]) == (409, "order-closed")
    assert again.json()["data"]["order_status"] == "cancelled"


async def test_after_the_confirmation_all_is_undone_in_reverse_each_as_a_step_of_its_own(flow: Flow) -> None:
    number = await confirmed(flow)
    await cancel(flow, number)
    view = await flow.ended(number)
    assert undone(flow, number) == [("undo red 3", "PATCH"), ("undo blue 6", "DELETE"), ("undo shipment", "DELETE")]
    assert {name: step["state"] for name, step in view["undo"].items()} == {
        "undo blue 6": "done",
        "undo shipment": "done",
    }
    assert flow.told(number).count("order.cancelled") == 1


async def test_a_parked_red_3_is_settled_by_the_cancellation(flow: Flow) -> None:
    flow.stack.trouble("oms", "red 3", "status:422", count=1)
    number = flow.order()
    await flow.quiet(number)
    assert (await flow.view(number))["steps"]["red 3"]["state"] == "attention"
    assert (await cancel(flow, number)).status_code == 200
    view = await flow.ended(number)
    assert (view["order_status"], view["problems"]) == ("cancelled", [])


async def test_an_oms_that_does_not_answer_red_3_is_asked_to_cancel_all_the_same(flow: Flow) -> None:
    flow.stack.trouble("oms", "red 3", "apply_then_hang", count=1)
    number = flow.order()
    await asyncio.sleep(0.5)
    assert (await cancel(flow, number)).status_code == 200
    assert (await flow.ended(number))["order_status"] == "cancelled"
    assert [item.applied for item in flow.stack.ledger(number, step="undo red 3")] == [True]


async def test_no_outcome_yet_is_503_and_the_same_again_gets_the_one_outcome(flow: Flow) -> None:
    number = await confirmed(flow)
    flow.stack.trouble("oms", "undo red 3", "status:503", count=2)
    body = {"order_no": number, "warehouse_id": WAREHOUSE, "cancel_reason": "slow"}
    first = await patch(flow, f"{OUTBOUND}/cancel", body)
    assert (first.status_code, first.headers["retry-after"]) == (503, "2")
    assert (await insist(flow, f"{OUTBOUND}/cancel", body)).status_code == 200
    await flow.ended(number)
    assert (await patch(flow, f"{OUTBOUND}/cancel", body)).status_code == 200, "also when the order is closed"
    assert len([item for item in flow.stack.ledger(number, step="undo red 3") if item.applied]) == 1


async def test_an_allocated_order_is_refused_with_the_oms_s_reason_and_goes_on(flow: Flow) -> None:
    number = await confirmed(flow)
    await flow.event("order_status", number, data={"status_code": "40", "status": "Allocated"})
    answer = await cancel(flow, number)
    assert (answer.status_code, state(answer)) == (409, "confirmed")
    assert said(answer) == "the OMS refuses: already allocated"
    assert answer.json()["data"]["so_status"] == "CREATED"
    again = await cancel(flow, number)
    assert (again.status_code, said(again)) == (409, said(answer)), "the same command has the same outcome"
    for name in ("goods_issued", "shipment_status"):
        await flow.event(name, number, data={"code": 2000} if name == "shipment_status" else {})
    view = await flow.ended(number)
    assert (view["order_status"], view["undo"]) == ("completed", {})
    assert undone(flow, number) == [("undo red 3", "PATCH")]


async def test_past_the_goods_issue_nobody_is_asked(flow: Flow) -> None:
    number = await confirmed(flow)
    await flow.event("goods_issued", number)
    answer = await cancel(flow, number)
    assert (answer.status_code, state(answer)) == (409, "goods_issued")
    assert said(answer) == "the goods have moved: the order is goods_issued"
    await flow.statuses(number, 2000)
    await flow.ended(number)
    late = await cancel(flow, number, reason="another try")
    assert (late.status_code, state(late)) == (409, "completed")
    assert undone(flow, number) == []


async def test_a_return_is_cancelled_by_the_same_route(flow: Flow) -> None:
    number = flow.order(a_return())
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    assert (await cancel(flow, number)).status_code == 200
    assert (await flow.ended(number))["order_status"] == "cancelled"
    assert flow.stack.ledger(number, step="undo red 3")[0].path == "/oms/v3/fulfillment/inbound/cancel"


async def test_bad_commands_change_nothing(flow: Flow) -> None:
    number = await confirmed(flow)
    good = {"order_no": number, "warehouse_id": WAREHOUSE, "cancel_reason": "why not"}
    path = f"{OUTBOUND}/cancel"
    answers = [
        await patch(flow, path, {**good, "order_no": unique("SO")}),
        await patch(flow, path, {**good, "warehouse_id": "WH-OTHER"}),
        await patch(flow, path, good, client=1),
        await patch(flow, path, {**good, "cancel_reason": ""}),
        await patch(flow, path, {**good, "order_no": "a b"}),
        await patch(flow, path, {"data": {}}),
        await patch(flow, path, good, headers={"X-API-Key": "wrong"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 422, 422, 422, 401]
    assert answers[0].json()["metadata"]["errors"][0]["code"] == 3012
    assert (await flow.view(number))["order_status"] == "confirmed"
    assert undone(flow, number) == []


async def test_an_undo_that_fails_is_a_visible_state_and_waits_for_a_human(flow: Flow) -> None:
    number = await confirmed(flow)
    flow.stack.trouble("logistics", "undo shipment", "status:422", count=1)
    assert (await cancel(flow, number)).status_code == 200
    await flow.quiet(number)
    view = await flow.view(number)
    assert view["order_status"] == "cancelled"
    assert {name: step["state"] for name, step in view["undo"].items()} == {
        "undo blue 6": "done",
        "undo shipment": "attention",
    }
    assert [problem["step"] for problem in view["problems"]] == ["undo shipment"]
    assert "needs a human" in view["why"]
    assert flow.told(number)[-1] == "order.attention"
    await scenarios.decide(flow, number, Update.RETRY_STEP, "undo shipment")
    ended = await flow.ended(number)
    assert {step["state"] for step in ended["undo"].values()} == {"done"}


async def test_the_temporal_ui_s_cancel_is_the_same_decision(flow: Flow) -> None:
    number = await confirmed(flow)
    await flow.temporal.get_workflow_handle(flow.workflow_id(number)).cancel()
    assert (await flow.ended(number))["order_status"] == "cancelled"
    assert ("undo red 3", "PATCH") in undone(flow, number)


async def test_the_temporal_ui_s_cancel_of_an_allocated_order_is_refused_and_the_order_goes_on(flow: Flow) -> None:
    number = await confirmed(flow)
    await flow.event("order_status", number, data={"status_code": "40"})
    await flow.temporal.get_workflow_handle(flow.workflow_id(number)).cancel()
    await flow.quiet(number)
    view = await flow.view(number)
    assert view["order_status"] == "confirmed"
    assert "already allocated" in " ".join(entry["what"] for entry in view["timeline"])
    await flow.event("goods_issued", number)
    await flow.statuses(number, 2000)
    assert (await flow.ended(number))["order_status"] == "completed"


async def test_an_order_the_oms_cancels_by_itself_ends_and_its_shipment_is_called_off(flow: Flow) -> None:
    number = await confirmed(flow)
    await flow.event("order_status", number, data={"status_code": "90", "status": "Cancelled"})
    view = await flow.ended(number)
    assert view["order_status"] == "cancelled"
    assert undone(flow, number) == [("undo blue 6", "DELETE"), ("undo shipment", "DELETE")], "the OMS needs no undo"
    assert flow.told(number)[-1] == "order.cancelled"


async def test_a_cancelled_order_whose_client_cannot_be_told_says_so_and_ends_when_it_can(flow: Flow) -> None:
    number = await confirmed(flow)
    flow.stack.trouble("client_platform", "*", "status:503", count=2)
    assert (await cancel(flow, number)).status_code == 200
    await until(flow, number, lambda seen: seen["order_status"] == "delivering")
    assert (await flow.ended(number))["order_status"] == "cancelled"
    assert [item.event for item in flow.webhooks(number) if item.status == httpx.codes.OK][-1] == "order.cancelled"


async def test_a_status_for_a_cancelled_order_is_forwarded_and_changes_nothing(flow: Flow) -> None:
    number = await confirmed(flow)
    flow.stack.trouble("logistics", "undo shipment", "status:422", count=1)
    await cancel(flow, number)
    await until(flow, number, lambda seen: seen["problems"])
    await flow.event("shipment_status", number, data={"code": 1180})
    view = await flow.view(number)
    assert (view["order_status"], view["logistics_status"]) == ("cancelled", "in_transit")
    assert flow.told(number)[-1] == "logistics.status"
    await scenarios.decide(flow, number, Update.SKIP_STEP, "undo shipment")
    assert (await flow.ended(number))["order_status"] == "cancelled"
    await asyncio.to_thread(flow.stack.send_event, "shipment_status", number, data={"code": 1190})
    await kept(flow, number, "late")
    assert flow.told(number)[-1] == "logistics.status", "also when the order has ended"


async def test_goods_that_leave_a_cancelled_order_are_told_and_shown_to_a_human(flow: Flow) -> None:
    number = await confirmed(flow)
    await cancel(flow, number)
    await flow.ended(number)
    await asyncio.to_thread(flow.stack.send_event, "goods_issued", number)
    [event] = await kept(flow, number, "for a human")
    assert event["note"] == "told to the client as late: the goods left although the order is cancelled"
    assert flow.told(number)[-1] == "order.goods_issued"


async def kept(flow: Flow, number: str, state: str) -> list[dict[str, Any]]:
    """What waits beside an ended order, once all of it has come to that."""
    stray = flow.temporal.get_workflow_handle(stray_workflow_id(flow.client_id, number))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(RPCError):  # the room does not exist yet
                events: list[dict[str, Any]] = (await stray.query("status"))["events"]
                if all(event["state"] == state and event["told"] for event in events):
                    return events
            await asyncio.sleep(PAUSE_SECONDS)


async def test_amend_changes_what_the_oms_has_and_tells_the_client(flow: Flow) -> None:
    number = await confirmed(flow)
    lines = [{"line_no": 1, "sku": "TEA-OOLONG-250", "qty_ordered": 5}]
    answer = await amend(flow, number, consignee_city="Bogor", details=lines)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] == {"order_no": number, "status": "amended", "fields": ["consignee_city", "details"]}
    assert (await flow.view(number))["ordered"] == 5
    assert flow.told(number)[-1] == "order.amended"
    assert (await amend(flow, number, consignee_city="Bogor", details=lines)).status_code == 200
    assert flow.told(number).count("order.amended") == 1, "the same again is the same command"
    await flow.event("goods_issued", number)
    assert (await flow.view(number))["moved"] == 5
    refused = await amend(flow, number, consignee_city="Depok")
    assert (refused.status_code, state(refused)) == (409, "goods_issued")
    await flow.statuses(number, 2000)
    await flow.ended(number)


async def test_a_key_names_one_amendment(flow: Flow) -> None:
    number = await confirmed(flow)
    key = {"Idempotency-Key": unique("key")}

    async def keyed(headers: dict[str, str], **changes: object) -> int:
        body = {"warehouse_id": WAREHOUSE, "amend_reason": "the buyer moved", **changes}
        return (await patch(flow, f"{OUTBOUND}/{number}", body, headers=headers)).status_code

    async with asyncio.timeout(30):
        while await keyed(key, consignee_city="Bogor") == httpx.codes.SERVICE_UNAVAILABLE:  # noqa: ASYNC110  as above
            await asyncio.sleep(PAUSE_SECONDS)
    assert await keyed(key, consignee_city="Bogor") == 200
    assert await keyed(key, consignee_city="Depok") == 422, "it would be told as amended, and was not"
    assert await keyed({"Idempotency-Key": "two words"}, consignee_city="Depok") == 400
    sent = [item.body_raw for item in flow.stack.ledger(number, step="red 3") if item.method == "PATCH"]
    assert len(sent) == 1, "the OMS heard of the first only"
    assert "Bogor" in sent[0]
    await cancel(flow, number)
    await flow.ended(number)


async def test_typed_into_the_temporal_ui_amend_and_cancel_are_the_same_decisions(flow: Flow) -> None:
    number = await confirmed(flow)
    order = flow.temporal.get_workflow_handle(flow.workflow_id(number))
    by = {"actor": "night shift", "reason": "the customer rang"}
    await order.execute_update(Update.AMEND, {"changes": {"consignee_city": "Bogor"}, **by})
    assert flow.told(number)[-1] == "order.amended"
    await order.execute_update(Update.CANCEL, by)
    view = await flow.ended(number)
    assert view["order_status"] == "cancelled"
    assert flow.told(number)[-1] == "order.cancelled"
    assert "night shift" in " ".join(entry["what"] for entry in view["timeline"])


async def test_amend_refuses_what_cannot_change_and_what_the_oms_refuses(flow: Flow) -> None:
    number = await confirmed(flow)
    assert (await amend(flow, number, tracking_id="X")).status_code == 422
    assert (await amend(flow, number)).status_code == 422
    assert (await amend(flow, number, details=[{"sku": "A"}])).status_code == 422
    await flow.event("order_status", number, data={"status_code": "40"})
    answer = await amend(flow, number, consignee_city="Bogor")
    assert (answer.status_code, said(answer)) == (409, "the OMS refuses: already allocated")
    assert (await cancel(flow, number)).status_code == 409


async def test_a_goods_issue_at_the_same_instant_never_passes_unseen(flow: Flow) -> None:
    """The goods start later while they win, and sooner while they lose: so the instant is found on any machine."""
    delay, outcomes = 0.05, list[str]()
    for _ in range(RACES):
        numbers = await asyncio.gather(*(confirmed(flow) for _ in SPREAD))
        raced = zip(numbers, SPREAD, strict=True)
        await asyncio.gather(*(race(flow, number, delay=delay * spread) for number, spread in raced))
        now = [await outcome(flow, number) for number in numbers]
        delay *= 2 if now.count("issued") > 1 else 0.5
        outcomes += now
    assert set(outcomes) <= {"cancelled", "issued", "both, flagged", "both, the goods late"}
    assert len(set(outcomes)) > 1, "the race was none"


async def race(flow: Flow, number: str, *, delay: float) -> None:
    issued = asyncio.to_thread(flow.stack.send_event, "goods_issued", number, delay=delay)
    answer, _ = await asyncio.gather(cancel(flow, number), issued)
    assert answer.status_code in {httpx.codes.OK, httpx.codes.CONFLICT}


async def outcome(flow: Flow, number: str) -> str:
    """What became of one race."""
    await flow.quiet(number)
    view = await flow.view(number)
    if view["order_status"] != "cancelled":
        return "issued"
    if any("after the cancellation" in flag for flag in view["flags"]):
        return "both, flagged"
    taken = [item for item in flow.stack.sent(number) if item.event == "goods_issued"]
    if not taken:
        return "cancelled"
    stray = await flow.temporal.get_workflow_handle(stray_workflow_id(flow.client_id, number)).query("status")
    assert [event["reason"] for event in stray["events"]] == ["late"]
    return "both, the goods late"


async def test_the_terminal_amends_and_cancels_by_the_same_rules(flow: Flow) -> None:
    number = await confirmed(flow)

    async def say(command: str, *options: str) -> tuple[int, str]:
        named = ("order", command, number, "--actor", "rina", "--reason", "the buyer called", *options)
        told = await asyncio.to_thread(flow.stack.interline, *named)
        return told.returncode, told.stdout + told.stderr

    code, text = await say("amend", "--set", '{"consignee_city": "Bogor"}')
    assert (code, text.strip()) == (0, f"{number}: amended")
    sent = [item.body_raw for item in flow.stack.ledger(number, step="red 3") if item.method == "PATCH"]
    assert ['"consignee_city":"Bogor"' in body.replace(" ", "") for body in sent] == [True]
    code, text = await say("amend", "--set", '{"tracking_id": "OTHER"}')
    assert (code, text.strip()) == (1, f"interline: {number} refuses: tracking_id cannot be changed")
    code, text = await say("cancel")
    assert (code, text.strip()) == (0, f"{number}: cancelled")
    view = await flow.ended(number)
    assert view["order_status"] == "cancelled"
    assert "cancelled by rina: the buyer called" in [entry["what"] for entry in view["timeline"]]
    code, text = await say("amend", "--set", '{"consignee_city": "Depok"}')
    assert (code, text.strip()) == (1, f"interline: {number} has ended: it is cancelled")
