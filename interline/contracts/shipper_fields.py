"""Shipper's own order fields that Interline only forwards: what the pages say about their type and length.

Official pages *create-sales-order-b2c-updated-15082022* and *create-purchase-order* (reference §5.1, §5.9). A field may
be absent or empty; Interline asks only for what it works with itself.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from typing import Final

from pydantic import JsonValue

from interline.contracts.event_reading import moment
from interline.contracts.fields import DEAREST_IDR, NOT_IN_ONE_LINE
from interline.contracts.problems import ErrorCode, Problem
from interline.domain.base import JsonObject

TEXT_LENGTHS: Final[Mapping[str, int]] = {
    "customer_id": 20,
    "order_source": 32,
    "platform": 64,
    "internal_order_status": 30,
    "express_code": 40,
    "tenant_name": 200,
    "consignee": 200,
    "consignee_phone": 40,
    "consignee_email": 40,
    "consignee_full_address": 400,
    "consignee_state": 30,
    "consignee_province": 50,
    "consignee_city": 50,
    "supplier_id": 30,
    "notes": 500,
}
"""Most characters of each, as Shipper's pages say."""
OWN_TEXT_LENGTHS: Final[Mapping[str, int]] = {
    "area": 50,
    "town": 50,
    "seller_nick": 200,
    "consignee_mobile": 40,
    "consignee_doc_no": 50,
    "notice_send_date": 40,
    "buyer_remark": 500,
    "seller_remark": 500,
    "invoice_title": 200,
    "invoice_content": 500,
    "payment_way": 40,
}
"""The same where the pages name a text without a length: these are ours."""
TEXT_OR_WHOLE: Final[Mapping[str, int]] = {"seller_flag": 50, "plat_last_changed": 50}
"""Named by the pages without a type: a text, or a whole number."""
LINE_TEXT_LENGTHS: Final[Mapping[str, int]] = {"customer_id": 20, "notes": 500, "batch_no": 100, "serial_no": 100}
"""The same on a line of `details`."""
OWN_LINE_TEXT_LENGTHS: Final[Mapping[str, int]] = {"mfg_date": 40, "exp_date": 40}
AMOUNTS: Final = (
    *("order_price", "pre_tax_price", "tax_price", "discount_price", "postage", "cod_price", "invoice_amount"),
)
LINE_AMOUNTS: Final = ("price", "total_price")
WHOLE: Final = (
    *("order_identification_code", "consignee_doc_type", "trans_priority"),
    *("invoice_type", "payment_type", "distribution_status"),
)
LINE_WHOLE: Final = ("line_no",)
TIMES: Final = ("order_time", "payment_time", "po_creation_time", "expected_arrive_time_1")
POSTCODES: Final = ("zip_code",)

MAY_BREAK_LINES: Final = frozenset(
    {"consignee_full_address", "notes", "buyer_remark", "seller_remark", "invoice_content"}
)
NOT_IN_LINES: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MOST_WHOLE: Final = 1_000_000

TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?", re.ASCII)
"""A day and a time, with or without a zone (Shipper's have none); no week date, no compact form, no epoch."""
POSTCODE: Final = re.compile(r"\d{5}", re.ASCII)
"""Domestic orders only: Indonesian."""

_Finding = tuple[ErrorCode, str]
_Check = Callable[[JsonValue], _Finding | None]
_Checks = Mapping[str, _Check]


def field_problems(body: JsonObject, prefix: str) -> list[Problem]:
    """What is wrong with the fields that are there, of the order and of its lines."""
    found = [*_found(body, _ORDER, prefix)]
    lines = body.get("details")
    for place, line in enumerate(lines if isinstance(lines, list) else []):
        if isinstance(line, dict):
            found += _found(line, _LINE, f"{prefix}/details/{place}")
    return found


def _found(values: JsonObject, checks: _Checks, prefix: str) -> Iterator[Problem]:
    for name, check in checks.items():
        if (value := values.get(name)) not in (None, "") and (finding := check(value)):
            yield Problem(*finding, f"{prefix}/{name}")


def _text(most: int, *, lines: bool) -> _Check:
    forbidden = NOT_IN_LINES if lines else NOT_IN_ONE_LINE

    def check(value: JsonValue) -> _Finding | None:
        if not isinstance(value, str):
            return ErrorCode.WRONG_TYPE, "send text"
        if len(value) > most:
            return ErrorCode.TOO_LONG, f"send at most {most} characters"
        if forbidden.search(value):
            return ErrorCode.INVALID_CHARACTERS, ""
        return None

    return check


def _texts(lengths: Mapping[str, int]) -> dict[str, _Check]:
    return {name: _text(most, lines=name in MAY_BREAK_LINES) for name, most in lengths.items()}


def _text_or_whole(most: int) -> _Check:
    text = _text(most, lines=False)

    def check(value: JsonValue) -> _Finding | None:
        if isinstance(value, str):
            return text(value)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return None if is_whole else (ErrorCode.WRONG_TYPE, "send text or a whole number")

    return check


def _amount(value: JsonValue) -> _Finding | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ErrorCode.WRONG_TYPE, "send an amount in rupiah as a number, without quotes"
    if not 0 <= value <= DEAREST_IDR:
        return ErrorCode.OUT_OF_RANGE, f"send an amount from 0 to {DEAREST_IDR} rupiah"
    return None


def _whole(least: int) -> _Check:
    def check(value: JsonValue) -> _Finding | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return ErrorCode.WRONG_TYPE, "send a whole number, without quotes or decimals"
        if not least <= value <= MOST_WHOLE:
            return ErrorCode.OUT_OF_RANGE, f"send a whole number from {least} to {MOST_WHOLE}"
        return None

    return check


def _time(value: JsonValue) -> _Finding | None:
    if isinstance(value, str) and TIME.fullmatch(value) and moment(value, UTC):
        return None
    return ErrorCode.INVALID_FORMAT, "send a time such as 2026-11-23T09:00:00Z or 2026-11-23 16:00:00"


def _postcode(value: JsonValue) -> _Finding | None:
    if isinstance(value, str) and POSTCODE.fullmatch(value):
        return None
    return ErrorCode.INVALID_FORMAT, "send an Indonesian postcode: 5 digits, as text"


_ORDER: Final[_Checks] = {
    **_texts({**TEXT_LENGTHS, **OWN_TEXT_LENGTHS}),
    **{name: _text_or_whole(most) for name, most in TEXT_OR_WHOLE.items()},
    **dict.fromkeys(AMOUNTS, _amount),
    **dict.fromkeys(WHOLE, _whole(0)),
    **dict.fromkeys(TIMES, _time),
    **dict.fromkeys(POSTCODES, _postcode),
}
_LINE: Final[_Checks] = {
    **_texts({**LINE_TEXT_LENGTHS, **OWN_LINE_TEXT_LENGTHS}),
    **dict.fromkeys(LINE_AMOUNTS, _amount),
    **dict.fromkeys(LINE_WHOLE, _whole(1)),
}
