"""A client's endpoint as a test wants it: it records what comes and answers as it is told."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import orjson

HANG = 0
"""The status of an answer that never comes."""


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    at: float
    path: str
    headers: dict[str, str]
    body: bytes
    answered: int

    @property
    def order(self) -> str:
        return self.headers.get("x-interline-order", "")

    @property
    def event(self) -> str:
        return self.headers["x-interline-event"]

    @property
    def sequence(self) -> int:
        return int(self.headers.get("x-interline-sequence", "0"))

    @property
    def is_replay(self) -> bool:
        return self.headers.get("x-interline-replay") == "true"

    def json(self) -> Any:  # noqa: ANN401  whatever was sent
        return orjson.loads(self.body)


def always(status: int) -> Callable[["Got"], int]:
    return lambda _got: status


@dataclass
class Receiver:
    """A server on a port of its own. `status` decides each answer; `headers` and `answer` go with all of them."""

    status: Callable[[Got], int] = field(default_factory=lambda: always(200))
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b'{"thanks": true}'
    slow_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.got: list[Got] = []
        self.at_once: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def of(self, order: str, *, taken_only: bool = False) -> list[Got]:
        """What came for one order."""
        return [got for got in self.got if got.order == order and (200 <= got.answered < 300 or not taken_only)]

    def taken(self, order: str) -> list[int]:
        """Sequence numbers that were answered with 200, in the order of their coming; replays apart."""
        return [got.sequence for got in self.of(order, taken_only=True) if not got.is_replay]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver._receive(self, headers, body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler

    def _receive(self, handler: BaseHTTPRequestHandler, headers: dict[str, str], body: bytes) -> None:
        known = Got(time.monotonic(), handler.path, headers, body, 0)
        status = self.status(known)
        with self._lock:
            self.at_once[known.order] += 1
            self.most_at_once[known.order] = max(self.most_at_once[known.order], self.at_once[known.order])
        self._stopped.wait(self.slow_seconds if status != HANG else 60)
        with self._lock:
            self.at_once[known.order] -= 1
            self.got.append(Got(known.at, known.path, headers, body, status))
        if status == HANG:
            handler.close_connection = True
            return
        handler.send_response(status)
        for name, value in {"content-length": str(len(self.answer)), **self.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(self.answer)
