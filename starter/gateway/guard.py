"""uvicorn's HTTP protocol behind a guard: strict heads, deadlines, and the envelope on what never became a request.

One head at a time: what a client sends ahead waits until its answer is out, so that no two requests share a parser.
"""

import asyncio
import uuid
from collections.abc import Callable
from enum import Enum, auto
from typing import Final

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from interline.contracts.problems import ErrorCode, RequestError, refused
from starter.gateway.answers import refusal
from starter.gateway.bodies import DEADLINE_SECONDS as BODY_SECONDS
from starter.gateway.framing import END, FramingError, check_beginning, read_head

FIRST_BYTE_SECONDS: Final = 10.0
HEAD_SECONDS: Final = 10.0
LINGER_SECONDS: Final = 1.0
"""How long a refused client may still talk, so that it reads our answer instead of a reset."""
UNREAD_SECONDS: Final = 0.8
"""How long after the deadline of a body a connection ends that still owes some of it, whatever was answered."""
LAST_REQUEST_SECONDS: Final = 1.0
"""How long a connection without a request is kept when the gateway stops: one may be on its way."""
HELD_BYTES: Final = 64 * 1024
"""How much of the next request is taken in before the answer to this one is out."""

_ALWAYS: Final = ((b"connection", b"close"), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))

_log = structlog.get_logger("gateway")


class _Phase(Enum):
    HEAD = auto()
    BODY = auto()
    OVER = auto()
    """Answered for good: nothing that still comes is read."""


class GuardedProtocol(HttpToolsProtocol):
    """One connection."""

    _phase = _Phase.HEAD
    _head_begun = False
    _taking_fields = False
    _stopping = False
    _left: int | None = 0
    """Bytes of this body that are still to come; None while it comes in chunks."""
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A connection that says nothing is closed."""
        super().connection_made(transport)
        self._waiting = bytearray()
        self._within(FIRST_BYTE_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to be awaited."""
        self._phase = _Phase.OVER
        self._in_time()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The gateway stops: whoever has asked, or is about to, gets its answer, and hears that it is the last."""
        self._stopping = True
        if self._unanswered():
            super().shutdown()
        elif self._phase is _Phase.HEAD and not self._waiting:
            self._within(LAST_REQUEST_SECONDS, self.transport.close)

    def data_received(self, data: bytes) -> None:
        """Bytes of the client, in whatever pieces the network made of them."""
        if self._phase is not _Phase.OVER:
            self._waiting += data
            self._go_on()

    def on_response_complete(self) -> None:
        """The next request may have come already."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self._go_on()

    def on_message_begin(self) -> None:
        """The parser was given one head: another one stood in the same piece as the end of a chunked body."""
        if self._phase is _Phase.HEAD:
            raise ValueError("a second request")
        self._taking_fields = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Fields behind a chunked body are not part of the head that was checked: they are dropped."""
        if self._taking_fields:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The request may begin."""
        self._taking_fields = False
        super().on_headers_complete()
        if self._stopping:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """The body is whole."""
        self._in_time()
        self._phase = _Phase.HEAD
        super().on_message_complete()

    def _go_on(self) -> None:
        try:
            while self._waiting and self._phase is not _Phase.OVER and self._step():
                pass
        except FramingError as error:
            self._refuse(error.refusal, error.path)
        except httptools.HttpParserError:
            self._broken()

    def _step(self) -> bool:
        """Give the parser what it may have now. False when more must come first."""
        if self._phase is _Phase.BODY:
            self._body()
            return True
        if self._unanswered():
            if len(self._waiting) > HELD_BYTES:
                self.flow.pause_reading()
            return False
        return self._head()

    def _head(self) -> bool:
        self._unset_keepalive_if_required()
        while self._waiting.startswith(b"\r\n"):
            del self._waiting[:2]
        end = self._waiting.find(END)
        if end < 0:
            self._await_head()
            return False
        head = read_head(self._take(end + len(END)))
        self._phase, self._head_begun, self._left = _Phase.BODY, False, head.length
        self._within(BODY_SECONDS + UNREAD_SECONDS, self.transport.abort)
        self.parser.feed_data(head.raw)
        return True

    def _await_head(self) -> None:
        check_beginning(bytes(self._waiting))
        if not self._head_begun:
            self._head_begun = True
            self._within(HEAD_SECONDS, lambda: self._refuse(refused(ErrorCode.REQUEST_TIMEOUT)))

    def _body(self) -> None:
        piece = self._take(self._left)
        self._left = None if self._left is None else self._left - len(piece)
        self.parser.feed_data(piece)

    def _take(self, most: int | None) -> bytes:
        taken = bytes(self._waiting[:most])
        del self._waiting[:most]
        return taken

    def _broken(self) -> None:
        """The parser cannot go on. A request that is complete keeps its answer, which is then the last."""
        if self._phase is _Phase.HEAD and (cycle := self._unanswered()):
            cycle.keep_alive = False
            self._phase = _Phase.OVER
        else:
            self._refuse(refused(ErrorCode.MALFORMED_REQUEST))

    def _refuse(self, error: RequestError, path: str = "") -> None:
        """Answer, and hear nothing more. A request whose body broke is answered here, not by its handler."""
        self._phase = _Phase.OVER
        if cycle := self._unanswered():
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.close()
                return
        _log.info("gateway.malformed_request", error=str(error), status=error.status)
        self._within(LINGER_SECONDS, self.transport.close)
        self.transport.write(_answer(error, path))
        self.transport.write_eof()

    def _unanswered(self) -> RequestResponseCycle | None:
        """The request whose answer is not out yet, if any (uvicorn says None before the first)."""
        cycle: RequestResponseCycle | None = self.cycle
        return None if cycle is None or cycle.response_complete else cycle

    def _within(self, seconds: float, otherwise: Callable[[], None]) -> None:
        self._in_time()
        self._deadline = self.loop.call_later(seconds, otherwise)

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _answer(error: RequestError, path: str) -> bytes:
    """The bytes of a refusal, made without the application."""
    response = refusal(path, error)
    headers = [*response.raw_headers, *_ALWAYS, (b"x-request-id", str(uuid.uuid4()).encode())]
    fields = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return STATUS_LINE[error.status] + fields + b"\r\n" + bytes(response.body)
