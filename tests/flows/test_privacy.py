"""Personal data reaches the OMS and nobody else: canaries in every field of the consignee, then a search for them."""

import httpx
import pytest
from pydantic import JsonValue
from temporalio.client import WorkflowExecutionDescription

from tests.builders import an_outbound
from tests.flows.support import STATUSES, Flow
from tests.stack.driver import OUTBOUND

pytestmark = pytest.mark.stack

CANARIES: dict[str, JsonValue] = {
    "consignee": "Kenari Satu Wijaya",
    "consignee_phone": "081234567890123",
    "consignee_email": "kenari.dua@example.test",
    "consignee_full_address": "Jalan Kenari Tiga 17",
    "consignee_province": "Kenari Empat",
    "consignee_city": "Kenari Lima",
    "buyer_remark": "Kenari Enam di pintu",
    "gift_message": "Kenari Tujuh, selamat",
}


async def test_no_personal_data_in_ids_attributes_memo_card_or_logs(flow: Flow) -> None:
    flow.stack.trouble("oms", "blue 5", "status:500", count=2)
    flow.stack.trouble("wms", "red 7", "reset", count=2)
    number = flow.order(an_outbound(logistics=None, quote_id=None, **CANARIES))
    await flow.quiet(number)
    await flow.event("order_confirmed", number)
    await flow.event("goods_issued", number)
    await flow.statuses(number, *STATUSES)
    await flow.ended(number)
    (body,) = flow.bodies(number, "red 3")
    assert {name: body["data"]["outbound"][name] for name in CANARIES} == CANARIES, "the OMS does get them"
    refused = flow.stack.post(OUTBOUND, an_outbound(logistics=None, quote_id=None, tracking_id=None, **CANARIES))
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY

    described = await flow.temporal.get_workflow_handle(flow.workflow_id(number)).describe()
    assert found(await shown(described)) == []
    assert found(refused.text) == [], "values are never echoed"
    logs = list((flow.stack.state / "logs").rglob("*"))
    assert {"worker.log", "gateway.log"} <= {log.name for log in logs}
    assert {log.name: found(log.read_text(errors="replace")) for log in logs} == {log.name: [] for log in logs}


async def shown(described: WorkflowExecutionDescription) -> str:
    """All that a list or the page of the workflow shows beside its history."""
    memo = await described.memo()
    texts = (await described.static_summary(), await described.static_details())
    attributes = [str(pair) for pair in described.typed_search_attributes.search_attributes]
    info = described.raw_description.workflow_execution_info
    return " ".join([described.id, str(memo), *attributes, *map(str, texts), str(info)])


def found(text: str) -> list[str]:
    """The fields of which something is in the text."""
    return [name for name, canary in CANARIES.items() if str(canary) in text]
