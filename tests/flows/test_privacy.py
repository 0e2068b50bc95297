"""Personal data reaches the OMS and nobody else, secrets and proofs stand in no log: both are looked for by value."""

import json
from collections.abc import Iterator, Mapping

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
GUESSED = "kenari-delapan-0123456789"
"""A wrong key: it may be somebody's right one elsewhere."""


async def test_no_personal_data_and_no_secret_in_ids_attributes_memo_card_logs_or_metrics(flow: Flow) -> None:
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

    guess(flow)

    described = await flow.temporal.get_workflow_handle(flow.workflow_id(number)).describe()
    private = {**CANARIES, **dict(credentials(flow)), **dict(proofs(flow, number)), "a guess": GUESSED}
    assert found(private, await shown(described)) == []
    assert found(private, refused.text) == [], "values are never echoed"
    told = said_to_operators(flow)
    assert {"worker.log", "gateway.log", "/metrics"} <= set(told)
    assert {where: found(private, text) for where, text in told.items()} == {where: [] for where in told}


def guess(flow: Flow) -> None:
    """Somebody tries keys: at our API, and as a partner."""
    manifest = flow.stack.manifest
    for url in (f"{manifest.gateway}{OUTBOUND}", *(hook.url for hook in manifest.clients[0].webhooks_in.values())):
        body: dict[str, JsonValue] = {"auth": GUESSED}
        answer = httpx.post(url, json=body, headers={"x-api-key": GUESSED}, trust_env=False)
        assert answer.status_code == httpx.codes.UNAUTHORIZED


def credentials(flow: Flow) -> Iterator[tuple[str, str]]:
    """Every key and secret of the stack, by its file."""
    folder = flow.stack.state / "secrets"
    for file in folder.rglob("*"):
        if file.is_file():
            yield str(file.relative_to(folder)), file.read_text()


def proofs(flow: Flow, number: str) -> Iterator[tuple[str, str]]:
    """Every signature of ours that the client got, and every `auth` that was sent either way."""
    for item in flow.webhooks(number):
        yield f"signature {item.id}", item.headers["webhook-signature"].removeprefix("v1,")
    bodies = {item.id: item.body_raw for item in flow.webhooks(number)}
    bodies |= {item.id: item.body_raw for item in flow.stack.sent(number)}
    yield from ((f"auth {id_}", auth) for id_, body in bodies.items() if (auth := json.loads(body).get("auth")))


def said_to_operators(flow: Flow) -> dict[str, str]:
    """The logs of every process, and the gateway's metrics."""
    logs = (flow.stack.state / "logs").rglob("*")
    metrics = httpx.get(f"{flow.stack.manifest.gateway}/metrics", trust_env=False).text
    return {**{log.name: log.read_text(errors="replace") for log in logs}, "/metrics": metrics}


async def shown(described: WorkflowExecutionDescription) -> str:
    """All that a list or the page of the workflow shows beside its history."""
    memo = await described.memo()
    texts = (await described.static_summary(), await described.static_details())
    attributes = [str(pair) for pair in described.typed_search_attributes.search_attributes]
    info = described.raw_description.workflow_execution_info
    return " ".join([described.id, str(memo), *attributes, *map(str, texts), str(info)])


def found(private: Mapping[str, JsonValue], text: str) -> list[str]:
    """The names of which the value is in the text."""
    return [name for name, value in private.items() if str(value) in text]
