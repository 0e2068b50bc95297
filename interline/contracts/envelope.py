"""Shipper's envelope, worn by every answer of ours (official pages; reference §1.2)."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final

from pydantic import JsonValue

from interline.contracts.problems import MOST_PROBLEMS, Problem
from interline.domain.base import JsonObject

_RENAMED: Final = {413: "Content Too Large", 422: "Unprocessable Content"}
"""RFC 9110 names them so; older Pythons do not."""
_PHRASES: Final = {**{status.value: status.phrase for status in HTTPStatus}, **_RENAMED}


def envelope(  # noqa: PLR0913  the envelope has these parts
    *,
    path: str,
    status: int,
    at: datetime,
    data: JsonValue = None,
    problems: Sequence[Problem] = (),
    pagination: JsonObject | None = None,
) -> JsonObject:
    """The whole body of an answer. `errors` is there only on a refusal, `data` and `pagination` when there are any."""
    metadata: JsonObject = {
        "path": path,
        "http_status_code": status,
        "http_status": _PHRASES.get(status, "Unknown"),
        "timestamp": int(at.timestamp()),
    }
    if problems:
        metadata["errors"] = [problem.as_json() for problem in problems[:MOST_PROBLEMS]]
    body: JsonObject = {"metadata": metadata}
    if data is not None:
        body["data"] = data
    if pagination is not None:
        body["pagination"] = pagination
    return body


def pagination(*, page: int, limit: int, elements: int, total: int, sort_by: str) -> JsonObject:
    """Shipper's pagination object; pages count from 1."""
    return {
        "current_page": page,
        "current_elements": elements,
        "total_pages": -(-total // limit),
        "total_elements": total,
        "sort_by": [sort_by],
    }
