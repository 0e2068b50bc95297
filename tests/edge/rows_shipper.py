"""5c: Shipper's own fields, which are only forwarded. Each row changes one field of a good body."""

from collections.abc import Iterable

from interline.domain.base import JsonObject
from tests.edge.table import Row
from tests.edge.wire import post
from tests.gateway.support import an_order

FORM, TYPE, RANGE, LONG = "invalid-format", "wrong-type", "out-of-range", "too-long"
LISTED = "unknown-value"

TEXTS = {
    **dict.fromkeys(("area", "town", "consignee_doc_no"), 50),
    **dict.fromkeys(("consignee_mobile", "notice_send_date", "payment_way"), 40),
    **dict.fromkeys(("seller_nick", "invoice_title"), 200),
    **dict.fromkeys(("buyer_remark", "seller_remark", "invoice_content"), 500),
}
NUMBERS = ("consignee_doc_type", "trans_priority", "invoice_type", "payment_type", "distribution_status")
EITHER = ("seller_flag", "plat_last_changed")
REFUSED: list[tuple[int, str, object, str]] = [
    (74, "currency", "RUPIAH", LISTED),
    (74, "currency", "USD", LISTED),
    (75, "zip_code", "1234", FORM),
    (75, "zip_code", "SW1A 1AA", FORM),
    *((51, name, "x" * (most + 1), LONG) for name, most in TEXTS.items()),
    *((51, name, "x" * 51, LONG) for name in EITHER),
    *((69, name, wrong, TYPE) for name in TEXTS for wrong in ({"a": 1}, 5)),
    *((69, name, wrong, TYPE) for name in NUMBERS for wrong in ("1", 1.5, True)),
    *((69, name, wrong, TYPE) for name in EITHER for wrong in ([1], 1.5, True)),
    *((69, name, wrong, RANGE) for name in NUMBERS for wrong in (-1, 1_000_001)),
    (88, "payment_way", "COD\n", "invalid-characters"),
    *((77, "order_time", time, FORM) for time in ("2026-11-23", "20260101", "2026-W48-1", 1795388400)),
    *((78, "order_time", time, FORM) for time in ("2026-11-23T10:00:60Z", "2026-11-23T24:00:00Z")),
]
EVERYTHING = (*TEXTS, *NUMBERS, *EITHER)
ACCEPTED: list[tuple[int, str, JsonObject]] = [
    (69, "unused fields as null", dict.fromkeys(EVERYTHING, None)),
    (69, "unused fields as empty texts", dict.fromkeys(EVERYTHING, "")),
    (51, "texts of the greatest length", {name: "x" * most for name, most in TEXTS.items()}),
    (69, "numbers at their least", dict.fromkeys((*NUMBERS, *EITHER), 0)),
    (69, "numbers at their most", dict.fromkeys(NUMBERS, 1_000_000)),
    (69, "a flag and a time in words", {"seller_flag": "red", "plat_last_changed": "2026-11-23 09:00:00"}),
    (69, "a time in milliseconds", {"plat_last_changed": 1795388400000}),
    (88, "a remark of two lines", {"buyer_remark": "at the door\nor next to it"}),
    (77, "a zone may be missing: it is the warehouse's", {"order_time": "2026-11-23 10:00:00"}),
]


def _lines() -> Iterable[Row]:
    for name in ("mfg_date", "exp_date"):
        for date, code in (({}, TYPE), (20261123, TYPE), ("x" * 41, LONG)):
            lines: JsonObject = {"details": [{"sku": "A", "qty_ordered": 1, name: date}]}
            yield Row(69, f"{name} {date!r:.12}", post({**an_order(), **lines}), 422, code)
        lines = {"details": [{"sku": "A", "qty_ordered": 1, name: date} for date in ("2026-11-23", "", None)]}
        yield Row(69, f"{name} of three lines", post({**an_order(), **lines}), 202)


def rows() -> list[Row]:
    """Of 5c what concerns fields that Interline does not work with."""
    refused: list[tuple[int, str, JsonObject, str]] = [
        (number, f"{name} {value!r:.22}", {name: value}, code)  # type: ignore[dict-item]  # plain JSON values
        for number, name, value, code in REFUSED
    ]
    return [
        *(Row(number, what, post({**an_order(), **change}), 422, code) for number, what, change, code in refused),
        *(Row(number, what, post({**an_order(), **change}), 202) for number, what, change in ACCEPTED),
        *_lines(),
    ]
