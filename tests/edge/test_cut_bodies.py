"""A sender is cut off in the middle of its body: nothing of it is kept, and its repeat counts once."""

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson
import pytest

from interline.domain.base import JsonObject
from interline.names import order_workflow_id, stray_workflow_id
from tests.edge.wire import post, request, talk
from tests.gateway.support import OMS_SECRET, PRICING, Engine, a_status, an_order, keyed, shipment, signed, unique
from tests.gateway.test_partner_webhooks import CONFIRMATION, PGI, SHIPMENT, batch, pgi

LINGER_NOT = struct.pack("ii", 1, 0)


async def cut(address: str, sent: bytes, *, reset: bool) -> None:
    """Send all but the last half of the body, then reset or close; the gateway has seen it end when this returns."""
    where = urlsplit(address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    head, _, body = sent.partition(b"\r\n\r\n")
    writer.write(head + b"\r\n\r\n" + body[: len(body) // 2])
    await writer.drain()
    await asyncio.sleep(0.05)  # the first half is being read
    if reset:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    writer.close()
    assert await reader.read() == b""


def webhook(path: str, document: JsonObject, headers: dict[str, str]) -> bytes:
    """A partner's webhook on the wire."""
    body = orjson.dumps(document)
    return request("POST", path, headers={"Content-Type": "application/json", **headers}, body=body)


@dataclass(frozen=True)
class Route:
    """One inbound arrow: what is sent, and whose history shows how often it counted."""

    sent: bytes
    workflow_id: str
    signals: int = 1


def red_1() -> Route:
    order = an_order()
    return Route(post(order), order_workflow_id("shop", str(order["so_number"])), signals=0)


def red_4() -> Route:
    number = unique("SO")
    sent = webhook(CONFIRMATION, batch(number), {"x-api-key": OMS_SECRET})
    return Route(sent, stray_workflow_id("shop", number))


def red_6() -> Route:
    number = unique("SO")
    body = pgi(number)
    sent = webhook(PGI, body, signed(orjson.dumps(body), webhook_id=unique("msg")))
    return Route(sent, stray_workflow_id("shop", number))


def blue_7() -> Route:
    number = unique("SO")
    return Route(webhook(SHIPMENT, a_status(external_id=number), {}), stray_workflow_id("shop", number))


@pytest.mark.parametrize("how", ["reset", "closed"])
@pytest.mark.parametrize("route", [red_1, red_4, red_6, blue_7])
async def test_nothing_of_it_is_kept_and_the_repeat_counts_once(
    address: str, engine: Engine, route: Callable[[], Route], how: str
) -> None:
    it = route()
    await cut(address, it.sent, reset=how == "reset")
    assert await engine.history(it.workflow_id) == []
    answers = [await talk(address, it.sent) for _ in range(2)]
    assert [answer.status for answer in answers if answer] == [202 if not it.signals else 200] * 2
    assert len(await engine.history(it.workflow_id)) > 0
    assert len(await engine.signals(it.workflow_id)) == it.signals


@pytest.mark.parametrize("how", ["reset", "closed"])
async def test_no_price_is_made_for_half_a_question(address: str, worker: None, how: str) -> None:
    headers = {**keyed(), "Content-Type": "application/json", "Idempotency-Key": unique("price")}
    asked = request("POST", PRICING, headers=headers, body=orjson.dumps(shipment()))
    await cut(address, asked, reset=how == "reset")
    first, again = [await talk(address, asked) for _ in range(2)]
    assert first
    assert again
    assert [answer.status for answer in (first, again)] == [200, 200]
    assert ["idempotency-replayed" in answer.headers for answer in (first, again)] == [False, True]
    assert again.data == first.data
