"""The WMS's wire format (our design: no public one is known): the goods movement as the warehouse booked it."""

from typing import Final
from urllib.parse import quote

from interline.contracts.wire import at, body_of, read, text, wrong
from interline.domain.calls import ForwardGoods

ISSUES_PATH: Final = "/v1/goods-issues"
RECEIPTS_PATH: Final = "/v1/goods-receipts"


def goods_body(call: ForwardGoods) -> bytes:
    """Red 7: the PGI or GRN object, with the order it belongs to."""
    return body_of({**call.goods, "order_no": call.order_number, "doc_no": call.doc_no})


def look_up_path(path: str, call: ForwardGoods) -> str:
    """`GET` of what the WMS already acknowledged for this document."""
    return f"{path}?order_no={quote(call.order_number, safe='')}&doc_no={quote(call.doc_no, safe='')}"


def acknowledgement(raw: bytes, doc_no: str) -> str:
    """The WMS's acknowledgement id.

    Raises:
        WrongAnswerError: the answer has none, or is about another document.
    """
    data = at(read("wms", raw), "data")
    if text(at(data, "doc_no")) != doc_no:
        wrong("wms", "its answer is about another document")
    return text(at(data, "acknowledgement_id")) or wrong("wms", "its answer has no acknowledgement id")


def acknowledged(raw: bytes, order_number: str, doc_no: str) -> str | None:
    """The acknowledgement id among those listed, or None: the WMS has not got this document of this order."""
    rows = at(read("wms", raw), "data", "items")
    if not isinstance(rows, list):
        wrong("wms", "its look-up has no list")
    ours = (
        row for row in rows if text(at(row, "doc_no")) == doc_no and text(at(row, "order_no")) in {"", order_number}
    )
    return next((text(at(row, "acknowledgement_id")) for row in ours), None)
