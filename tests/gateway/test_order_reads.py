"""Reading one order: live, after its end, and with no worker alive."""

import asyncio
from time import monotonic
from typing import Any

from temporalio.client import Client as Temporal
from temporalio.worker import Worker

from interline.names import ORDER_QUEUE, Signal, order_workflow_id
from tests.gateway.fakes import Order
from tests.gateway.support import OUTBOUND, Http, an_order, keyed


async def created(shop: Http) -> tuple[str, str]:
    """A new order: its number and its address."""
    answer = await shop.post(OUTBOUND, json=an_order())
    data = answer.json()["data"]
    return data["order_no"], data["links"]["self"]


async def live(shop: Http, link: str) -> dict[str, Any]:
    """The order, once its worker found the time to answer: on a busy machine the first answers may be the record."""
    async with asyncio.timeout(60):
        while True:
            answer = await shop.get(link)
            assert answer.status_code == 200, answer.text
            data: dict[str, Any] = answer.json()["data"]
            if data["stale"] is False:
                return data


async def test_a_live_order_speaks_for_itself(shop: Http, worker: None) -> None:
    number, link = await created(shop)
    data = await live(shop, link)
    outbound = data["outbound"]
    assert outbound["interline"]["order_status"] == "confirmed"
    assert outbound["interline"]["stale"] is False
    assert {
        name: outbound[name] for name in ("order_no", "order_type", "so_status", "so_reference_1", "so_reference_2")
    } == {
        "order_no": number,
        "order_type": "SO",
        "so_status": "CREATED",
        "so_reference_1": "FO1",
        "so_reference_2": number,
    }
    assert (outbound["delivery_no"], outbound["carrier_name"], outbound["warehouse_id"]) == ("AWB1", "JNE", "WH-JKT-1")


async def test_with_no_worker_the_last_recorded_state_comes_within_two_seconds(shop: Http) -> None:
    number, link = await created(shop)
    begun = monotonic()
    answer = await shop.get(link)
    assert monotonic() - begun < 2
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data["stale"] is True
    assert data["outbound"]["order_no"] == number
    assert data["outbound"]["so_status"] == "REGISTERED"
    ours = data["outbound"]["interline"]
    assert (ours["kind"], ours["order_status"], ours["logistics_status"], ours["stale"]) == (
        "outbound",
        "accepted",
        "none",
        True,
    )
    assert ours["accepted_at"]


async def test_an_ended_order_is_read_from_its_result_without_a_worker(shop: Http, temporal: Temporal) -> None:
    number, link = await created(shop)
    order = temporal.get_workflow_handle(order_workflow_id("shop", number))
    async with Worker(temporal, task_queue=ORDER_QUEUE, workflows=[Order]):
        await order.signal(Signal.GOODS_ISSUED)
        await order.result()
    data = (await shop.get(link)).json()["data"]
    assert data["stale"] is False
    assert data["outbound"]["so_status"] == "CLOSED"


async def test_a_terminated_order_still_has_its_record(shop: Http, temporal: Temporal) -> None:
    number, link = await created(shop)
    await temporal.get_workflow_handle(order_workflow_id("shop", number)).terminate()
    data = (await shop.get(link)).json()["data"]
    assert data["stale"] is True


async def test_unknown_foreign_and_misplaced_orders_look_the_same(shop: Http) -> None:
    number, link = await created(shop)
    misplaced = link.replace("WH-JKT-1", "WH-OTHER")
    unknown = link.replace(number, "SO-NOBODY")
    impossible = link.replace(number, "a%20b%27")
    answers = [await shop.get(misplaced), await shop.get(unknown), await shop.get(impossible)]
    answers.append(await shop.get(link, headers=keyed("other-key-0123456789")))
    errors = {str(answer.json()["metadata"]["errors"]) for answer in answers}
    assert {answer.status_code for answer in answers} == {404}
    assert len(errors) == 1
    assert answers[0].json()["metadata"]["errors"][0]["code"] == 3012


async def test_a_terminated_order_says_so_also_with_no_worker(shop: Http, temporal: Temporal) -> None:
    number, link = await created(shop)
    await temporal.get_workflow_handle(order_workflow_id("shop", number)).terminate(reason="a test order")
    ours = (await shop.get(link)).json()["data"]["outbound"]["interline"]
    assert ours["why"].startswith("It was terminated at ")
    assert ours["why"].endswith(": a test order. Its last state: accepted, shipment none.")
    assert (ours["order_status"], ours["stale"]) == ("accepted", True)
