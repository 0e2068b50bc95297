"""Every row of the bad-input catalogue over a raw socket, with exact status and code."""

import re
from pathlib import Path

import orjson
import pytest

from tests.edge import rows_fields, rows_http, rows_json, rows_shipper, rows_state, rows_webhooks
from tests.edge.table import Row
from tests.edge.wire import Answer, talk
from tests.gateway.support import OMS_SECRET, OTHER_KEY, PROVIDER_KEY, QUIET_KEY, SHOP_KEY, WHSEC, auth

PARTS = (rows_http, rows_json, rows_fields, rows_shipper, rows_state, rows_webhooks)
ROWS = [row for part in PARTS for row in part.rows()]


ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    17: "tests/edge/test_guard.py::test_a_silent_connection_is_closed_without_a_word",
    27: "tests/edge/test_access.py::test_beyond_its_room_the_gateway_says_when_to_come_again",
    28: "tests/edge/test_trouble.py::test_a_refusal_of_temporal_is_a_503_with_retry_after",
    90: "tests/unit/test_addresses.py::test_bad_webhook_addresses",
    91: "tests/unit/test_addresses.py::test_bad_webhook_addresses",
    92: "tests/unit/test_addresses.py::test_bad_webhook_addresses",
    93: "tests/activities/test_webhook_safety.py::test_a_name_that_changes_to_an_inside_address_is_never_connected",
    111: "tests/time/test_cancel.py::test_past_the_goods_issue_nobody_is_asked",
    145: "tests/edge/test_trouble.py::test_a_refusal_of_temporal_is_a_503_with_retry_after",
    151: "tests/outcomes/test_unknown.py::test_once_at_every_step_the_order_completes_and_nothing_is_doubled",
    154: "tests/outcomes/test_unknown.py::test_once_at_every_step_the_order_completes_and_nothing_is_doubled",
    155: "tests/activities/test_http.py::test_an_answer_is_returned_with_its_status_and_body",
    157: "tests/activities/test_breaker.py::test_bad_credentials_open_it_at_once",
    159: "tests/activities/test_http.py::test_retry_after_is_clamped_and_nonsense_says_nothing",
    160: "tests/activities/test_http.py::test_an_endless_body_is_stopped_at_one_mebibyte",
    161: "tests/outcomes/test_unknown.py::test_a_negative_price_is_no_price",
    162: "tests/activities/test_http.py::test_tls_to_a_server_that_speaks_none_means_nothing_was_sent",
}
"""Where a row needs more than one request and one answer: slow, overloaded, cut off, another party."""
NOT_OURS = {
    6: "no answer depends on the Host, so there is no list of allowed ones",
    30: "HTTP/2 is not offered",
    72: "no field has a unit: kg and cm",
    97: "a key has every right of its client",
    109: "a key lives as long as its order's number: REJECT_DUPLICATE over the namespace's retention",
    146: "no storage of our own: it is Temporal's, and a refusal of Temporal is row 28",
}
CATALOGUE = {
    *(1, 3, 5, 6, 8, 10, 13, 14, 17, 18, 19, 20, 21, 23, 27, 28, 30),
    *(31, 32, 33, 37, 38, 39, 40, 41, 43, 44, 46, 47, 48, 49, 51, 53, 54),
    *(56, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 72, 73, 74, 75, 77, 78, 80, 84, 87, 88, 90, 91, 92, 93),
    *(94, 96, 97, 98, 99, 104, 105, 108, 109, 110, 111, 112),
    *(113, 114, 115, 117, 118, 119, 120, 121, 122, 124, 129, 134, 136, 137, 140, 141, 143, 144, 145, 146, 149),
    *(151, 154, 155, 157, 159, 160, 161, 162),
}
"""The numbers of the catalogue (reliability rules §5)."""

INSIDE = re.compile(
    r"Traceback|\bFile |\.py\b|\b(?:interline|starter|activities|workflows)\.\w|temporal|pydantic|starlette"
)
"""Words of our inside: a trace, a module, a library."""
CANARIES = (SHOP_KEY, OTHER_KEY, QUIET_KEY, OMS_SECRET, WHSEC, PROVIDER_KEY, auth(), "Siti Rahma", "6281200000001")
VALUES = re.compile(rb'"(?!2026-)([^"\\\\]{8,})"(?!\s*:)')
"""Long texts of a body, also of one that is no JSON. Short ones may be words that we would have liked, and our
messages have a time of 2026 as their example."""


def test_no_row_of_the_catalogue_is_left_out() -> None:
    missing = CATALOGUE - {row.number for row in ROWS} - set(ELSEWHERE) - set(NOT_OURS)
    assert missing == set()
    for where in ELSEWHERE.values():
        path, _, name = where.partition("::")
        assert f"def {name}" in (ROOT / path).read_text(), where


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
async def test_bad_input_table(row: Row, address: str) -> None:
    for sent in row.wire():
        answer = await talk(address, sent)
    assert answer is not None, "closed without an answer"
    assert (answer.status, answer.code) == (row.status, row.code), answer.body
    metadata = orjson.loads(answer.body)["metadata"]
    assert metadata["http_status_code"] == answer.status
    assert "x-request-id" in answer.headers
    assert answer.closed == row.closes
    if row.header:
        name, value = row.header
        assert value in answer.headers[name]
    assert told_too_much(answer, sent) == []


def told_too_much(answer: Answer, sent: bytes) -> list[str]:
    """What an answer must not have: anything of our inside or of anybody's secrets, and in a refusal what was sent."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    told, problems = f"{headers} {answer.body.decode()}", str(orjson.loads(answer.body)["metadata"].get("errors"))
    values = [value.decode("latin-1") for value in VALUES.findall(sent.partition(b"\r\n\r\n")[2])]
    return [
        *INSIDE.findall(told),
        *(canary for canary in CANARIES if canary in told),
        *(value for value in values if value in problems),
    ]


def test_the_table_sees_what_is_told_too_much() -> None:
    body = b'{"metadata": {"errors": [{"message": "no \'kenari-99\': starter.gateway.app"}]}, "to": "Siti Rahma"}'
    sent = b'POST / HTTP/1.1\r\n\r\n{"so_number": "kenari-99"}'
    found = told_too_much(Answer(422, {}, body, closed=False), sent)
    assert found == ["starter.g", "Siti Rahma", "kenari-99"]
