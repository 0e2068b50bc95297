"""Reading a body: never more than the limit, never longer than the deadline, never inflated."""

import asyncio
from typing import Final

from fastapi import Request

from interline.contracts.problems import ErrorCode, refused
from interline.contracts.strict_json import read_object
from interline.domain.base import JsonObject
from starter.gateway.context import gateway

CLIENT_BYTES: Final = 256 * 1024
PRICING_BYTES: Final = 64 * 1024
WEBHOOK_BYTES: Final = 256 * 1024
THROWN_AWAY_BYTES: Final = 4 * 1024 * 1024
DEADLINE_SECONDS: Final = 15.0


async def read_json(request: Request, *, most_bytes: int = CLIENT_BYTES) -> JsonObject:
    """The JSON object of a client's request.

    Raises:
        RequestError: 413, 415, 408, 400 or 422, in this order of looking.
    """
    _check_type(request)
    return read_object(await read_bytes(request, most_bytes=most_bytes))


async def read_bytes(request: Request, *, most_bytes: int) -> bytes:
    """The raw body.

    Raises:
        RequestError: 413 as soon as it is known, 408 when the sender is too slow, 503 when there is no room.
    """
    load, place = gateway(request).load, request.scope["place"]
    with load.reading(place):
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                body = await _collected(request, most_bytes)
        except TimeoutError:
            raise refused(ErrorCode.REQUEST_TIMEOUT) from None
        if body is None:
            raise refused(ErrorCode.CONTENT_TOO_LARGE, f"send at most {most_bytes // 1024} KiB")
        await load.resume(place, len(body))
    return body


async def _collected(request: Request, most_bytes: int) -> bytes | None:
    """The body, or None when it is too large.

    What is too large is read on for a while and thrown away: a connection closed on unread bytes is reset, and the
    sender would never see why. A sender that waits for `100 Continue` is told at once.
    """
    body, size = bytearray(), 0
    if _declared(request) > most_bytes and "expect" in request.headers:
        return None
    async for chunk in request.stream():
        size += len(chunk)
        if size <= most_bytes:
            body += chunk
        elif size > most_bytes + THROWN_AWAY_BYTES:
            return None
    return bytes(body) if size <= most_bytes else None


def _declared(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def _check_type(request: Request) -> None:
    """A field that comes twice counts as a list (RFC 9110): a proxy may have looked at the other one."""
    if ", ".join(request.headers.getlist("content-encoding")).strip().lower() not in {"identity", ""}:
        raise refused(ErrorCode.UNSUPPORTED_CONTENT_ENCODING)
    kind, _, parameters = ", ".join(request.headers.getlist("content-type")).lower().partition(";")
    charset = parameters.replace('"', "").replace(" ", "").rstrip(";")
    if kind.strip() != "application/json" or charset not in {"", "charset=utf-8", "charset=utf8"}:
        raise refused(ErrorCode.UNSUPPORTED_MEDIA_TYPE)
