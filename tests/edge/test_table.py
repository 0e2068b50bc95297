"""Every row of the bad-input catalogue over a raw socket, with exact status and code."""

import orjson
import pytest

from tests.edge import rows_fields, rows_http, rows_json, rows_state, rows_webhooks
from tests.edge.table import Row
from tests.edge.wire import talk

ROWS = [*rows_http.rows(), *rows_json.rows(), *rows_fields.rows(), *rows_state.rows(), *rows_webhooks.rows()]


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
