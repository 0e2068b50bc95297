"""Around every request: its id in and out, its one log line, its metrics, and an envelope even when we are at fault."""

import re
import traceback
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from time import perf_counter
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interline.contracts.problems import ErrorCode, RequestError, refused
from starter.gateway.answers import refusal
from starter.gateway.framing import METHODS
from starter.gateway.limits import Load, Place
from starter.gateway.metrics import Metrics, Series

UNMATCHED: Final = "(none)"
GONE: Final = 499
"""The client left before its answer; nothing is sent, the log says it."""
PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""They answer under any load."""

NotRouted = Callable[[str, HTTPException], RequestError]
"""What to say for a path or method that no route has."""

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_ALWAYS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

_log = structlog.get_logger("gateway")


class Edge:
    """Plain ASGI middleware: it touches headers only, never a body."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, load: Load, not_routed: NotRouted) -> None:
        self._app = app
        self._metrics = metrics
        self._load = load
        self._not_routed = not_routed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send, self._metrics)
        await exchange.run(self._answer, receive)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with nullcontext(Place()) if scope["path"] in PROBES else self._load.working() as scope["place"]:
                await self._app(scope, receive, send)
        except RequestError as error:
            await refusal(scope["path"], error)(scope, receive, send)
        except HTTPException as error:
            await refusal(scope["path"], self._not_routed(scope["path"], error))(scope, receive, send)


class _Exchange:
    def __init__(self, scope: Scope, send: Send, metrics: Metrics) -> None:
        given = Headers(scope=scope).get("x-request-id", "")
        self._scope = scope
        self._send = send
        self._metrics = metrics
        self._request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        self._status = 0
        self._started = perf_counter()

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        try:
            await app(self._scope, receive, self._send_marked)
        except ClientDisconnect:
            self._status = GONE
        except Exception as error:  # noqa: BLE001  whatever we did wrong, the client gets the envelope
            await self._fault(error, receive)
        finally:
            self._note()

    async def _send_marked(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self._request_id
            for name, value in _ALWAYS.items():
                headers.setdefault(name, value)
        await self._send(message)

    async def _fault(self, error: Exception, receive: Receive) -> None:
        """Type and places only: the text of an exception may hold what the client sent."""
        frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        _log.error("gateway.fault", error=type(error).__name__, at=frames[-5:], request_id=self._request_id)
        if self._status:
            raise error
        answer = refusal(self._scope["path"], refused(ErrorCode.INTERNAL_ERROR))
        await answer(self._scope, receive, self._send_marked)

    def _note(self) -> None:
        seconds = perf_counter() - self._started
        route = getattr(self._scope.get("route"), "path", UNMATCHED)
        method = self._scope["method"] if self._scope["method"] in METHODS else "OTHER"
        self._metrics.request(Series(method, route, self._status), seconds)
        _log.info(
            "gateway.request",
            method=method,
            route=route,
            status=self._status,
            duration_ms=round(seconds * 1000, 1),
            client_id=self._scope.get("state", {}).get("client_id"),
            request_id=self._request_id,
        )
