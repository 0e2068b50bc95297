"""All partners of a benchmark in one raw protocol: `python -m bench.stub PORT`.

It agrees to everything, keeps nothing but the arrival times of client webhooks, and costs about 0.1 ms a request, so
that what is measured is ours. `GET /_stamps` gives and forgets the arrivals, `GET /_down/1` and `/_down/0` switch the
client platform off and on, any other address that nobody knows gets an empty 200 (for the reference designs).
"""

import asyncio
import re
import sys
import time
from typing import Final

import orjson

from bench.fixtures import tracking_id
from sandbox.pricing import PricingRequest, price
from starter.demo.bodies import PARCEL, ROUTE

_HEADERS_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ORDER: Final = re.compile(rb"\r\nx-interline-order: *([^\r]+)", re.IGNORECASE)
_EVENT: Final = re.compile(rb"\r\nx-interline-event: *([^\r]+)", re.IGNORECASE)
_MARK: Final = re.compile(rb'"chaos":"([^"]+)"')
_PRICE: Final = orjson.dumps(price(PricingRequest.model_validate({**ROUTE, **PARCEL}), "regular").body)


class Partners:
    """What the stub knows: when client webhooks came, and whether the client platform is down."""

    def __init__(self) -> None:
        self.stamps: list[tuple[str, str, str, float]] = []
        self.down = False
        self.calls = 0
        self.refused = 0

    def answer(self, method: bytes, path: bytes, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Status and body of one request."""
        if path.startswith(b"/_"):
            return 200, self._handle(path)
        self.calls += 1
        found = _ORDER.search(head)
        order = found[1].decode() if found else ""
        if path.startswith(b"/client"):
            return self._client(order, head, body)
        if path.startswith(b"/logistics/v3/pricing"):
            return 200, _PRICE
        return 200, orjson.dumps({"metadata": {"http_status_code": 200}, "data": _data(method, path, order)})

    def _client(self, order: str, head: bytes, body: bytes) -> tuple[int, bytes]:
        if self.down:
            self.refused += 1
            return 503, b"{}"
        event, mark = _EVENT.search(head), _MARK.search(body)
        arrived = (order, event[1].decode() if event else "", mark[1].decode() if mark else "", time.time())
        self.stamps.append(arrived)
        return 200, b"{}"

    def _handle(self, path: bytes) -> bytes:
        if path.startswith(b"/_down/"):
            self.down = path.endswith(b"1")
            return b"{}"
        told = {"stamps": self.stamps, "calls": self.calls, "refused": self.refused}
        self.stamps, self.calls, self.refused = [], 0, 0
        return orjson.dumps(told)


def _data(method: bytes, path: bytes, order: str) -> dict[str, object]:
    if path.startswith(b"/wms"):
        return {"acknowledgement_id": f"ACK-{order}", "doc_no": f"DO{order}", "order_no": order}
    if path.startswith(b"/logistics"):
        return {"webhook_id": f"wh_{order}", "order_no": order, "tracking_id": tracking_id(order)}
    recorded: dict[str, object] = {"id": f"rec-{order}", "order_no": order}
    return recorded if method == b"PUT" else {**recorded, "oms_order_no": f"FO{order}", "confirmed": False}


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests one after the other."""

    def __init__(self, partners: Partners) -> None:
        self._partners = partners
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A caller is here."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._buffer += data
        while (end := self._buffer.find(_HEADERS_END)) >= 0:
            head = self._buffer[:end]
            length = _LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            body, self._buffer = self._buffer[end + 4 : whole], self._buffer[whole:]
            method, path, _ = head.split(b" ", 2)
            self._reply(*self._partners.answer(method, path, head, body))

    def _reply(self, status: int, body: bytes) -> None:
        if self._transport:
            head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            self._transport.write(head.encode() + body)


async def serve(port: int) -> None:
    """Until killed."""
    partners = Partners()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(partners), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
