"""Reading a body: never more than the limit, never longer than the deadline, never inflated."""

import asyncio
from typing import Final

from fastapi import Request

from interline.contracts.problems import ErrorCode, refused
from interline.contracts.strict_json import read_object
from interline.domain.base import JsonObject

CLIENT_BYTES: Final = 256 * 1024
WEBHOOK_BYTES: Final = 1024 * 1024
DEADLINE_SECONDS: Final = 10.0


async def read_json(request: Request) -> JsonObject:
    """The JSON object of a client's request.

    Raises:
        RequestError: 413, 415, 408, 400 or 422, in this order of looking.
    """
    _check_type(request)
    return read_object(await read_bytes(request, most_bytes=CLIENT_BYTES))


async def read_bytes(request: Request, *, most_bytes: int) -> bytes:
    """The raw body.

    Raises:
        RequestError: 413 as soon as it is known, 408 when the sender is too slow.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared) > most_bytes:
        raise refused(ErrorCode.CONTENT_TOO_LARGE)
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await _collected(request, most_bytes)
    except TimeoutError:
        raise refused(ErrorCode.REQUEST_TIMEOUT) from None


async def _collected(request: Request, most_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            raise refused(ErrorCode.CONTENT_TOO_LARGE)
    return bytes(body)


def _check_type(request: Request) -> None:
    if request.headers.get("content-encoding", "identity").strip().lower() not in {"identity", ""}:
        raise refused(ErrorCode.UNSUPPORTED_CONTENT_ENCODING)
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.replace('"', "").replace(" ", "").rstrip(";")
    if kind.strip() != "application/json" or charset not in {"", "charset=utf-8", "charset=utf8"}:
        raise refused(ErrorCode.UNSUPPORTED_MEDIA_TYPE)
