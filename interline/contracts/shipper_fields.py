"""Shipper's own order fields that Interline only forwards: what the pages say about their type and length.

Official pages *create-sales-order-b2c-updated-15082022* and *create-purchase-order* (reference §5.1, §5.9). A field may
be absent or empty; Interline asks only for what it works with itself.
"""

from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

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
"""Most characters of each."""

MAY_BREAK_LINES: Final = frozenset({"consignee_full_address", "notes"})
LINE_BREAKS: Final = frozenset("\r\n\t")


def text_problems(body: JsonObject, prefix: str) -> list[Problem]:
    """What is wrong with the texts that are there."""
    found = [_problem(name, body.get(name), f"{prefix}/{name}") for name in TEXT_LENGTHS]
    return [problem for problem in found if problem]


def _problem(name: str, value: JsonValue, pointer: str) -> Problem | None:
    if value is None:
        return None
    if not isinstance(value, str):
        return Problem(ErrorCode.WRONG_TYPE, "send text", pointer)
    if len(value) > TEXT_LENGTHS[name]:
        return Problem(ErrorCode.TOO_LONG, f"send at most {TEXT_LENGTHS[name]} characters", pointer)
    allowed = LINE_BREAKS if name in MAY_BREAK_LINES else frozenset[str]()
    if any((character < " " or character == "\x7f") and character not in allowed for character in value):
        return Problem(ErrorCode.INVALID_CHARACTERS, pointer=pointer)
    return None
