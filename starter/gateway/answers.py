"""Answers: the envelope as JSON bytes."""

from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
from fastapi import Request, Response
from pydantic import JsonValue

from interline.contracts.envelope import envelope
from interline.contracts.problems import ErrorCode, RequestError
from interline.domain.base import JsonObject

RETRY_AFTER_SECONDS = 2
"""What a client should wait before it repeats a request that met trouble of ours."""

_ENDING = frozenset({ErrorCode.CONTENT_TOO_LARGE, ErrorCode.REQUEST_TIMEOUT})


def answer(
    request: Request,
    status: int,
    data: JsonValue = None,
    *,
    pagination: JsonObject | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A success."""
    body = envelope(path=request.scope["path"], status=status, at=datetime.now(UTC), data=data, pagination=pagination)
    return rendered(body, status, headers or {})


def refusal(path: str, error: RequestError) -> Response:
    """A refusal with its problems, and the headers that go with its status."""
    body = envelope(path=path, status=error.status, at=datetime.now(UTC), data=error.data, problems=error.problems)
    return rendered(body, error.status, {**_headers(error), **error.headers})


def rendered(body: JsonObject, status: int, headers: Mapping[str, str]) -> Response:
    """The bytes of an envelope."""
    return Response(orjson.dumps(body), status, dict(headers), "application/json")


def _headers(error: RequestError) -> dict[str, str]:
    headers: dict[str, str] = {}
    if error.status == 401:  # noqa: PLR2004  unauthorized
        headers["www-authenticate"] = "ApiKey"
    if error.status == 503:  # noqa: PLR2004  unavailable for a while
        headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    if error.problems[0].error in _ENDING:
        headers["connection"] = "close"
    return headers
