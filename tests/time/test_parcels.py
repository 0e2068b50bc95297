"""Returns, partial and odd shipments: states, client events and the end of each."""

import asyncio

import pytest
from pydantic import JsonValue

from tests.builders import a_return, an_outbound
from tests.flows.support import Flow

pytestmark = pytest.mark.stack

LINES: list[JsonValue] = [{"line_no": 1, "sku": "A", "qty_ordered": 3}, {"line_no": 2, "sku": "B", "qty_ordered": 1}]


def issue(awb: str, **pieces: int) -> dict[str, object]:
    """A PGI document of one parcel."""
    rows = [{"sku": sku, "qty_shipped": count} for sku, count in pieces.items()]
    return {"doc_no": f"DO-{awb}", "delivery_no": awb, "details": rows}


def receipt(grn_no: str, count: int, condition: str = "Good") -> list[dict[str, object]]:
    """The row of a goods receipt."""
    row = {"line_no": "1", "sku": "TEA-OOLONG-250", "received_qty": count, "product_condition": condition}
    return [{**row, "grn_no": grn_no}]


async def confirmed(flow: Flow) -> str:
    number = flow.order(an_outbound(details=LINES))
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    return number


async def test_two_parcels_are_two_documents_two_waybills_and_the_order_ends_with_the_last(flow: Flow) -> None:
    number = await confirmed(flow)
    await flow.event("goods_issued", number, data=issue("AWB-A", A=3))
    await flow.event("shipment_status", number, data={"code": 2000, "awb": "AWB-A"})
    view = await flow.view(number)
    assert (view["moved"], view["ordered"], view["order_status"]) == (3, 4, "goods_issued")
    assert [wait["what"] for wait in view["waits"]] == ["goods issue of the rest from the warehouse"]
    await flow.event("goods_issued", number, data=issue("AWB-B", B=1))
    view = await flow.view(number)
    assert view["parcels"] == {"AWB-A": "delivered", "AWB-B": "none"}
    assert view["logistics_status"] == "none", "an order stands where its least advanced parcel stands"
    await flow.event("shipment_status", number, data={"code": 1180, "awb": "AWB-B"})
    await flow.event("shipment_status", number, data={"code": 2000, "awb": "AWB-B"})
    view = await flow.ended(number)
    assert (view["order_status"], view["parcels"]) == ("completed", {"AWB-A": "delivered", "AWB-B": "delivered"})
    assert flow.told(number).count("order.goods_issued") == 2
    assert [body["delivery_no"] for body in flow.bodies(number, "red 7")] == ["AWB-A", "AWB-B"]


async def test_the_warehouse_splits_by_itself(flow: Flow) -> None:
    flow.stack.manual(on=False, confirmation="webhook", parcels=2)
    try:
        number = flow.order(an_outbound(details=LINES))
        view = await flow.ended(number)
    finally:
        flow.stack.manual(on=False, parcels=1)
    assert (view["order_status"], view["moved"], len(view["parcels"])) == ("completed", 4, 2)
    assert set(view["parcels"].values()) == {"delivered"}
    assert len(flow.bodies(number, "red 7")) == 2


async def test_the_oms_may_close_an_order_short(flow: Flow) -> None:
    number = await confirmed(flow)
    await flow.event("goods_issued", number, data=issue("AWB-A", A=2))
    await flow.event("shipment_status", number, data={"code": 2000, "awb": "AWB-A"})
    assert (await flow.view(number))["order_status"] == "goods_issued", "the rest is on back-order"
    await flow.event("order_status", number, data={"status_code": "99", "status": "Closed"})
    view = await flow.ended(number)
    assert (view["order_status"], view["moved"], view["ordered"]) == ("completed", 2, 4)


async def test_a_lost_second_goods_issue_is_learnt_by_asking(flow: Flow, hasty: str) -> None:
    number = flow.order(an_outbound(details=LINES, logistics={"service_type": hasty}))
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    await flow.event("goods_issued", number, data=issue("AWB-A", A=3))
    await asyncio.to_thread(flow.stack.send_event, "goods_issued", number, data=issue("AWB-B", B=1), lost=True)
    for awb in ("AWB-A", "AWB-B"):
        await flow.event("shipment_status", number, data={"code": 2000, "awb": awb})
    view = await flow.ended(number)
    assert (view["order_status"], view["moved"], sorted(view["parcels"])) == ("completed", 4, ["AWB-A", "AWB-B"])


