"""The WMS: it is told of goods issues and receipts (red 7; our own two calls)."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.answers import Answer, done, read
from sandbox.desk import Task, checked, json_body
from sandbox.ledger import Call
from sandbox.records import Record
from sandbox.wire import JsonObject, unwrapped
from sandbox.world import World

DocumentKind = Literal["goods_issue", "goods_receipt"]
Text = Annotated[str, Field(min_length=1)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="allow")

    sku: Text
    grn_no: str = ""


class _Document(BaseModel):
    """PGI or GRN with the order's number; a GRN is named by the note of its first row."""

    model_config = ConfigDict(extra="allow")

    order_no: Text
    doc_no: str = ""
    details: Annotated[list[_Row], Field(min_length=1)]


def _post(kind: DocumentKind) -> Callable[[World, Call, str], Answer]:
    def work(world: World, call: Call, client_id: str) -> Answer:
        body = unwrapped(json_body(call), kind)
        document = checked(_Document, body)
        doc_no = document.doc_no or document.details[0].grn_no
        record = world.records.add(kind, client_id, document.order_no, body, item=doc_no)
        return done(_acknowledgement(record), effect_id=record.effect_id)

    return work


def _find(kind: DocumentKind) -> Callable[[World, Call, str], Answer]:
    def work(world: World, call: Call, client_id: str) -> Answer:
        found = world.records.of_order(kind, client_id, call.params.get("order_no", ""))
        doc_no = call.params.get("doc_no")
        return read({"items": [_acknowledgement(record) for record in found if doc_no in {None, record.item}]})

    return work


def _acknowledgement(record: Record) -> JsonObject:
    return {"acknowledgement_id": f"ACK-{record.number}", "doc_no": record.item, "order_no": record.order_no}


TASKS = (
    Task("POST", "/v1/goods-issues", _post("goods_issue")),
    Task("GET", "/v1/goods-issues", _find("goods_issue"), lookup=True),
    Task("POST", "/v1/goods-receipts", _post("goods_receipt")),
    Task("GET", "/v1/goods-receipts", _find("goods_receipt"), lookup=True),
)
