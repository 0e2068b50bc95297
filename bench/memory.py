"""The gateway's memory under many bodies of the greatest size, all under way at the same time."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import orjson

from bench.fixtures import order_bytes
from bench.processes import Process

PARALLEL: Final = 200
BODY_BYTES: Final = 256 * 1024
PATH: Final = "/v3/fulfillment/outbound/oms"
LOOK_SECONDS: Final = 0.02
SETTLE_SECONDS: Final = 1.0
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True)
class Peak:
    """Resident bytes before, at most during, and after a round, and how it was answered."""

    before: int
    most: int
    after: int
    statuses: dict[int, int]

    def __str__(self) -> str:
        """As in the table."""
        sizes = ", ".join(f"{size / MEGABYTE:.0f}" for size in (self.before, self.most, self.after))
        return f"({sizes}; " + ", ".join(f"{count} x {status}" for status, count in sorted(self.statuses.items())) + ")"


async def maximal_bodies(url: str, api_key: str, gateway: Process) -> Peak:
    """All of them sent up to the last byte, then the last bytes at once."""
    before, everybody, seen = gateway.rss_bytes, asyncio.Barrier(PARALLEL), [0]
    watching = asyncio.create_task(_watch(gateway, seen))
    answers = await asyncio.gather(*(_one(url, api_key, place, everybody) for place in range(PARALLEL)))
    watching.cancel()
    await asyncio.sleep(SETTLE_SECONDS)
    return Peak(before, max(seen), gateway.rss_bytes, dict(Counter(answers)))


async def _watch(gateway: Process, seen: list[int]) -> None:
    while True:
        seen.append(gateway.rss_bytes)
        await asyncio.sleep(LOOK_SECONDS)


async def _one(url: str, api_key: str, place: int, everybody: asyncio.Barrier) -> int:
    """An order with as much of unknown fields as fits."""
    where, body = urlsplit(url), _body(f"max-{time.time_ns() % 10**12}-{place}")
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nX-API-Key: {api_key}\r\nContent-Type: application/json\r\n"
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(head.encode() + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:-1])
    await writer.drain()
    await everybody.wait()
    writer.write(body[-1:])
    status = int((await reader.readline()).split(b" ")[1])
    writer.close()
    return status


def _body(number: str) -> bytes:
    order = orjson.loads(order_bytes(number))
    room = BODY_BYTES - len(orjson.dumps(order))
    fields = {f"f{place:03}": "x" * 1980 for place in range(room // 2000)}
    order["data"]["outbound"] |= fields
    raw = orjson.dumps(order)
    return raw + b" " * (BODY_BYTES - len(raw))