@pytest.mark.parametrize(
    ("codes", "logistics", "order_status"),
    [
        ((1180, 1380), "lost_or_damaged", "completed"),
        ((1180, 1370), "failed", "completed"),
        ((1180, 1320, 2000), "delivered", "completed"),
    ],
)
async def test_what_the_courier_makes_of_a_parcel(
    flow: Flow, codes: tuple[int, ...], logistics: str, order_status: str
) -> None:
    number = await confirmed(flow)
    await flow.event("goods_issued", number, data=issue("AWB-A", A=3, B=1))
    await flow.statuses(number, *codes)
    view = await flow.ended(number)
    assert (view["logistics_status"], view["order_status"]) == (logistics, order_status)
    last = [item for item in flow.webhooks(number) if item.event == "logistics.status"][-1]
    assert f'"status":"{logistics}"' in last.body_raw.replace(" ", "")
    assert f'"code":"{codes[-1]}"' in last.body_raw.replace(" ", "")


async def test_returned_to_the_sender_ends_with_the_goods_back_in_the_warehouse(flow: Flow) -> None:
    number = await confirmed(flow)
    await flow.event("goods_issued", number, data=issue("AWB-A", A=3, B=1))
    await flow.statuses(number, 1180, 1340, 1410)
    view = await flow.view(number)
    assert (view["logistics_status"], view["order_status"]) == ("returning", "goods_issued"), "on its way back: open"
    await flow.event("goods_received", number)
    view = await flow.ended(number)
    assert (view["order_status"], view["logistics_status"]) == ("returned", "returning")
    assert flow.told(number)[-1] == "order.goods_received"
    assert [item.path for item in flow.stack.ledger(number, step="red 7")][-1] == "/wms/v1/goods-receipts"


async def test_a_return_with_damaged_goods_in_two_receipts(flow: Flow) -> None:
    number = flow.order(a_return())
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    await flow.statuses(number, 1180, 2000)
    await flow.event("goods_received", number, data={"details": receipt("GRN-1", 1)})
    view = await flow.view(number)
    assert (view["moved"], view["ordered"], view["damaged"]) == (1, 2, 0)
    await flow.event("goods_received", number, data={"details": receipt("GRN-2", 1, "Damaged")})
    view = await flow.ended(number)
    assert (view["order_status"], view["moved"], view["damaged"]) == ("completed", 2, 1)
    assert flow.told(number).count("order.goods_received") == 2
    told = [item for item in flow.webhooks(number) if item.event == "order.goods_received"][-1]
    assert '"damaged":1' in told.body_raw.replace(" ", "")


async def test_a_goods_issue_of_a_return_is_told_and_flagged_and_moves_nothing(flow: Flow) -> None:
    number = flow.order(a_return())
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    await flow.event("goods_issued", number)
    view = await flow.view(number)
    assert (view["order_status"], view["moved"]) == ("confirmed", 0)
    assert any("goods for a return" in flag for flag in view["flags"])
    assert flow.told(number)[-1] == "order.goods_issued"
    assert not flow.stack.ledger(number, step="red 7"), "the WMS hears of what comes in"
    await flow.event("goods_received", number)
    await flow.statuses(number, 2000)
    assert (await flow.ended(number))["order_status"] == "completed"


async def test_a_lost_second_goods_receipt_is_learnt_by_asking(flow: Flow, hasty: str) -> None:
    number = flow.order(a_return(logistics={"service_type": hasty}))
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    await flow.event("goods_received", number, data={"details": receipt("GRN-1", 1)})
    await asyncio.to_thread(
        flow.stack.send_event, "goods_received", number, data={"details": receipt("GRN-2", 1)}, lost=True
    )
    await flow.statuses(number, 2000)
    view = await flow.ended(number)
    assert (view["order_status"], view["moved"]) == ("completed", 2)
