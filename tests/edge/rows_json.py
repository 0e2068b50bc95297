"""5b: JSON text. Whatever the route, one text has one meaning or none."""

from collections.abc import Mapping

import orjson

from tests.edge.table import Row
from tests.edge.wire import post
from tests.gateway.support import an_order

NOT_JSON: Mapping[int, list[bytes]] = {
    31: [b""],
    32: [b"   ", b"\n\t"],
    33: [b"not json", b"<html></html>", b"<?xml?><a/>", b'{"a": 1', b'{"a": 1}}', b"{'a': 1}", b'{"a": 1,}'],
    37: [b'{"a": 01}', b'{"a": .5}', b'{"a": +1}', b'{"a": 0x1F}', b'{"a": 1.}', b'{"a": 1e}'],
    38: [b'\xef\xbb\xbf{"a": 1}'],
    39: ['{"a": 1}'.encode(coding) for coding in ("utf-16", "utf-16-le", "utf-32")],
    40: [b'{"a": "\xff"}', b'{"a": "\xc0\x80"}', b'{"a": "\xed\xa0\x80"}', b'{"a": "\xf5\x80\x80\x80"}'],
    44: [b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}'],
}
OTHERS: list[tuple[int, str, bytes, int, str]] = [
    (41, "lone surrogate", b'{"a": "\\ud800"}', 400, "invalid-unicode"),
    (41, "lone surrogate in a name", b'{"\\udfff": 1}', 400, "invalid-unicode"),
    (43, "a name twice", b'{"a": 1, "a": 2}', 400, "duplicate-json-key"),
    (43, "a name twice via escape", b'{"a": 1, "\\u0061": 2}', 400, "duplicate-json-key"),
    (43, "a name twice deep inside", b'{"a": [{"b": 1, "b": 1}]}', 400, "duplicate-json-key"),
    (46, "integer beyond 2^53 - 1", b'{"a": 9007199254740992}', 422, "number-out-of-range"),
    (46, "integer below", b'{"a": -9007199254740992}', 422, "number-out-of-range"),
    (46, "overflow to infinity", b'{"a": 1e999}', 422, "number-out-of-range"),
    (47, "33 digits", b'{"a": ' + b"9" * 33 + b"}", 400, "number-too-long"),
    (47, "5000 digits", b'{"a": ' + b"9" * 5000 + b"}", 400, "number-too-long"),
    (47, "19 digits, some of them lost", b'{"a": 0.1234567890123456789}', 400, "number-too-long"),
    (47, "33 characters of a fraction", b'{"a": 0.' + b"1" * 31 + b"}", 400, "number-too-long"),
    (48, "depth 33", b"[" * 33 + b"]" * 33, 400, "json-too-deep"),
    (48, "depth 33 of objects", b'{"a":' * 33 + b"1" + b"}" * 33, 400, "json-too-deep"),
    (48, "depth 100 000", b"[" * 100_000, 400, "json-too-deep"),
    (49, "501 items", b'{"a": [' + b"1," * 500 + b"1]}", 422, "too-many-items"),
    (51, "a text of 4097 bytes", b'{"a": "' + b"x" * 4097 + b'"}', 422, "too-long"),
    (51, "a text of 4098 bytes in 2049 characters", b'{"a": "' + "é".encode() * 2049 + b'"}', 422, "too-long"),
    (51, "a name of 201 bytes", b'{"' + b"x" * 201 + b'": 1}', 422, "invalid-characters"),
    (54, "NUL in a text", b'{"a": "\\u0000"}', 422, "invalid-characters"),
    (54, "NUL in a name", b'{"\\u0000": 1}', 422, "invalid-characters"),
]

WITHIN: list[tuple[int, str, bytes]] = [
    (46, "2^53 - 1", b'"x": 9007199254740991'),
    (46, "-(2^53 - 1)", b'"x": -9007199254740991'),
    (47, "32 characters of a number", b'"x": 1.' + b"0" * 30),
    (47, "15 digits", b'"x": 0.123456789012345'),
    (47, "17 digits of which none is lost", b'"x": 1.5000000000000002'),
    (48, "depth 32", b'"x": ' + b"[" * 31 + b"]" * 31),
    (48, "depth 32 of objects", b'"x": ' + b'{"a":' * 31 + b"1" + b"}" * 31),
    (48, "40 brackets in a text are no depth", b'"x": "' + b"[" * 40 + b'"'),
    (49, "500 items", b'"x": [' + b"1," * 499 + b"1]"),
    (51, "a text of 4096 bytes", b'"x": "' + b"x" * 4096 + b'"'),
    (51, "a text of 4096 bytes in 2048 characters", b'"x": "' + "é".encode() * 2048 + b'"'),
    (51, "a name of 200 bytes", b'"' + b"x" * 200 + b'": 1'),
    (51, "a name of 200 bytes in 100 characters", b'"' + "é".encode() * 100 + b'": 1'),
]
"""A member at the very limit, put into a good order."""


def _with(member: bytes) -> bytes:
    return orjson.dumps(an_order())[:-1] + b", " + member + b"}"


def rows() -> list[Row]:
    """All of 5b."""
    broken = [(number, text) for number, texts in NOT_JSON.items() for text in texts]
    tops = (b"[]", b'"a"', b"5", b"null", b"true")
    return [
        *(Row(number, repr(text)[:40], post(text), 400, "malformed-json") for number, text in broken),
        *(Row(53, text.decode(), post(text), 422, "wrong-type") for text in tops),
        *(Row(number, what, post(text), status, code) for number, what, text, status, code in OTHERS),
        *(Row(number, what, post(_with(member)), 202) for number, what, member in WITHIN),
    ]
